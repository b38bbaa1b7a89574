//! The versions of the behaviour, and the switches in which they differ.

/// Defines the behaviours: the name in the trace format, the software, and the switches.
macro_rules! behaviours {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $text:literal, $switches:ident;)*) => {
        /// A version of the behaviour of the automaton.
        ///
        /// The versions are in order: each has all differences of the one before it, and more.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Behaviour {
            $($(#[$doc])* $variant,)*
        }

        impl Behaviour {
            /// All behaviours, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name in the trace format.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The software that behaves so.
            #[must_use]
            pub const fn software(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The differences from [`Behaviour::Mavryk`].
            #[must_use]
            pub const fn switches(self) -> Switches {
                match self { $(Self::$variant => $switches,)* }
            }
        }
    };
}

behaviours! {
    /// Mavryk.
    #[default]
    Mavryk = "mavryk", "Mavryk", MAVRYK;
    /// Octez v22.0 to v23.2.
    Octez22 = "octez-22", "Octez v22.0 to v23.2", OCTEZ_22;
    /// Octez v23.3 to v25.1.
    Octez24 = "octez-24", "Octez v23.3 to v25.1", OCTEZ_24;
    /// The development branch of Octez of August 2026.
    OctezNext = "octez-next", "the development branch of Octez of August 2026", OCTEZ_NEXT;
}

impl Behaviour {
    /// The behaviour of this name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|behaviour| behaviour.name() == name)
    }
}

impl core::fmt::Display for Behaviour {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

/// The differences of a behaviour from [`Behaviour::Mavryk`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each difference is on or off by itself")]
pub struct Switches {
    /// D1, since Octez v22.0: a received message is checked by its id alone, and then, if that is valid, with its payload.
    /// Else it is checked once, with its payload.
    pub validates_ids_first: bool,
    /// D2 and D3, since Octez v22.0: a received message that is outdated gives an output of its own. Else the output is
    /// that of a message whose validity is unknown.
    pub tells_outdated_messages: bool,
    /// D4, S1 and S2, since Octez v22.0: the senders of a message are recorded as long as its id counts as seen. A
    /// repetition by one of them is no delivery for its score. Else each repetition is.
    pub records_senders: bool,
    /// D5, since Octez v22.0: a connection has a flag for bootstrap peers.
    pub has_bootstrap_flag: bool,
    /// D6, since Octez v22.0: announced messages whose validity is unknown are requested. Else they are not.
    pub requests_unknown_ids: bool,
    /// D9, S3 and S4, since Octez v23.3: messages can be received for a batch, and batches be applied.
    pub has_batches: bool,
    /// D11, since the development branch of August 2026: the number of topics of a peer has a limit.
    pub limits_topics: bool,
}

const MAVRYK: Switches = Switches {
    validates_ids_first: false,
    tells_outdated_messages: false,
    records_senders: false,
    has_bootstrap_flag: false,
    requests_unknown_ids: false,
    has_batches: false,
    limits_topics: false,
};

const OCTEZ_22: Switches = Switches {
    validates_ids_first: true,
    tells_outdated_messages: true,
    records_senders: true,
    has_bootstrap_flag: true,
    requests_unknown_ids: true,
    ..MAVRYK
};

const OCTEZ_24: Switches = Switches { has_batches: true, ..OCTEZ_22 };

const OCTEZ_NEXT: Switches = Switches { limits_topics: true, ..OCTEZ_24 };
