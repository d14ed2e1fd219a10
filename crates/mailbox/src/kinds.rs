//! The kinds that the server tells apart, as closed enums with the numbers they are stored under.

use pipit_wire::v1;

macro_rules! kind {
    ($(#[$doc:meta])* $name:ident from $wire:ident { $($(#[$vdoc:meta])* $variant:ident = $number:literal from $wv:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The number under which it is stored; never changed once used.
            #[must_use]
            pub const fn number(self) -> u8 {
                match self { $(Self::$variant => $number,)* }
            }

            /// The kind stored under a number.
            #[must_use]
            pub const fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)* _ => None }
            }

            /// The kind that a message names; `None` for unspecified and unknown ones.
            #[must_use]
            pub fn from_wire(value: i32) -> Option<Self> {
                match v1::$wire::try_from(value) { $(Ok(v1::$wire::$wv) => Some(Self::$variant),)* _ => None }
            }

            /// The kind as messages name it.
            #[must_use]
            pub const fn to_wire(self) -> v1::$wire {
                match self { $(Self::$variant => v1::$wire::$wv,)* }
            }
        }
    };
}

kind! {
    /// Cipher suites for which devices publish key packages.
    Suite from Suite {
        /// MLS 0x0003: X25519, ChaCha20-Poly1305, SHA-256, Ed25519.
        Classical = 1 from Classical,
        /// MLS 0x004E: ML-KEM-768 with X25519, Ed25519.
        PostQuantum = 2 from PostQuantum,
    }
}
kind! {
    /// What a conversation is.
    ConversationKind from ConversationKind {
        /// Between two accounts; the id is derived from theirs.
        Direct = 1 from Direct,
        /// Of any accounts; the id is random.
        Group = 2 from Group,
        /// One account's own devices; the id is derived from its.
        Own = 3 from Self_,
    }
}
kind! {
    /// What an envelope in a mailbox is.
    EnvelopeKind from EnvelopeKind {
        /// A sealed message.
        Application = 0 from Application,
        /// A change of the group.
        Commit = 1 from Commit,
        /// An invitation into a group.
        Welcome = 2 from Welcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_wire_values_round_trip() {
        for &kind in ConversationKind::ALL {
            assert_eq!(ConversationKind::from_number(kind.number()), Some(kind));
            assert_eq!(
                ConversationKind::from_wire(kind.to_wire().into()),
                Some(kind)
            );
        }
        assert_eq!(Suite::from_wire(0), None);
        assert_eq!(Suite::from_wire(99), None);
    }
}
