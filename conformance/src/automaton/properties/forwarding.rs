//! Forwarding: the messages that are sent on, and their recipients.

use super::{Check, FullView, Property, StepContext, Verdict, braces, broken, full_view::expect_none};
use gossipsub_automaton::{
    Application, Input, Output, OutputKind, PeerSet, PublishMessageOutput, ReceiveMessageOutput, Validity,
    trace_ids::{MessageId, Peer, Topic, TraceIds},
};
use std::collections::BTreeSet;

pub(super) const ONCE: Property = Property {
    name: "a message that counts as seen is not sent on",
    source: "gossipsub v1.0, Message Cache",
    quote: "we can first check the `seen` cache before forwarding messages to avoid wastefully republishing the same \
            message multiple times",
    except: None,
    check: Check::Answer(once),
};

pub(super) const VALID: Property = Property {
    name: "only valid messages are forwarded",
    source: "gossipsub v1.1, Extended Validators",
    quote: "Ignore message; in this case the message is neither delivered nor forwarded to the network",
    except: None,
    check: Check::Answer(valid),
};

pub(super) const NOT_BACK: Property = Property {
    name: "no message is forwarded to its sender",
    source: "Octez, gossipsub_intf.ml, Route_message",
    quote: "The peers in the topic's mesh minus the original sender of the message.",
    except: Some("a sender that is a direct peer gets it back (Q4)"),
    check: Check::Answer(not_back),
};

pub(super) const RECIPIENTS: Property = Property {
    name: "messages are sent to connected peers",
    source: "gossipsub v1.0, Peering State",
    quote: "`peers` is a set of ids of all known peers that support gossipsub or floodsub",
    except: None,
    check: Check::Answer(recipients),
};

pub(super) const DIRECT: Property = Property {
    name: "every message is sent to the direct peers that subscribe to its topic",
    source: "gossipsub v1.1, Explicit Peering Agreements",
    quote: "every new valid incoming message is forwarded to the direct peers",
    except: None,
    check: Check::State(direct),
};

pub(super) const PUBLISHED: Property = Property {
    name: "messages are sent to the mesh, or else the fanout, and the direct peers",
    source: "Octez, gossipsub_intf.ml, Publish_message",
    quote: "[to_publish] contains: - Direct peers for the message's topic; - The peers in the topic's mesh, if the \
            peer is subscribed to the topic. Otherwise, the peers in the topic's fanout.",
    except: None,
    check: Check::State(published),
};

/// A message that is sent on, or is to be included in a batch: its id and topic, to whom, and from whom.
fn sent<'a>(step: &StepContext<'a>) -> Option<(MessageId, &'a Topic, &'a PeerSet<TraceIds>, Option<Peer>)> {
    match (step.input, step.output) {
        (
            Input::ReceiveMessage(input),
            Output::ReceiveMessage(
                ReceiveMessageOutput::RouteMessage { to_route } | ReceiveMessageOutput::ToIncludeInBatch { to_route },
            ),
        ) => Some((input.message_id, &input.topic, to_route, Some(input.sender))),
        (Input::PublishMessage(input), Output::PublishMessage(PublishMessageOutput::PublishMessage { to_publish })) => {
            Some((input.message_id, &input.topic, to_publish, None))
        }
        _ => None,
    }
}

fn once(step: &StepContext<'_>) -> Verdict {
    match sent(step) {
        Some((id, ..)) if step.history.seen.contains_key(&id) => {
            broken(format_args!("message {id}, sent on before"), "not sent on", step.output.kind())
        }
        _ => Ok(()),
    }
}

fn valid(step: &StepContext<'_>) -> Verdict {
    let Some((id, .., Some(_))) = sent(step) else { return Ok(()) };
    let Input::ReceiveMessage(input) = step.input else { return Ok(()) };
    let is_for_batch = step.output.kind() == OutputKind::ToIncludeInBatch;
    let environment = &step.history.environment;
    // A batch looks at the payload later.
    let payload = (!is_for_batch).then(|| environment.validity(&id, Some(&input.message)));
    match payload.into_iter().chain([environment.validity(&id, None)]).find(|validity| *validity != Validity::Valid) {
        None => Ok(()),
        Some(validity) => {
            broken(format_args!("message {id}"), "not forwarded", format_args!("forwarded, and {validity:?}"))
        }
    }
}

fn not_back(step: &StepContext<'_>) -> Verdict {
    let Some((id, _, to_route, Some(sender))) = sent(step) else { return Ok(()) };
    if to_route.contains(&sender) && !step.history.is_direct(sender) {
        return broken(format_args!("to_route of message {id}"), format_args!("without {sender}"), braces(to_route));
    }
    Ok(())
}

fn recipients(step: &StepContext<'_>) -> Verdict {
    let Some((.., recipients, _)) = sent(step) else { return Ok(()) };
    let unknown = recipients.iter().copied().filter(|peer| !step.history.connected.contains_key(peer));
    expect_none(|| "recipients that are not connected".to_owned(), unknown)
}

fn direct(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    let Some((_, topic, recipients, _)) = sent(step) else { return Ok(()) };
    let left_out = view.direct_subscribers(topic).filter(|peer| !recipients.contains(peer));
    expect_none(|| "direct peers that the message is not sent to".to_owned(), left_out)
}

fn published(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    let Some((_, topic, recipients, sender)) = sent(step) else { return Ok(()) };
    let fanout = view.fanout.get(topic).map(|fanout| &fanout.peers);
    let members = view.mesh.get(topic).or(fanout).into_iter().flatten().copied();
    let others = members.filter(|peer| Some(*peer) != sender);
    let expected: BTreeSet<Peer> = others.chain(view.direct_subscribers(topic)).collect();
    if !recipients.iter().eq(&expected) {
        return broken(format_args!("recipients of topic {topic}"), braces(&expected), braces(recipients));
    }
    Ok(())
}
