//! Seeds of names and ids.

use super::{Seed, seed};

pub fn seeds() -> Vec<Seed> {
    vec![
        seed("username", "plain", "alice"),
        seed("username", "marks", " @Mara.L-2_x "),
        seed("username", "longest", "abcdefghijklmnopqrstuvwxyz012345"),
        seed("ids", "16-bytes", *b"0123456789abcdef"),
        seed("ids", "32-bytes", [7; 32]),
        seed("ids", "32-digits", "00112233445566778899aabbccddeeff"),
        seed("ids", "64-digits", "0123456789abcdef".repeat(4)),
        seed("password", "phrase", "correct horse battery staple"),
        seed(
            "password",
            "accents",
            "e\u{301}tudes a\u{300} l\u{2019}e\u{301}cole",
        ),
    ]
}
