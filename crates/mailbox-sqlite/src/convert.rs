//! Between rows and the types of the domain.

use pipit_domain::{AccountId, ConversationId, DeviceId, EnvelopeId, GroupId, Timestamp};
use pipit_mailbox::DeviceAddress;
use rusqlite::Row;

use crate::error::DbError;

macro_rules! id_column {
    ($name:ident, $id:ident, $what:literal) => {
        pub(crate) fn $name(row: &Row<'_>, column: usize) -> Result<$id, DbError> {
            $id::try_from(
                row.get_ref(column)?
                    .as_blob()
                    .map_err(|_| DbError::Shape($what))?,
            )
            .map_err(|_| DbError::Shape($what))
        }
    };
}
id_column!(account_id, AccountId, "account id");
id_column!(device_id, DeviceId, "device id");
id_column!(conversation_id, ConversationId, "conversation id");
id_column!(group_id, GroupId, "group id");
id_column!(envelope_id, EnvelopeId, "envelope id");

/// An account id and a device id in neighbouring columns.
pub(crate) fn address(row: &Row<'_>, column: usize) -> Result<DeviceAddress, DbError> {
    Ok(DeviceAddress {
        account: account_id(row, column)?,
        device: device_id(row, column + 1)?,
    })
}

/// SQLite's integers are signed; times, epochs and counters of ours stay far below 2^63.
pub(crate) fn to_integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(crate) fn from_integer(value: i64, what: &'static str) -> Result<u64, DbError> {
    u64::try_from(value).map_err(|_| DbError::Shape(what))
}

pub(crate) fn time(row: &Row<'_>, column: usize) -> Result<Timestamp, DbError> {
    from_integer(row.get(column)?, "time").map(Timestamp::from_millis)
}

/// Runs a query whose rows turn into values with our own errors.
pub(crate) fn collect<T>(
    rows: &mut rusqlite::Rows<'_>,
    mut read: impl FnMut(&Row<'_>) -> Result<T, DbError>,
) -> Result<Vec<T>, DbError> {
    let mut values = Vec::new();
    while let Some(row) = rows.next()? {
        values.push(read(row)?);
    }
    Ok(values)
}

/// The first row of a query, if there is one.
pub(crate) fn first<T>(
    rows: &mut rusqlite::Rows<'_>,
    read: impl FnOnce(&Row<'_>) -> Result<T, DbError>,
) -> Result<Option<T>, DbError> {
    rows.next()?.map(read).transpose()
}
