//! The parts of an input that its text form does not show.

use crate::name::braces;
use gossipsub_automaton::{BatchedMessage, Input, trace_ids::TraceIds};

/// A line for each part that the text of the original leaves out.
pub(crate) fn parts_without_text(input: &Input<TraceIds>) -> Vec<String> {
    match input {
        Input::ReceiveMessage(received) if received.batch => vec!["for a batch".into()],
        Input::ApplyBatch(apply) => apply.batch.iter().map(batched).collect(),
        _ => Vec::new(),
    }
}

fn batched(batched: &BatchedMessage<TraceIds>) -> String {
    let BatchedMessage { sender, topic, message_id, message, to_route } = batched;
    let to_route = braces(&to_route.iter().collect());
    format!("{{ sender={sender}; topic={topic}; message_id={message_id}; message={message}; to_route={to_route} }}")
}
