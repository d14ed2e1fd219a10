//! Ledgers, tokens and recovery keys.

use pipit_domain::Timestamp;
use pipit_ledger::{Entry, Ledger, RecoveryKey, SecretKey, Token};

use crate::seeds::{LEDGER_ENTRY_MARK, SERVER_NAME, TIME};

/// An entry has one encoding.
pub fn entry(input: &[u8]) -> bool {
    let Ok(entry) = Entry::decode(input) else {
        return false;
    };
    assert_eq!(entry.encode(), input);
    true
}

/// A chain that is accepted is well-ordered, holds a device, and reads the same again. The input is
/// entries with a mark before each.
pub fn chain(input: &[u8]) -> bool {
    let entries = split(input);
    let Some(Ok(first)) = entries.first().map(|entry| Entry::decode(entry)) else {
        return false;
    };
    let Ok(ledger) = Ledger::decode(first.account_id(), &entries) else {
        return false;
    };
    let encoded: Vec<Vec<u8>> = ledger.entries().iter().map(Entry::encode).collect();
    assert_eq!(encoded, entries);
    assert!(
        ledger
            .entries()
            .iter()
            .zip(0..)
            .all(|(entry, place)| entry.sequence == place)
    );
    assert!(
        ledger
            .devices()
            .iter()
            .all(|(id, key)| key.device_id() == *id)
    );
    true
}

fn split(input: &[u8]) -> Vec<&[u8]> {
    let mut entries = Vec::new();
    let mut rest = input.strip_prefix(LEDGER_ENTRY_MARK).unwrap_or(input);
    while let Some(at) = rest
        .windows(LEDGER_ENTRY_MARK.len())
        .position(|window| window == LEDGER_ENTRY_MARK)
    {
        entries.push(&rest[..at]);
        rest = &rest[at + LEDGER_ENTRY_MARK.len()..];
    }
    entries.push(rest);
    entries
}

/// A token has one encoding, and only the device that signed it gets in.
pub fn token(input: &[u8]) -> bool {
    let Ok(token) = Token::decode(input) else {
        return false;
    };
    assert_eq!(token.encode(), input);
    let stranger = SecretKey::from_seed(&[0xee; 32]).public();
    let now = Timestamp::from_millis(TIME);
    assert!(token.verify(&stranger, SERVER_NAME, now).is_err());
    true
}

/// A recovery key that is read is written in one way, whatever people make of it.
pub fn recovery_key(input: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(input) else {
        return false;
    };
    let Ok(key) = RecoveryKey::parse(text) else {
        return false;
    };
    let again = RecoveryKey::parse(&key.to_text()).expect("what we write we read");
    assert_eq!(again.secret(), key.secret());
    true
}
