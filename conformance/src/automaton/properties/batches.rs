//! Batches: the messages that are received for one, and the effect of applying it.

use super::{Check, FullView, Property, StepContext, Verdict, braces, broken};
use gossipsub_automaton::{
    Application, ApplyBatchOutput, BatchedMessage, BatchedMessageOutput, Input, Output, OutputKind, Validity,
    trace_ids::{MessageId, Topic, TraceIds},
};
use std::collections::BTreeMap;

pub(super) const PENDING: Property = Property {
    name: "a message that is received for a batch changes nothing",
    source: "BEHAVIOUR.md, receive_message (3c)",
    quote: "Nothing changes, and the id does not count as seen.",
    except: None,
    check: Check::Change(pending),
};

pub(super) const RESULTS: Property = Property {
    name: "a batch has a result for each message, and routes it to the peers that the batch names",
    source: "BEHAVIOUR.md, apply_batch (2)",
    quote: "The output has a result for each message.",
    except: None,
    check: Check::Answer(results),
};

pub(super) const VERDICTS: Property = Property {
    name: "each message of a batch has the result of its verdict",
    source: "BEHAVIOUR.md, apply_batch",
    quote: "The verdicts of `batch_validity` are the only checks",
    except: None,
    check: Check::Answer(verdicts),
};

pub(super) const MISMATCH: Property = Property {
    name: "a batch with the wrong number of verdicts changes nothing",
    source: "BEHAVIOUR.md, apply_batch (1)",
    quote: "The result for each message is `unknown_validity`. Nothing changes.",
    except: None,
    check: Check::Change(mismatch),
};

pub(super) const GOSSIP: Property = Property {
    name: "a batch lists each message that it routes for gossip under its topic, each time that it has it",
    source: "Octez, gossipsub_intf.ml, get_message_ids_to_gossip",
    quote: "If there were duplicates added in the cache, then there will be duplicates in the output.",
    except: None,
    check: Check::Change(gossip),
};

pub(super) const PAYLOAD: Property = Property {
    name: "a cached message keeps its payload, and only an IWant moves its counters",
    source: "Octez, gossipsub_intf.ml, add_message",
    quote: "If the message already exists in the cache, the message is not overridden, instead a duplicate message id is \
            stored (the message itself is only stored once).",
    except: None,
    check: Check::Change(payload),
};

/// A message of a batch, and its result.
type Applied<'a> = (&'a BatchedMessage<TraceIds>, &'a BatchedMessageOutput<TraceIds>);

/// The messages of a batch with their results. Empty for another input.
pub(super) fn applied<'a>(step: &StepContext<'a>) -> impl Iterator<Item = Applied<'a>> {
    let (batch, results) = batch_and_results(step).unwrap_or_default();
    batch.iter().zip(results)
}

/// The messages of a batch, and the results.
type BatchAndResults<'a> = (&'a [BatchedMessage<TraceIds>], &'a [BatchedMessageOutput<TraceIds>]);

fn batch_and_results<'a>(step: &StepContext<'a>) -> Option<BatchAndResults<'a>> {
    match (step.input, step.output) {
        (Input::ApplyBatch(input), Output::ApplyBatch(ApplyBatchOutput::BatchResult { results })) => {
            Some((&input.batch, results))
        }
        _ => None,
    }
}

fn pending(step: &StepContext<'_>, before: &FullView<'_>, after: &FullView<'_>) -> Verdict {
    if step.output.kind() == OutputKind::ToIncludeInBatch && before != after {
        return broken("the state after a message for a batch", "the same", "another");
    }
    Ok(())
}

fn results(step: &StepContext<'_>) -> Verdict {
    let Some((batch, results)) = batch_and_results(step) else { return Ok(()) };
    if batch.len() != results.len() {
        return broken("the number of results", batch.len(), results.len());
    }
    for (batched, result) in applied(step) {
        if let BatchedMessageOutput::RouteMessage { to_route } = result
            && *to_route != batched.to_route
        {
            let what = format!("to_route of message {}", batched.message_id);
            return broken(what, braces(&batched.to_route), braces(to_route));
        }
    }
    Ok(())
}

fn verdicts(step: &StepContext<'_>) -> Verdict {
    let Some((batch, _)) = batch_and_results(step) else { return Ok(()) };
    let verdicts = step.history.environment.batch_validity(batch);
    let is_complete = verdicts.len() == batch.len();
    for ((batched, result), verdict) in applied(step).zip(verdicts) {
        let expected = match verdict {
            Validity::Valid if is_complete => OutputKind::RouteMessage,
            Validity::Outdated if is_complete => OutputKind::Outdated,
            Validity::Invalid if is_complete => OutputKind::InvalidMessage,
            _ => OutputKind::UnknownValidity,
        };
        if result.kind() != expected {
            return broken(format_args!("the result for message {}", batched.message_id), expected, result.kind());
        }
    }
    Ok(())
}

fn mismatch(step: &StepContext<'_>, before: &FullView<'_>, after: &FullView<'_>) -> Verdict {
    let Some((batch, _)) = batch_and_results(step) else { return Ok(()) };
    let is_complete = step.history.environment.batch_validity(batch).len() == batch.len();
    if !is_complete && before != after {
        return broken("the state after a batch without a verdict for each message", "the same", "another");
    }
    Ok(())
}

fn gossip(step: &StepContext<'_>, before: &FullView<'_>, after: &FullView<'_>) -> Verdict {
    let mut added: BTreeMap<&Topic, Vec<MessageId>> = BTreeMap::new();
    for (batched, result) in applied(step) {
        if matches!(result, BatchedMessageOutput::RouteMessage { .. }) {
            added.entry(&batched.topic).or_default().push(batched.message_id);
        }
    }
    for (topic, added) in added {
        // The view lists the ids of topics with a mesh or a fanout only.
        if !after.mesh.contains_key(topic) && !after.fanout.contains_key(topic) {
            continue;
        }
        let listed = |view: &FullView<'_>| view.gossip_ids.get(topic).cloned().unwrap_or_default();
        let mut expected = listed(before);
        expected.extend(added);
        expected.sort_unstable();
        let observed = listed(after);
        if observed != expected {
            return broken(format_args!("gossip ids of topic {topic}"), braces(expected), braces(observed));
        }
    }
    Ok(())
}

fn payload(step: &StepContext<'_>, before: &FullView<'_>, after: &FullView<'_>) -> Verdict {
    let counts = matches!(step.input, Input::Iwant(_));
    for (id, before) in before.message_cache {
        let Some(after) = after.message_cache.get(id) else { continue };
        if before.message != after.message {
            return broken(format_args!("the payload of message {id}"), &before.message, &after.message);
        }
        if !counts && before.access_counters != after.access_counters {
            return broken(format_args!("how often peers asked for message {id}"), "the same", "another number");
        }
    }
    Ok(())
}
