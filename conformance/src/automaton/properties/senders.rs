//! First sight: when an id was first seen, and the senders that are recorded with it.

use super::{Check, FullView, Property, StepContext, Verdict, braces, broken};
use gossipsub_automaton::{Input, OutputKind};
use std::collections::BTreeSet;

pub(super) const FIRST_TIME: Property = Property {
    name: "the time at which an id was first seen stays as long as the id counts as seen",
    source: "Octez, gossipsub_intf.ml, get_first_seen_time",
    quote: "[get_first_seen_time message_id t] returns the time the message with [message_id] was first seen.",
    except: None,
    check: Check::Change(first_time),
};

pub(super) const RECORDED: Property = Property {
    name: "the recorded senders of an id are those of the messages that added it",
    source: "BEHAVIOUR.md, Message cache",
    quote: "These are the senders of the messages by which the id was added, connected or not.",
    except: None,
    check: Check::State(recorded),
};

pub(super) const REPEATED: Property = Property {
    name: "a repetition by a recorded sender changes nothing",
    source: "BEHAVIOUR.md, receive_message (2a)",
    quote: "The sender is a recorded sender of the id.",
    except: None,
    check: Check::Change(repeated),
};

fn first_time(_: &StepContext<'_>, before: &FullView<'_>, after: &FullView<'_>) -> Verdict {
    for (id, time) in before.first_seen {
        if let Some(other) = after.first_seen.get(id)
            && other != time
        {
            return broken(format_args!("the first time of message {id}"), time, other);
        }
    }
    Ok(())
}

fn recorded(step: &StepContext<'_>, view: &FullView<'_>) -> Verdict {
    let Some(senders) = view.senders else { return Ok(()) };
    let none = BTreeSet::new();
    let expected = &step.history.senders;
    for id in expected.keys().chain(senders.keys()) {
        let [expected, observed] = [expected, senders].map(|senders| senders.get(id).unwrap_or(&none));
        if expected != observed {
            return broken(format_args!("the recorded senders of message {id}"), braces(expected), braces(observed));
        }
    }
    Ok(())
}

fn repeated(step: &StepContext<'_>, before: &FullView<'_>, after: &FullView<'_>) -> Verdict {
    let (Input::ReceiveMessage(received), OutputKind::AlreadyReceived) = (step.input, step.output.kind()) else {
        return Ok(());
    };
    let senders = before.senders.and_then(|senders| senders.get(&received.message_id));
    if senders.is_some_and(|senders| senders.contains(&received.sender)) && before != after {
        return broken("the state after a repetition by a recorded sender", "the same", "another");
    }
    Ok(())
}
