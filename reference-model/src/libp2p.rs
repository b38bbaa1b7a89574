//! The libp2p gossipsub router at the level of RPCs, written to be read beside its page, `LIBP2P.md`.

pub mod vocabulary;
