//! Reports of reading. Whoever does not tell what they read is not told either: then nothing is noted.

use pipit_domain::AccountId;
use pipit_store::Transaction;
use pipit_store::table::{delivery, message};
use pipit_wire::content::{MessageStatus, StatusReport};

use super::{Change, Deed};
use crate::error::ClientError;
use crate::settings;

pub(super) fn apply(
    transaction: &Transaction<'_>,
    own: AccountId,
    deed: &Deed<'_>,
    report: &StatusReport,
    change: &mut Change,
) -> Result<(), ClientError> {
    if deed.sender == own || !settings::get(transaction)?.read_receipts {
        return Ok(());
    }
    let read = report
        .statuses
        .iter()
        .filter(|(_, status)| *status == MessageStatus::READ);
    for (id, _) in read {
        let row = message::get(transaction, *id)?
            .filter(|row| row.conversation == deed.place.conversation && row.sender == own);
        if let Some(row) = row
            && delivery::add_read(transaction, row.message, deed.sender, deed.at)?
        {
            change.changed.insert(row.message);
        }
    }
    Ok(())
}
