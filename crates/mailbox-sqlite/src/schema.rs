//! The schema, by version. A shipped migration is never edited: changes are new ones at the end.

use rusqlite::Connection;

/// `PRAGMA application_id`: "PpSv", so that another program's database is not taken for ours.
pub(crate) const APPLICATION_ID: i32 = 0x5070_5376;

/// Each entry leads from the version that is its index to the next.
const MIGRATIONS: &[&str] = &[
    concat!(
        include_str!("../sql/0001-account.sql"),
        include_str!("../sql/0002-ledger-entry.sql"),
        include_str!("../sql/0003-device.sql"),
        include_str!("../sql/0004-key-package.sql"),
        include_str!("../sql/0005-conversation.sql"),
        include_str!("../sql/0006-member.sql"),
        include_str!("../sql/0007-sent.sql"),
        include_str!("../sql/0008-mailbox.sql"),
        include_str!("../sql/0009-server.sql"),
    ),
    include_str!("../sql/0010-groups.sql"),
    include_str!("../sql/0011-key-package-expiry.sql"),
    include_str!("../sql/0012-report.sql"),
    include_str!("../sql/0013-credentials.sql"),
];

/// The version that this build writes.
pub(crate) const VERSION: u32 = MIGRATIONS.len() as u32;

/// Brings a database from `version` to [`VERSION`], all steps in one transaction.
pub(crate) fn migrate(connection: &mut Connection, version: u32) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for step in MIGRATIONS.iter().skip(version as usize) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()
}
