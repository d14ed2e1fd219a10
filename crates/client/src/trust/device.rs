//! A new device of the other person of a 1:1: one quiet line.

use std::collections::BTreeSet;

use pipit_domain::{AccountId, DeviceId, Timestamp};
use pipit_e2ee::Committed;
use pipit_ledger::{Action, Ledger};
use pipit_store::Transaction;
use pipit_store::table::conversation::{self, ConversationKind};
use pipit_store::table::ledger;

use super::safety::TrustedDeviceSigner;
use crate::error::ClientError;
use crate::group::LinePlace;

/// The stable word of the line.
const ADDED: &str = "device.added";

/// Adds a line for each device of the other person that a commit has brought into their 1:1; answers their rows.
/// A device that comes back in its own place is not new.
///
/// # Errors
/// When the history can't be written; roll back.
pub(crate) fn note_added(
    transaction: &Transaction<'_>,
    own: AccountId,
    row: i64,
    committed: &Committed,
    at: Timestamp,
) -> Result<Vec<i64>, ClientError> {
    if committed.added.is_empty() {
        return Ok(Vec::new());
    }
    let place = conversation::by_row(transaction, row)?.ok_or(ClientError::UnknownConversation)?;
    let (ConversationKind::Direct, Some(peer)) = (place.kind, place.peer) else {
        return Ok(Vec::new());
    };
    let before: BTreeSet<DeviceId> = committed.removed.iter().map(|leaf| leaf.device).collect();
    let ledger = ledger::get(transaction, peer)?;
    let mut lines = Vec::new();
    for leaf in &committed.added {
        if leaf.account != peer || before.contains(&leaf.device) {
            continue;
        }
        let signer = ledger
            .as_ref()
            .and_then(|ledger| signer_of(ledger, leaf.device));
        let place = LinePlace {
            transaction,
            conversation: row,
            own,
            at,
        };
        let word = signer.map_or("", TrustedDeviceSigner::word);
        lines.push(place.line(ADDED, peer, None, word)?);
    }
    Ok(lines)
}

/// What signed a device into its account's ledger.
pub(crate) fn signer_of(ledger: &Ledger, device: DeviceId) -> Option<TrustedDeviceSigner> {
    ledger
        .entries()
        .iter()
        .find_map(|entry| match &entry.action {
            Action::Create { device: first, .. } if first.device_id() == device => {
                Some(TrustedDeviceSigner::Itself)
            }
            Action::Add { device: added, .. } if added.device_id() == device => {
                Some(match entry.signer == *ledger.recovery() {
                    true => TrustedDeviceSigner::RecoveryKey,
                    false => TrustedDeviceSigner::Device,
                })
            }
            _ => None,
        })
}
