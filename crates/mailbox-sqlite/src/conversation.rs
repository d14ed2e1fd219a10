//! Tables `conversation` and `conversation_group`: epochs by compare-and-set, with their fan-out.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use pipit_domain::{AccountId, ConversationId, DeviceId, EnvelopeId, GroupId, Timestamp};
use pipit_mailbox::{
    CommitOutcome, ConversationKind, ConversationRow, ConversationSummary, CreateOutcome,
    DeviceAddress, EnvelopeKind, NewCommit, NewConversation, NewWelcome, WelcomePayload,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::convert::{collect, conversation_id, first, from_integer, group_id, to_integer};
use crate::device;
use crate::envelope::{self, Place, Post};
use crate::error::DbError;
use crate::member::{self, MemberRow};
use crate::writer::Writing;

/// A conversation as the fan-out finds it.
pub(crate) struct EpochRow {
    pub(crate) conversation_no: i64,
    pub(crate) conversation: ConversationId,
    pub(crate) epoch: u64,
}

fn read_epoch(row: &Row<'_>) -> Result<EpochRow, DbError> {
    Ok(EpochRow {
        conversation_no: row.get(0)?,
        conversation: conversation_id(row, 1)?,
        epoch: from_integer(row.get(2)?, "epoch")?,
    })
}

pub(crate) fn of_group(db: &Connection, group: GroupId) -> Result<Option<EpochRow>, DbError> {
    let mut statement = db.prepare_cached(
        "SELECT conversation_no, conversation_id, epoch FROM conversation WHERE group_id = ?1",
    )?;
    let mut rows = statement.query([group.as_bytes()])?;
    first(&mut rows, read_epoch)
}

fn of_id(db: &Connection, conversation: ConversationId) -> Result<Option<EpochRow>, DbError> {
    let mut statement = db.prepare_cached(
        "SELECT conversation_no, conversation_id, epoch FROM conversation WHERE conversation_id = ?1",
    )?;
    let mut rows = statement.query([conversation.as_bytes()])?;
    first(&mut rows, read_epoch)
}

pub(crate) fn create(
    writing: &mut Writing<'_>,
    new: &NewConversation,
) -> Result<CreateOutcome, DbError> {
    let db = writing.db;
    if of_id(db, new.conversation)?.is_some() || of_group(db, new.group)?.is_some() {
        return Ok(CreateOutcome::AlreadyExists);
    }
    let members = match member::resolve(db, &new.members)? {
        Ok(members) => members,
        Err(device) => return Ok(CreateOutcome::NotInForce(device)),
    };
    db.prepare_cached(
        "INSERT INTO conversation (conversation_id, group_id, kind, epoch) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        new.conversation.as_bytes(),
        new.group.as_bytes(),
        new.kind.number(),
        to_integer(new.epoch),
    ])?;
    let conversation_no = db.last_insert_rowid();
    db.prepare_cached(
        "INSERT INTO conversation_group (conversation_no, group_info, group_state) VALUES (?1, ?2, ?3)",
    )?
    .execute(params![conversation_no, &new.group_info[..], &new.group_state[..]])?;
    for row in &members {
        member::insert(db, conversation_no, row.device_no)?;
    }
    let invited: Vec<_> = members
        .into_iter()
        .filter(|row| row.device != new.creator.device)
        .collect();
    if let Some(welcome) = &new.welcome {
        let sender_no = device::number(db, new.creator.device)?.ok_or(DbError::Shape("creator"))?;
        let place = Place {
            conversation_no,
            conversation: new.conversation,
            sender_no,
        };
        invite(writing, welcome, place, new.epoch, new.now, &invited)?;
    }
    Ok(CreateOutcome::Created)
}

pub(crate) fn commit(writing: &mut Writing<'_>, new: &NewCommit) -> Result<CommitOutcome, DbError> {
    let db = writing.db;
    if let Some(time) = envelope::accepted(db, new.committer.device, new.envelope)? {
        return Ok(CommitOutcome::Repeated { time });
    }
    let Some(current) = of_id(db, new.conversation)? else {
        return Ok(CommitOutcome::UnknownConversation);
    };
    if current.epoch != new.epoch {
        return Ok(CommitOutcome::StaleEpoch(current.epoch));
    }
    let conversation_no = current.conversation_no;
    let before = member::rows(db, conversation_no)?;
    let known: HashSet<DeviceId> = before.iter().map(|row| row.device).collect();
    let new_members: Vec<_> = new
        .members
        .iter()
        .filter(|member| !known.contains(&member.device))
        .copied()
        .collect();
    let added = match member::resolve(db, &new_members)? {
        Ok(added) => added,
        Err(device) => return Ok(CommitOutcome::NotInForce(device)),
    };
    let sender_no = device::number(db, new.committer.device)?.ok_or(DbError::Shape("committer"))?;
    let place = Place {
        conversation_no,
        conversation: new.conversation,
        sender_no,
    };
    advance(db, conversation_no, new)?;
    let kept: HashSet<DeviceId> = new.members.iter().map(|member| member.device).collect();
    for row in before.iter().filter(|row| !kept.contains(&row.device)) {
        member::delete(db, conversation_no, row.device_no)?;
    }
    for row in &added {
        member::insert(db, conversation_no, row.device_no)?;
    }
    let told = envelope::in_force_except(&before, new.committer.device);
    envelope::post_once(
        writing,
        &Post {
            kind: EnvelopeKind::Commit,
            place,
            envelope: new.envelope,
            time: new.now,
            payload: &new.commit,
            tree: &Bytes::new(),
        },
        &told,
    )?;
    if let Some(welcome) = &new.welcome {
        // A device whose old leaf went in the same commit was a member before, and is invited too.
        let named: HashSet<DeviceId> = match &welcome.payload {
            WelcomePayload::Whole(_) => HashSet::new(),
            WelcomePayload::Sliced(slices) => slices.iter().map(|(device, _)| *device).collect(),
        };
        let invited: Vec<_> = before
            .iter()
            .filter(|row| named.contains(&row.device))
            .copied()
            .chain(added)
            .filter(|row| row.device != new.committer.device)
            .collect();
        for row in &invited {
            member::return_to(db, conversation_no, row.device_no)?;
        }
        invite(writing, welcome, place, new.epoch + 1, new.now, &invited)?;
    }
    Ok(CommitOutcome::Accepted { time: new.now })
}

fn advance(db: &Connection, conversation_no: i64, new: &NewCommit) -> Result<(), DbError> {
    db.prepare_cached("UPDATE conversation SET epoch = ?2 WHERE conversation_no = ?1")?
        .execute(params![conversation_no, to_integer(new.epoch + 1)])?;
    db.prepare_cached(
        "UPDATE conversation_group SET group_info = ?2, group_state = ?3 WHERE conversation_no = ?1",
    )?
    .execute(params![conversation_no, &new.group_info[..], &new.group_state[..]])?;
    Ok(())
}

fn invite(
    writing: &mut Writing<'_>,
    welcome: &NewWelcome,
    place: Place,
    epoch: u64,
    time: Timestamp,
    invited: &[MemberRow],
) -> Result<(), DbError> {
    let tree = if welcome.is_tree_fetched {
        keep_tree(
            writing.db,
            place.conversation_no,
            epoch,
            time,
            &welcome.tree,
        )?;
        Bytes::new()
    } else {
        welcome.tree.clone()
    };
    let post = |payload| Post {
        kind: EnvelopeKind::Welcome,
        place,
        envelope: EnvelopeId::new([0; 16]),
        time,
        payload,
        tree: &tree,
    };
    match &welcome.payload {
        WelcomePayload::Whole(payload) => {
            envelope::post(writing, &post(payload), invited)?;
        }
        WelcomePayload::Sliced(slices) => {
            let slices: HashMap<DeviceId, &Bytes> = slices
                .iter()
                .map(|(device, payload)| (*device, payload))
                .collect();
            for row in invited {
                if let Some(payload) = slices.get(&row.device) {
                    envelope::post(writing, &post(payload), &[*row])?;
                }
            }
        }
    }
    Ok(())
}

fn keep_tree(
    db: &Connection,
    conversation_no: i64,
    epoch: u64,
    time: Timestamp,
    tree: &[u8],
) -> Result<(), DbError> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO epoch_tree (conversation_no, epoch, time_ms, tree) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        conversation_no,
        to_integer(epoch),
        to_integer(time.as_millis()),
        tree
    ])?;
    Ok(())
}

pub(crate) fn epoch_tree(
    db: &Connection,
    conversation: ConversationId,
    epoch: u64,
) -> Result<Option<Bytes>, DbError> {
    let mut statement = db.prepare_cached(
        "SELECT t.tree FROM conversation c JOIN epoch_tree t ON t.conversation_no = c.conversation_no
         WHERE c.conversation_id = ?1 AND t.epoch = ?2",
    )?;
    let mut rows = statement.query(params![conversation.as_bytes(), to_integer(epoch)])?;
    first(&mut rows, |row| Ok(row.get::<_, Vec<u8>>(0)?.into()))
}

/// Forgets trees whose Welcomes have expired.
pub(crate) fn expire_trees(db: &Connection, before_ms: i64) -> Result<(), DbError> {
    db.prepare_cached("DELETE FROM epoch_tree WHERE time_ms < ?1")?
        .execute([before_ms])?;
    Ok(())
}

pub(crate) fn leave(
    db: &Connection,
    conversation: ConversationId,
    account: AccountId,
) -> Result<bool, DbError> {
    match of_id(db, conversation)? {
        Some(row) => member::leave(db, row.conversation_no, account),
        None => Ok(false),
    }
}

pub(crate) fn read(
    db: &Connection,
    conversation: ConversationId,
) -> Result<Option<ConversationRow>, DbError> {
    let mut statement = db.prepare_cached(
        "SELECT c.conversation_no, c.kind, c.group_id, c.epoch, g.group_info, g.group_state
         FROM conversation c JOIN conversation_group g ON g.conversation_no = c.conversation_no
         WHERE c.conversation_id = ?1",
    )?;
    let mut rows = statement.query([conversation.as_bytes()])?;
    first(&mut rows, |row| {
        Ok(ConversationRow {
            kind: ConversationKind::from_number(row.get(1)?)
                .ok_or(DbError::Shape("conversation kind"))?,
            group: group_id(row, 2)?,
            epoch: from_integer(row.get(3)?, "epoch")?,
            group_info: row.get::<_, Vec<u8>>(4)?.into(),
            group_state: row.get::<_, Vec<u8>>(5)?.into(),
            members: member::addresses(db, row.get(0)?)?,
            left: member::left(db, row.get(0)?)?,
        })
    })
}

pub(crate) fn of_account(
    db: &Connection,
    address: DeviceAddress,
    after: Option<ConversationId>,
    count: usize,
) -> Result<Vec<ConversationSummary>, DbError> {
    let after = after.map(|after| of_id(db, after)).transpose()?.flatten();
    let mut statement = db.prepare_cached(
        "WITH waiting AS MATERIALIZED (
             SELECT DISTINCT y.conversation_no FROM device own
             JOIN pointer p ON p.device_no = own.device_no
             JOIN payload y ON y.payload_no = p.payload_no
             WHERE own.device_id = ?2 AND y.kind IN (?5, ?6)
         )
         SELECT c.conversation_id, c.group_id, c.epoch, max(d.device_id = ?2),
             c.conversation_no IN waiting
         FROM account a JOIN device d ON d.account_no = a.account_no
         JOIN member m ON m.device_no = d.device_no
         JOIN conversation c ON c.conversation_no = m.conversation_no
         WHERE a.account_id = ?1 AND m.has_left = 0 AND m.conversation_no > ?3
         GROUP BY c.conversation_no ORDER BY c.conversation_no LIMIT ?4",
    )?;
    let mut rows = statement.query(params![
        address.account.as_bytes(),
        address.device.as_bytes(),
        after.map_or(0, |row| row.conversation_no),
        to_integer(count as u64),
        EnvelopeKind::Commit.number(),
        EnvelopeKind::Welcome.number()
    ])?;
    collect(&mut rows, |row| {
        Ok(ConversationSummary {
            conversation: conversation_id(row, 0)?,
            group: group_id(row, 1)?,
            epoch: from_integer(row.get(2)?, "epoch")?,
            is_member: row.get(3)?,
            has_handshake: row.get(4)?,
        })
    })
}

pub(crate) fn peers(
    db: &Connection,
    group: GroupId,
    device: DeviceId,
) -> Result<Option<Vec<DeviceId>>, DbError> {
    let Some(current) = of_group(db, group)? else {
        return Ok(None);
    };
    let members = member::rows(db, current.conversation_no)?;
    if !members
        .iter()
        .any(|row| row.device == device && row.is_in_force)
    {
        return Ok(None);
    }
    Ok(Some(
        envelope::in_force_except(&members, device)
            .iter()
            .map(|row| row.device)
            .collect(),
    ))
}

pub(crate) fn has_account(
    db: &Connection,
    conversation: ConversationId,
    account: AccountId,
) -> Result<bool, DbError> {
    let mut statement = db.prepare_cached(
        "SELECT 1 FROM conversation c JOIN member m ON m.conversation_no = c.conversation_no
         JOIN device d ON d.device_no = m.device_no JOIN account a ON a.account_no = d.account_no
         WHERE c.conversation_id = ?1 AND a.account_id = ?2 AND m.has_left = 0 LIMIT 1",
    )?;
    let found: Option<i64> = statement
        .query_row(
            params![conversation.as_bytes(), account.as_bytes()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(found.is_some())
}
