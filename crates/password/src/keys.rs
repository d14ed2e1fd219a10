//! The two keys that OPAQUE gives, as types that never print and are wiped when dropped.

use std::fmt;

use zeroize::Zeroizing;

macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(Zeroizing<[u8; 64]>);

        impl $name {
            /// Wraps the suite's output.
            pub(crate) fn new(bytes: &[u8; 64]) -> Self {
                Self(Zeroizing::new(*bytes))
            }

            /// The 64 secret bytes.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 64] {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    };
}

key! {
    /// Known to the client alone, the same at sign-up and at every log-in with the right password
    /// (RFC 9807, section 3: `export_key`).
    ExportKey
}
key! {
    /// Known to client and server after one log-in, fresh each time (RFC 9807: `session_key`).
    /// Equal keys are how a test, or a binding of what follows to the log-in, sees that both agree.
    SessionKey
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_do_not_print() {
        assert_eq!(
            format!("{:?}", ExportKey::new(&[7; 64])),
            "ExportKey([redacted])"
        );
        assert_eq!(
            format!("{:?}", SessionKey::new(&[7; 64])),
            "SessionKey([redacted])"
        );
    }
}
