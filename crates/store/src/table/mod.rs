//! One module per table. Functions take a connection (or a transaction of it), do one thing, and
//! leave composition to the caller.

pub mod account;
pub mod activity;
pub mod alarm;
pub mod chat_group;
pub mod contact;
pub mod content_reading;
pub mod conversation;
pub mod deed;
pub mod delivery;
pub mod edit;
pub mod group_member;
pub mod history;
pub mod join_request;
pub mod ledger;
pub mod message;
pub mod opened;
pub mod outbox;
pub mod pending;
pub mod pending_commit;
pub mod pending_join;
pub mod person;
pub mod reaction;
pub mod receipt;
pub mod renewal;
pub mod revoked_leaf;
pub mod state;
pub mod sync;
pub mod system_line;
pub mod timer;
pub mod trash;
pub mod unwanted;

use pipit_domain::Timestamp;
use rusqlite::types::Type;

use crate::StoreError;

/// Reads a fixed-length id column.
fn id<T>(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T: for<'a> TryFrom<&'a [u8], Error = pipit_domain::IdError>,
{
    let bytes = row.get_ref(column)?.as_blob()?;
    T::try_from(bytes).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, Box::new(error))
    })
}

/// Reads a fixed-length id column that may be NULL.
fn optional_id<T>(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Option<T>>
where
    T: for<'a> TryFrom<&'a [u8], Error = pipit_domain::IdError>,
{
    match row.get_ref(column)? {
        rusqlite::types::ValueRef::Null => Ok(None),
        _ => id(row, column).map(Some),
    }
}

fn time(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_millis)
}

/// SQLite's whole numbers are signed; ours here never come near the sign.
pub(crate) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A row that may not be there.
pub(crate) fn found<T>(result: rusqlite::Result<T>) -> Result<Option<T>, StoreError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
