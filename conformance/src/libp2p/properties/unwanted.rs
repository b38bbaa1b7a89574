//! IDONTWANT.

use super::{Property, StepContext, Verdict, braces, broken};
use gossipsub_reference_model::libp2p::{dialect::SeenExpiry, vocabulary::Protocol};

pub(super) const SENT: Property = Property {
    number: 63,
    name: "a new message is refused from all members of the mesh that speak v1.2, except its sender",
    source: "gossipsub v1.2, Basic scenario",
    quote: "When the peer receives the first message instance it immediately broadcasts (not queue for later piggybacking) `IDONTWANT` with the `messageId` to all its mesh peers.",
    except: Some(
        "an implementation that never sends IDONTWANT is accepted; a message that came before may still be remembered in implementations that forget what they saw when a message arrives",
    ),
    check: sent,
};

pub(super) const RESPECTED: Property = Property {
    number: 64,
    name: "a message is not relayed to a member of the mesh that does not want it",
    source: "gossipsub v1.2, Basic scenario",
    quote: "When later relaying the `messageId` message to the mesh the peers found in `dont_send_message_ids` MUST be skipped.",
    except: Some(
        "direct peers and floodsub peers; an IDONTWANT beyond the limits or older than three heartbeats, three seconds or, in some implementations, history_length heartbeats",
    ),
    check: respected,
};

fn sent(step: &StepContext<'_>) -> Verdict {
    if !step.history.sends_idontwant() {
        return Ok(());
    }
    let new = step.sent.delivered.iter().chain(step.sent.asked.iter().flatten());
    for delivery in new.filter(|delivery| Some(delivery.peer) == step.sender()) {
        let speaks = |peer: &_| step.history.protocol(*peer) == Some(Protocol::Gossipsub12) && *peer != delivery.peer;
        let id = delivery.message_id;
        if step.history.dialect().seen_expiry == SeenExpiry::AtMessage && !step.history.messages.is_unseen(id) {
            continue;
        }
        let is_told = |peer: &_| step.to(*peer).is_some_and(|parts| parts.idontwant.contains(&id));
        let mut members = step.history.links(&delivery.topic);
        members.retain(speaks);
        if !members.iter().all(is_told) {
            return broken(
                format_args!("IDONTWANT of message {id}"),
                format_args!("to {}", braces(members)),
                "not to all",
            );
        }
    }
    Ok(())
}

fn respected(step: &StepContext<'_>) -> Verdict {
    for (peer, message) in step.forwarded() {
        let id = message.message_id;
        let is_member = step.history.is_joined(&message.topic)
            && !step.history.is_direct(peer)
            && step.history.protocol(peer) != Some(Protocol::Floodsub);
        if is_member && step.history.is_unwanted(peer, id, step.now) {
            let what = format_args!("message {id}, which peer {peer} does not want");
            return broken(what, "not sent to it", "sent to it");
        }
    }
    Ok(())
}
