//! Which step may follow which.

use super::{Input, MessageId, Output, Parameters, Peer, Sent, Validation, serial::LARGEST_INTEGER};
use gossipsub_automaton::{Span, Time};
use std::collections::BTreeSet;

/// What decides whether a step may come next: the clock, the connected peers and the messages that
/// the application was asked about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Script {
    interval: Span,
    validation: Validation,
    now: Time,
    next_heartbeat: Time,
    connected: BTreeSet<Peer>,
    /// The messages that the application was asked about.
    asked: BTreeSet<MessageId>,
    crashed: bool,
}

/// A step that cannot come next. An implementation answers it with an error, and only its clock has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptError {
    /// Time goes backwards.
    #[error("now: time never goes backwards, found {now} after {before}")]
    TimeBackwards {
        /// The time of the step.
        now: Time,
        /// The time of the step before it.
        before: Time,
    },
    /// The time cannot be written.
    #[error("now: expected at most 2^53 - 1 milliseconds, found {now}")]
    TimeTooLarge {
        /// The time of the step.
        now: Time,
    },
    /// A heartbeat comes before this step.
    #[error("now: a heartbeat is due at {heartbeat} before this step, found {now}")]
    HeartbeatSkipped {
        /// The time of the step.
        now: Time,
        /// The time of the next heartbeat.
        heartbeat: Time,
    },
    /// A heartbeat is not at the time of the next heartbeat.
    #[error("now: expected the next heartbeat at {heartbeat}, found {now}")]
    HeartbeatTime {
        /// The time of the step.
        now: Time,
        /// The time of the next heartbeat.
        heartbeat: Time,
    },
    /// A peer is not connected.
    #[error("input.peer: expected a connected peer, found {peer}, which is not connected")]
    NotConnected {
        /// The peer.
        peer: Peer,
    },
    /// A peer is connected already.
    #[error("input.peer: expected a peer that is not connected, found {peer}, which is connected")]
    AlreadyConnected {
        /// The peer.
        peer: Peer,
    },
    /// The node itself connects, or gets a score.
    #[error("input.peer: expected a remote peer, found 0, which is the node itself")]
    NodeItself,
    /// A verdict with validation `automatic`.
    #[error("input.kind: `validated` needs the parameter `validation` to be `asked`")]
    ValidationAutomatic,
    /// A verdict about a message that the application was not asked about.
    #[error("input.message_id: expected a message that the application was asked about, found {message_id}")]
    NotAsked {
        /// The message.
        message_id: MessageId,
    },
    /// A step after a crash.
    #[error("a trace ends with the step that crashed, found another step")]
    AfterCrash,
}

impl Script {
    /// No step was made yet.
    #[must_use]
    pub fn new(parameters: &Parameters) -> Self {
        Self {
            interval: parameters.heartbeat_interval,
            validation: parameters.validation,
            now: Time::ZERO,
            next_heartbeat: Time::ZERO + parameters.heartbeat_interval,
            connected: BTreeSet::new(),
            asked: BTreeSet::new(),
            crashed: false,
        }
    }

    /// The time of the last step.
    #[must_use]
    pub fn now(&self) -> Time {
        self.now
    }

    /// The time of the next heartbeat.
    #[must_use]
    pub fn next_heartbeat(&self) -> Time {
        self.next_heartbeat
    }

    /// The connected peers.
    #[must_use]
    pub fn connected(&self) -> &BTreeSet<Peer> {
        &self.connected
    }

    /// The messages that the application was asked about.
    #[must_use]
    pub fn asked(&self) -> &BTreeSet<MessageId> {
        &self.asked
    }

    /// Whether a step may come next. Verdicts are not checked: see [`Script::check_verdict`].
    ///
    /// # Errors
    /// The reason why it may not.
    pub fn check(&self, now: Time, input: &Input) -> Result<(), ScriptError> {
        let heartbeat = self.next_heartbeat;
        if self.crashed {
            return Err(ScriptError::AfterCrash);
        }
        if now.as_millis() > LARGEST_INTEGER {
            return Err(ScriptError::TimeTooLarge { now });
        }
        if now < self.now {
            return Err(ScriptError::TimeBackwards { now, before: self.now });
        }
        match input {
            Input::Heartbeat if now != heartbeat => return Err(ScriptError::HeartbeatTime { now, heartbeat }),
            Input::Heartbeat => {}
            _ if now >= heartbeat => return Err(ScriptError::HeartbeatSkipped { now, heartbeat }),
            _ => {}
        }
        match input {
            Input::Connect { peer: Peer::NODE, .. } | Input::SetApplicationScore { peer: Peer::NODE, .. } => {
                Err(ScriptError::NodeItself)
            }
            Input::Connect { peer, .. } if self.connected.contains(peer) => {
                Err(ScriptError::AlreadyConnected { peer: *peer })
            }
            Input::Disconnect { peer } | Input::Rpc { peer, .. } | Input::Rpcs { peer, .. }
                if !self.connected.contains(peer) =>
            {
                Err(ScriptError::NotConnected { peer: *peer })
            }
            Input::Validated { .. } if self.validation == Validation::Automatic => {
                Err(ScriptError::ValidationAutomatic)
            }
            _ => Ok(()),
        }
    }

    /// Whether a verdict is about a message that the application was asked about. Only known if every output was given to
    /// [`Script::advance`].
    ///
    /// # Errors
    /// If the input is a verdict about another message.
    pub fn check_verdict(&self, input: &Input) -> Result<(), ScriptError> {
        match input {
            Input::Validated { message_id, .. } if !self.asked.contains(message_id) => {
                Err(ScriptError::NotAsked { message_id: *message_id })
            }
            _ => Ok(()),
        }
    }

    /// Makes a step that [`Script::check`] allowed.
    pub fn advance(&mut self, now: Time, input: &Input, output: Option<&Output>) {
        self.now = now;
        match input {
            Input::Connect { peer, .. } => {
                self.connected.insert(*peer);
            }
            Input::Disconnect { peer } => {
                self.connected.remove(peer);
            }
            Input::Heartbeat => self.next_heartbeat = now + self.interval,
            Input::Rpc { .. }
            | Input::Rpcs { .. }
            | Input::Join { .. }
            | Input::Leave { .. }
            | Input::Publish { .. }
            | Input::Validated { .. }
            | Input::SetApplicationScore { .. } => {}
        }
        match output {
            Some(Output::Sent(Sent { asked, closed, .. })) => {
                for peer in closed {
                    self.connected.remove(peer);
                }
                self.asked.extend(asked.iter().flatten().map(|delivery| delivery.message_id));
            }
            Some(Output::Crashed { .. }) => self.crashed = true,
            None => {}
        }
    }
}
