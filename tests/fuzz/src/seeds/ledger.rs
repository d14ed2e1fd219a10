//! Seeds of ledgers, tokens and recovery keys.

use pipit_domain::Timestamp;
use pipit_ledger::{Entry, Ledger, RECOVERY_SECRET_LEN, RecoveryKey, SecretKey, Token};

use super::{SERVER_NAME, Seed, TIME, seed};

/// Stands between the entries of a chain in one input. Longer than a mutation makes by chance, and
/// never part of a valid entry of the seeds.
pub const ENTRY_MARK: &[u8] = b"<entry>";

pub fn seeds() -> Vec<Seed> {
    let now = Timestamp::from_millis(TIME);
    let [phone, laptop] = [1, 2].map(|n| SecretKey::from_seed(&[n; 32]));
    let recovery = RecoveryKey::new([9; RECOVERY_SECRET_LEN]);
    let mut ledger = Ledger::create(&phone, &recovery.signing_key().public(), now);
    ledger.add_device(&phone, &laptop, now).expect("allowed");
    ledger
        .revoke_device(&laptop, phone.device_id(), now)
        .expect("allowed");

    let entries: Vec<Vec<u8>> = ledger.entries().iter().map(Entry::encode).collect();
    let mut seeds: Vec<Seed> = ["create", "add", "revoke"]
        .iter()
        .zip(&entries)
        .map(|(name, entry)| seed("ledger_entry", name, entry.clone()))
        .collect();
    let chain: Vec<u8> = entries
        .iter()
        .flat_map(|entry| [ENTRY_MARK, entry].concat())
        .collect();
    seeds.push(seed("ledger_chain", "three", chain));
    let token = Token::sign(ledger.account(), &laptop, SERVER_NAME, now, [5; 16]);
    seeds.push(seed("token", "valid", token.encode()));
    seeds.push(seed("recovery_key", "valid", recovery.to_text().as_bytes()));
    seeds.push(seed(
        "recovery_key",
        "typed",
        recovery.to_text().to_lowercase().replace('-', " "),
    ));
    seeds
}
