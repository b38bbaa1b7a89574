//! What the worker does for each event and each output of the automaton, in order: one file a group of rows.

mod batches;
mod bootstrap_peers;
mod connections;
mod gossip;
mod grafts;
mod heartbeat;
mod libp2p;
mod messages;
mod network;
mod prunes;
mod queue;
mod statistics;
mod support;
mod topics;
mod unknown_messages;
mod unreachable;
