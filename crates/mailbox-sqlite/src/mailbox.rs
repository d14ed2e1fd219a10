//! Tables `pointer`, `payload` and `delivered`: reading a mailbox, acknowledging, emptying it.

use pipit_domain::{DeviceId, EnvelopeId, Timestamp};
use pipit_mailbox::{DeliveredTo, Delivery, DeviceAddress, EnvelopeKind, MailboxPage};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::convert::{
    account_id, collect, conversation_id, device_id, envelope_id, from_integer, to_integer,
};
use crate::device;
use crate::error::DbError;
use crate::writer::{Announcement, Writing};

pub(crate) fn read(
    db: &Connection,
    device: DeviceId,
    after: u64,
    count: usize,
    bytes: usize,
) -> Result<MailboxPage, DbError> {
    let Some(device_no) = device::number(db, device)? else {
        return Ok(MailboxPage {
            deliveries: Vec::new(),
            is_end: true,
        });
    };
    let mut statement = db.prepare_cached(
        "SELECT p.sequence, y.time_ms, y.kind, y.bytes, y.tree, y.envelope_id, c.conversation_id
         FROM pointer p JOIN payload y ON y.payload_no = p.payload_no
         JOIN conversation c ON c.conversation_no = y.conversation_no
         WHERE p.device_no = ?1 AND p.sequence > ?2 ORDER BY p.sequence LIMIT ?3",
    )?;
    let mut rows = statement.query(params![
        device_no,
        to_integer(after),
        to_integer(count as u64 + 1)
    ])?;
    let mut page = MailboxPage {
        deliveries: Vec::new(),
        is_end: false,
    };
    let mut len = 0;
    while let Some(row) = rows.next()? {
        let delivery = read_row(row)?;
        let this = delivery.payload.len() + delivery.tree.len();
        let is_over =
            page.deliveries.len() >= count || (len + this > bytes && !page.deliveries.is_empty());
        if is_over {
            return Ok(page);
        }
        len += this;
        page.deliveries.push(delivery);
    }
    page.is_end = true;
    Ok(page)
}

fn read_row(row: &Row<'_>) -> Result<Delivery, DbError> {
    let kind = EnvelopeKind::from_number(row.get(2)?).ok_or(DbError::Shape("envelope kind"))?;
    let tree = match kind {
        EnvelopeKind::Welcome => row.get::<_, Vec<u8>>(4)?,
        _ => Vec::new(),
    };
    Ok(Delivery {
        sequence: from_integer(row.get(0)?, "sequence")?,
        time: Timestamp::from_millis(from_integer(row.get(1)?, "time")?),
        kind,
        payload: row.get::<_, Vec<u8>>(3)?.into(),
        conversation: (kind == EnvelopeKind::Welcome)
            .then(|| conversation_id(row, 6))
            .transpose()?,
        tree: tree.into(),
        envelope: (kind == EnvelopeKind::Commit)
            .then(|| envelope_id(row, 5))
            .transpose()?,
    })
}

pub(crate) fn acknowledge(
    writing: &mut Writing<'_>,
    by: DeviceAddress,
    sequences: &[u64],
) -> Result<(), DbError> {
    let db = writing.db;
    let mut statement =
        db.prepare_cached("SELECT device_no, account_no FROM device WHERE device_id = ?1")?;
    let found: Option<(i64, i64)> = statement
        .query_row([by.device.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((device_no, account_no)) = found else {
        return Ok(());
    };
    let mut delete = db.prepare_cached(
        "DELETE FROM pointer WHERE sequence = ?1 AND device_no = ?2 RETURNING payload_no",
    )?;
    let mut deleted = 0;
    for &sequence in sequences {
        let payload_no: Option<i64> = delete
            .query_row(params![to_integer(sequence), device_no], |row| row.get(0))
            .optional()?;
        let Some(payload_no) = payload_no else {
            continue;
        };
        deleted += 1;
        for (device, envelope) in record_delivered(db, payload_no, account_no)? {
            let to = DeliveredTo {
                account: by.account,
                envelope,
            };
            writing
                .announcements
                .push(Announcement::Delivered(device, to));
        }
        drop_payload(db, payload_no)?;
    }
    writing.mailbox_len.shrink(device_no, deleted);
    Ok(())
}

/// Records the first acknowledgement of an application envelope by another account than its sender's;
/// answers the devices of the sender's account, each with the envelope, when it is the first.
fn record_delivered(
    db: &Connection,
    payload_no: i64,
    account_no: i64,
) -> Result<Vec<(DeviceId, EnvelopeId)>, DbError> {
    let mut statement = db.prepare_cached(
        "SELECT o.device_id, y.envelope_id FROM payload y JOIN device d ON d.device_no = y.sender_no
         JOIN device o ON o.account_no = d.account_no AND o.is_in_force = 1
         WHERE y.payload_no = ?1 AND y.kind = ?2 AND d.account_no <> ?3 ORDER BY o.device_no",
    )?;
    let mut rows = statement.query(params![
        payload_no,
        EnvelopeKind::Application.number(),
        account_no
    ])?;
    let sent = collect(&mut rows, |row| {
        Ok((device_id(row, 0)?, envelope_id(row, 1)?))
    })?;
    if sent.is_empty() {
        return Ok(sent);
    }
    let is_first = db
        .prepare_cached("INSERT OR IGNORE INTO delivered (sent_no, account_no) VALUES (?1, ?2)")?
        .execute(params![payload_no, account_no])?
        == 1;
    Ok(if is_first { sent } else { Vec::new() })
}

/// Deletes a payload whose last pointer has gone.
fn drop_payload(db: &Connection, payload_no: i64) -> Result<(), DbError> {
    db.prepare_cached(
        "DELETE FROM payload WHERE payload_no = ?1 AND NOT EXISTS
            (SELECT 1 FROM pointer WHERE sequence BETWEEN payload.payload_no AND payload.last_sequence)",
    )?
    .execute([payload_no])?;
    Ok(())
}

/// Deletes everything that waits for a device.
pub(crate) fn empty(writing: &mut Writing<'_>, device_no: i64) -> Result<(), DbError> {
    let db = writing.db;
    let mut statement =
        db.prepare_cached("DELETE FROM pointer WHERE device_no = ?1 RETURNING payload_no")?;
    let payloads: Vec<i64> = statement
        .query_map([device_no], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for &payload_no in &payloads {
        drop_payload(db, payload_no)?;
    }
    writing.mailbox_len.shrink(device_no, u64::MAX);
    Ok(())
}

pub(crate) fn delivery_status(
    db: &Connection,
    sender: DeviceId,
    envelopes: &[EnvelopeId],
) -> Result<Vec<DeliveredTo>, DbError> {
    let mut statement = db.prepare_cached(
        "SELECT a.account_id FROM device o JOIN device d ON d.account_no = o.account_no
         JOIN sent s ON s.device_no = d.device_no JOIN delivered v ON v.sent_no = s.sent_no
         JOIN account a ON a.account_no = v.account_no WHERE o.device_id = ?1 AND s.envelope_id = ?2",
    )?;
    let mut delivered = Vec::new();
    for &envelope in envelopes {
        let mut rows = statement.query(params![sender.as_bytes(), envelope.as_bytes()])?;
        let accounts = collect(&mut rows, |row| account_id(row, 0))?;
        delivered.extend(
            accounts
                .into_iter()
                .map(|account| DeliveredTo { account, envelope }),
        );
    }
    Ok(delivered)
}
