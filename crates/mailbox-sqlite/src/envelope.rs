//! Tables `sent`, `payload` and `pointer`: accepting an envelope once and putting it in mailboxes.

use bytes::Bytes;
use pipit_domain::{ConversationId, DeviceId, EnvelopeId, Timestamp, limits};
use pipit_mailbox::{Delivery, EnvelopeKind, NewEnvelope, SubmitOutcome};
use rusqlite::{Connection, params};

use crate::convert::{first, time, to_integer};
use crate::error::DbError;
use crate::member::{self, MemberRow};
use crate::writer::{Announcement, Writing};
use crate::{conversation, device, mailbox};

/// In which conversation, and from whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) conversation_no: i64,
    pub(crate) conversation: ConversationId,
    pub(crate) sender_no: i64,
}

/// What goes into mailboxes.
pub(crate) struct Post<'a> {
    pub(crate) kind: EnvelopeKind,
    pub(crate) place: Place,
    pub(crate) envelope: EnvelopeId,
    pub(crate) time: Timestamp,
    pub(crate) payload: &'a Bytes,
    pub(crate) tree: &'a Bytes,
}

impl Post<'_> {
    /// What a recipient gets, as `mailbox::read` would read it.
    fn delivery(&self, sequence: u64) -> Delivery {
        Delivery {
            sequence,
            time: self.time,
            kind: self.kind,
            payload: self.payload.clone(),
            conversation: (self.kind == EnvelopeKind::Welcome).then_some(self.place.conversation),
            tree: self.tree.clone(),
            envelope: (self.kind == EnvelopeKind::Commit).then_some(self.envelope),
        }
    }
}

/// When a device's envelope or commit was accepted, if it was.
pub(crate) fn accepted(
    db: &Connection,
    sender: DeviceId,
    envelope: EnvelopeId,
) -> Result<Option<Timestamp>, DbError> {
    match device::number(db, sender)? {
        Some(sender_no) => accepted_of(db, sender_no, envelope),
        None => Ok(None),
    }
}

fn accepted_of(
    db: &Connection,
    sender_no: i64,
    envelope: EnvelopeId,
) -> Result<Option<Timestamp>, DbError> {
    let mut statement =
        db.prepare_cached("SELECT time_ms FROM sent WHERE device_no = ?1 AND envelope_id = ?2")?;
    let mut rows = statement.query(params![sender_no, envelope.as_bytes()])?;
    first(&mut rows, |row| time(row, 0))
}

pub(crate) fn submit(
    writing: &mut Writing<'_>,
    new: &NewEnvelope,
) -> Result<SubmitOutcome, DbError> {
    let db = writing.db;
    let sender_no = device::number(db, new.sender.device)?;
    let accepted = |envelope| match sender_no {
        Some(sender_no) => accepted_of(db, sender_no, envelope),
        None => Ok(None),
    };
    if let Some(time) = accepted(new.envelope)? {
        return Ok(SubmitOutcome::Repeated { time });
    }
    if let Some(before) = new.after
        && accepted(before)?.is_none()
    {
        return Ok(SubmitOutcome::TooEarly);
    }
    let Some(current) = conversation::of_group(db, new.group)? else {
        return Ok(SubmitOutcome::UnknownConversation);
    };
    let members = member::rows(db, current.conversation_no)?;
    let Some(sender) = members
        .iter()
        .find(|row| row.device == new.sender.device && row.is_in_force)
    else {
        return Ok(SubmitOutcome::NotAMember);
    };
    if current.epoch != new.epoch {
        return Ok(SubmitOutcome::StaleEpoch(current.epoch));
    }
    let post = Post {
        kind: EnvelopeKind::Application,
        place: Place {
            conversation_no: current.conversation_no,
            conversation: current.conversation,
            sender_no: sender.device_no,
        },
        envelope: new.envelope,
        time: new.now,
        payload: &new.payload,
        tree: &Bytes::new(),
    };
    let recipients = in_force_except(&members, new.sender.device);
    post_once(writing, &post, &recipients)?;
    Ok(SubmitOutcome::Accepted { time: new.now })
}

/// Members that get what `except` sends.
pub(crate) fn in_force_except(members: &[MemberRow], except: DeviceId) -> Vec<MemberRow> {
    members
        .iter()
        .filter(|row| row.is_in_force && row.device != except)
        .copied()
        .collect()
}

/// Posts, and remembers the sender's id for it, under the number of the payload.
pub(crate) fn post_once(
    writing: &mut Writing<'_>,
    post: &Post<'_>,
    recipients: &[MemberRow],
) -> Result<(), DbError> {
    let payload_no = self::post(writing, post, recipients)?;
    writing
        .db
        .prepare_cached(
            "INSERT INTO sent (sent_no, device_no, envelope_id, time_ms) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            to_integer(payload_no),
            post.place.sender_no,
            post.envelope.as_bytes(),
            to_integer(post.time.as_millis()),
        ])?;
    Ok(())
}

/// Stores a payload with a pointer for each recipient; answers the payload's number. Without
/// recipients only the number is taken.
pub(crate) fn post(
    writing: &mut Writing<'_>,
    post: &Post<'_>,
    recipients: &[MemberRow],
) -> Result<u64, DbError> {
    let db = writing.db;
    for row in recipients {
        if *writing.mailbox_len.of(db, row.device_no)? >= limits::MAILBOX_LEN_MAX {
            mailbox::empty(writing, row.device_no)?;
            device::set_mailbox_expired(db, row.device_no, true)?;
        }
    }
    let count = recipients.len() as u64;
    let payload_no = writing.numbers.take(db, count.max(1))?;
    if count == 0 {
        return Ok(payload_no);
    }
    db.prepare_cached(
        "INSERT INTO payload (payload_no, last_sequence, kind, conversation_no, sender_no, time_ms,
            envelope_id, tree, bytes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        to_integer(payload_no),
        to_integer(payload_no + count - 1),
        post.kind.number(),
        post.place.conversation_no,
        post.place.sender_no,
        to_integer(post.time.as_millis()),
        post.envelope.as_bytes(),
        &post.tree[..],
        &post.payload[..],
    ])?;
    let mut pointer = db.prepare_cached(
        "INSERT INTO pointer (sequence, device_no, payload_no) VALUES (?1, ?2, ?3)",
    )?;
    for (sequence, row) in (payload_no..).zip(recipients) {
        pointer.execute(params![
            to_integer(sequence),
            row.device_no,
            to_integer(payload_no)
        ])?;
        *writing.mailbox_len.of(db, row.device_no)? += 1;
        writing
            .announcements
            .push(Announcement::Stored(row.device, post.delivery(sequence)));
    }
    Ok(payload_no)
}
