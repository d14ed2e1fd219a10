//! Safety numbers: what two people compare to be sure that nobody is in between.
//!
//! An account id is the hash of its ledger's first entry: the first device's key and the recovery key, from which
//! every other device of the account is signed in. So the two ids are all that has to be compared; a new
//! device, or a revoked one, changes nothing.
//!
//! ```text
//! digits    30 of the smaller id, then 30 of the larger, in groups of 5
//! 30 of an id   T(0) = label | id; T(n) = SHA-256(T(n-1) | id), 5,200 times; of the first 30 bytes each 5 as a
//!               big-endian number, modulo 100,000
//! code      PIPIT:1: | base 32 (RFC 4648, without padding) of the shower's id and the other's
//! ```
//! The digits hold 99 bits of each account, and the rounds make looking for another account with the same ones
//! 5,200 times as dear (the construction of Signal's numeric fingerprints). The code holds the ids whole.

use data_encoding::BASE32_NOPAD;
use pipit_domain::AccountId;
use sha2::{Digest, Sha256};

const LABEL: &[u8] = b"pipit safety number v1";
const ROUNDS: u32 = 5_200;
/// Digits in a safety number.
pub const SAFETY_DIGITS: usize = 60;
const GROUP_LEN: usize = 5;
const CHUNK_LEN: usize = 5;
const CHUNKS: usize = SAFETY_DIGITS / 2 / GROUP_LEN;
const CODE_HEAD: &str = "PIPIT:1:";
/// Longest text that is looked at: digits with spaces between, or a code.
const ENTERED_LEN_MAX: usize = 400;

/// What two accounts compare. Neither half is secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SafetyNumber {
    own: AccountId,
    other: AccountId,
}

/// How something that was scanned or typed compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The same: nobody is in between.
    Same,
    /// Not the same.
    Different,
    /// A code of somebody else, or one of one's own.
    OtherPeople,
    /// Neither digits nor a code.
    Unreadable,
}

impl SafetyNumber {
    /// Of these two, seen from the first.
    #[must_use]
    pub const fn new(own: AccountId, other: AccountId) -> Self {
        Self { own, other }
    }

    /// The digits, in groups of five, the same from both sides.
    #[must_use]
    pub fn groups(&self) -> Vec<String> {
        let (first, second) = if self.own <= self.other {
            (self.own, self.other)
        } else {
            (self.other, self.own)
        };
        [first, second].into_iter().flat_map(groups_of).collect()
    }

    /// What the other person scans, as text; letters, digits and colons, so that a code of it is small.
    #[must_use]
    pub fn code(&self) -> String {
        let ids = [&self.own.as_bytes()[..], self.other.as_bytes()].concat();
        format!("{CODE_HEAD}{}", BASE32_NOPAD.encode(&ids))
    }

    /// Compares what was scanned or typed from the other person's screen.
    #[must_use]
    pub fn compare(&self, entered: &str) -> Comparison {
        if entered.len() > ENTERED_LEN_MAX {
            return Comparison::Unreadable;
        }
        let entered: String = entered
            .chars()
            .filter(|letter| !letter.is_whitespace() && *letter != '-')
            .collect::<String>()
            .to_uppercase();
        if let Some(code) = entered.strip_prefix(CODE_HEAD) {
            return self.compare_code(code);
        }
        // Digits of other scripts are typed by whoever reads them so.
        let digits: Option<String> = entered.chars().map(ascii_digit).collect();
        match digits {
            Some(digits) if digits.len() == SAFETY_DIGITS => {
                match digits == self.groups().concat() {
                    true => Comparison::Same,
                    false => Comparison::Different,
                }
            }
            _ => Comparison::Unreadable,
        }
    }

    fn compare_code(&self, code: &str) -> Comparison {
        let Ok(bytes) = BASE32_NOPAD.decode(code.as_bytes()) else {
            return Comparison::Unreadable;
        };
        let Some((shower, other)) = bytes.split_at_checked(AccountId::LEN) else {
            return Comparison::Unreadable;
        };
        let (Ok(shower), Ok(other)) = (AccountId::try_from(shower), AccountId::try_from(other))
        else {
            return Comparison::Unreadable;
        };
        match (shower == self.other, other == self.own) {
            (true, true) => Comparison::Same,
            // Meant for this pair, as far as one of the two can tell.
            (true, false) | (false, true) => Comparison::Different,
            (false, false) => Comparison::OtherPeople,
        }
    }
}

/// Arabic-Indic and Persian digits count as what they say.
fn ascii_digit(letter: char) -> Option<char> {
    let value = match letter {
        '0'..='9' => return Some(letter),
        '\u{660}'..='\u{669}' => u32::from(letter) - 0x660,
        '\u{6f0}'..='\u{6f9}' => u32::from(letter) - 0x6f0,
        _ => return None,
    };
    char::from_digit(value, 10)
}

fn groups_of(account: AccountId) -> Vec<String> {
    let mut state = [LABEL, account.as_bytes()].concat();
    for _ in 0..ROUNDS {
        let mut hash = Sha256::new();
        hash.update(&state);
        hash.update(account.as_bytes());
        state = hash.finalize().to_vec();
    }
    let group = |chunk: &[u8]| {
        let number = chunk
            .iter()
            .fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        format!("{:05}", number % 100_000)
    };
    state.chunks(CHUNK_LEN).take(CHUNKS).map(group).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pair() -> (AccountId, AccountId) {
        (AccountId::new([1; 32]), AccountId::new([2; 32]))
    }

    #[test]
    fn both_see_the_same_twelve_groups() {
        let (alice, bob) = pair();
        let groups = SafetyNumber::new(alice, bob).groups();
        assert_eq!(groups, SafetyNumber::new(bob, alice).groups());
        assert_eq!(groups.len(), 12);
        assert!(groups.iter().all(|group| group.len() == 5));
        assert_eq!(groups.concat().len(), SAFETY_DIGITS);
    }

    #[test]
    fn the_number_of_two_accounts_never_changes() {
        let (alice, bob) = pair();
        assert_eq!(
            SafetyNumber::new(alice, bob).groups().join(" "),
            "38941 36126 15116 15277 40467 24269 94837 51285 87550 52201 94343 73791"
        );
    }

    #[test]
    fn what_is_typed_or_scanned_is_compared() {
        let (alice, bob) = pair();
        let (hers, his) = (SafetyNumber::new(alice, bob), SafetyNumber::new(bob, alice));
        assert_eq!(hers.compare(&his.code()), Comparison::Same);
        assert_eq!(hers.compare(&his.code().to_lowercase()), Comparison::Same);
        assert_eq!(hers.compare(&his.groups().join(" ")), Comparison::Same);
        let eastern: String = (his.groups().concat().chars())
            .map(|digit| char::from_u32(0x660 + digit.to_digit(10).unwrap()).unwrap())
            .collect();
        assert_eq!(hers.compare(&eastern), Comparison::Same);

        let eve = AccountId::new([3; 32]);
        let forged = SafetyNumber::new(eve, alice);
        assert_eq!(hers.compare(&forged.code()), Comparison::Different);
        assert_eq!(
            hers.compare(&forged.groups().concat()),
            Comparison::Different
        );
        let others = SafetyNumber::new(eve, AccountId::new([4; 32]));
        assert_eq!(hers.compare(&others.code()), Comparison::OtherPeople);
        for bad in ["", "12345", "PIPIT:1:A", "hello", &"1".repeat(500)] {
            assert_eq!(hers.compare(bad), Comparison::Unreadable, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn anything_typed_is_answered(entered in ".{0,200}") {
            let (alice, bob) = pair();
            let answer = SafetyNumber::new(alice, bob).compare(&entered);
            prop_assert_ne!(answer, Comparison::Same);
        }
    }
}
