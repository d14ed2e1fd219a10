//! Where a message stands among the others of its conversation. The app's own lines (kind 4), which no mailbox held,
//! say nothing about the order of a sender's messages. A message in the trash keeps its place: it may come back.

use std::ops::Range;

use pipit_domain::{AccountId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::super::{found, number};
use super::POSITIONS_PER_MS;
use crate::StoreError;

/// Positions between two messages of one sender, at most. A connection has at most 64 deliveries under
/// way, and what overtakes is among them.
const ROOM_MAX: u64 = 250;

/// Positions of a millisecond before its first message that came: for what the server took before that one and that
/// comes after it.
const LEAD: u64 = 200;

/// Positions between two messages of the mailbox, at most: more than what may overtake, and few enough that what is
/// accepted in a millisecond finds room in it.
const BETWEEN_MAX: u64 = 64;

/// Rows that have a place.
const PLACED: &str = "(
    SELECT conversation, position, sender, sequence, accepted_at, sent_here, kind FROM message
    UNION ALL
    SELECT conversation, position, sender, sequence, accepted_at, sent_here, kind FROM trash)";

/// The first free position from `from` on for a message of `sender` that the mailbox held at `sequence`
/// (0 for none): after the sender's newest message, so that what one device sends stays in its order,
/// and with room for what the mailbox held between the two.
///
/// # Errors
/// When the file cannot be read.
pub fn free_position(
    connection: &Connection,
    conversation: i64,
    sender: AccountId,
    from: u64,
    sequence: u64,
) -> Result<u64, StoreError> {
    let newest = connection
        .prepare_cached(&format!(
            "SELECT position, sequence FROM {PLACED}
             WHERE conversation = ?1 AND sender = ?2 AND sent_here = 0 AND kind <> 4
             ORDER BY position DESC LIMIT 1"
        ))?
        .query_row(params![conversation, sender.as_bytes()], |row| {
            Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?))
        })
        .optional()?;
    let after = newest.map_or(0, |(position, newest)| {
        position + room(newest, sequence, ROOM_MAX)
    });
    first_free(connection, conversation, after.max(from))
}

/// The position that a message comes back to from the trash: its own, which nothing takes meanwhile. The next free one
/// where an earlier version has given it away.
pub(in crate::table) fn position_again(
    connection: &Connection,
    conversation: i64,
    position: u64,
) -> Result<u64, StoreError> {
    let is_taken = connection
        .prepare_cached("SELECT 1 FROM message WHERE conversation = ?1 AND position = ?2")?
        .exists(params![conversation, number(position)])?;
    match is_taken {
        true => first_free(connection, conversation, position),
        false => Ok(position),
    }
}

/// The first position from this one on that no row has.
fn first_free(
    connection: &Connection,
    conversation: i64,
    mut position: u64,
) -> Result<u64, StoreError> {
    let mut taken = connection.prepare_cached(&format!(
        "SELECT position FROM {PLACED} WHERE conversation = ?1 AND position >= ?2 ORDER BY position"
    ))?;
    let mut rows = taken.query(params![conversation, number(position)])?;
    while let Some(row) = rows.next()? {
        if row.get::<_, u64>(0)? != position {
            break;
        }
        position += 1;
    }
    Ok(position)
}

/// How far apart two messages are placed: as far as in the mailbox, so that whatever it held between them has a
/// place if it comes late. Beyond the bound nothing is late any more.
fn room(sequence: u64, later: u64, max: u64) -> u64 {
    later.saturating_sub(sequence).clamp(1, max)
}

/// A position, and the sequence of what stands there.
type Placed = (u64, u64);

/// Between which messages one belongs.
#[derive(Debug, Clone, Copy, Default)]
struct Neighbours {
    before: Option<Placed>,
    next: Option<Placed>,
}

impl Neighbours {
    /// The nearer ones of both.
    fn and(self, other: Self) -> Self {
        Self {
            before: self.before.max(other.before),
            next: match (self.next, other.next) {
                (Some(one), Some(two)) => Some(one.min(two)),
                (one, two) => one.or(two),
            },
        }
    }

    /// The positions between them, not below `floor` if there are any above it.
    fn range(self, floor: u64) -> Range<u64> {
        let start = self.before.map_or(0, |(position, _)| position + 1);
        let end = self.next.map_or(u64::MAX, |(position, _)| position);
        if floor < end {
            start.max(floor)..end
        } else {
            start..end
        }
    }

    /// A free position between them: the nearest to a wanted one that leaves to what the mailbox held between them and
    /// this one as much room as it may need, or half of what there is.
    fn free(
        self,
        connection: &Connection,
        conversation: i64,
        (wanted, floor): (u64, u64),
        sequence: u64,
    ) -> Result<Option<u64>, StoreError> {
        let range = self.range(floor);
        if range.is_empty() {
            return Ok(None);
        }
        let after = |max| {
            self.before.map_or(range.start, |(position, before)| {
                position + room(before, sequence, max)
            })
        };
        let Some((next, later)) = self.next else {
            let wanted = wanted.max(after(BETWEEN_MAX));
            return first_free(connection, conversation, wanted).map(Some);
        };
        let until = |max| next.saturating_sub(room(sequence, later, max));
        let half = ((range.end - range.start) / 2).clamp(1, BETWEEN_MAX);
        let max = match after(BETWEEN_MAX) <= until(BETWEEN_MAX) {
            true => BETWEEN_MAX,
            false => half,
        };
        let wanted = wanted.max(after(max)).min(until(max)).max(range.start);
        free_between(connection, conversation, wanted, range)
    }
}

/// The position of a message of `sender` that the server accepted `accepted_at` and that the mailbox held at `sequence`,
/// in whatever order they come:
/// - what one sender sent stands in the order of the mailbox. Later is what has a higher sequence and no earlier time:
///   so a server whose counting starts over, or whose clock is put back, changes no order;
/// - what several sent in one millisecond does, too. It is the order in which the server took them, which is the same
///   for every device.
///
/// # Errors
/// When the file cannot be read.
pub fn mailbox_position(
    connection: &Connection,
    conversation: i64,
    sender: AccountId,
    accepted_at: Timestamp,
    sequence: u64,
) -> Result<u64, StoreError> {
    let first = accepted_at.as_millis().saturating_mul(POSITIONS_PER_MS);
    let of_sender = of_sender(connection, conversation, sender, accepted_at, sequence)?;
    let tied = of_millisecond(connection, conversation, accepted_at, sequence)?;
    // Where they contradict each other, or there is no room, the order of the sender's own messages counts for more.
    for neighbours in [of_sender.and(tied), of_sender] {
        let place = (first.saturating_add(LEAD), first);
        if let Some(free) = neighbours.free(connection, conversation, place, sequence)? {
            return Ok(free);
        }
    }
    free_position(connection, conversation, sender, first, sequence)
}

/// The messages of a sender between which one of this time and sequence belongs.
fn of_sender(
    connection: &Connection,
    conversation: i64,
    sender: AccountId,
    accepted_at: Timestamp,
    sequence: u64,
) -> Result<Neighbours, StoreError> {
    let mut newest = connection.prepare_cached(&format!(
        "SELECT position, sequence, accepted_at FROM {PLACED}
         WHERE conversation = ?1 AND sender = ?2 AND sent_here = 0 AND kind <> 4
         ORDER BY position DESC"
    ))?;
    let mut rows = newest.query(params![conversation, sender.as_bytes()])?;
    let mut found = Neighbours::default();
    while let Some(row) = rows.next()? {
        let at = row.get::<_, Option<u64>>(2)?.unwrap_or(0);
        let here = (row.get::<_, u64>(0)?, row.get::<_, u64>(1)?);
        if here.1 <= sequence || at < accepted_at.as_millis() {
            found.before = Some(here);
            break;
        }
        found.next = Some(here);
    }
    Ok(found)
}

/// The messages that the server accepted in one millisecond between which one of this sequence belongs, as far as they
/// stand among the positions of that millisecond.
fn of_millisecond(
    connection: &Connection,
    conversation: i64,
    accepted_at: Timestamp,
    sequence: u64,
) -> Result<Neighbours, StoreError> {
    let first = accepted_at.as_millis().saturating_mul(POSITIONS_PER_MS);
    let mut tied = connection.prepare_cached(&format!(
        "SELECT position, sequence FROM {PLACED}
         WHERE conversation = ?1 AND position >= ?2 AND position < ?3 AND accepted_at = ?4 AND sequence > 0
         ORDER BY position"
    ))?;
    let mut rows = tied.query(params![
        conversation,
        number(first),
        number(first.saturating_add(POSITIONS_PER_MS)),
        number(accepted_at.as_millis())
    ])?;
    let mut found = Neighbours::default();
    while let Some(row) = rows.next()? {
        let here = (row.get::<_, u64>(0)?, row.get::<_, u64>(1)?);
        if here.1 > sequence {
            found.next = Some(here);
            break;
        }
        found.before = Some(here);
    }
    Ok(found)
}

/// A position for a message of `sender` that the server accepted `at` and that does not come from the mailbox: before
/// the position `next` of one that its sender wrote later, else before the first that is known to be later. `None`
/// when there is no later one, or no room before it.
///
/// # Errors
/// When the file cannot be read.
pub fn earlier_position(
    connection: &Connection,
    conversation: i64,
    sender: AccountId,
    at: Timestamp,
    next: Option<u64>,
) -> Result<Option<u64>, StoreError> {
    let from = at.as_millis() * POSITIONS_PER_MS;
    let next = match next {
        Some(next) => Some(next),
        None => connection
            .prepare_cached(&format!(
                "SELECT position FROM {PLACED}
                 WHERE conversation = ?1 AND sender = ?2 AND position >= ?3 AND kind <> 4
                     AND (accepted_at > ?4 OR sequence > 0)
                 ORDER BY position LIMIT 1"
            ))?
            .query_row(
                params![
                    conversation,
                    sender.as_bytes(),
                    number(from),
                    number(at.as_millis())
                ],
                |row| row.get(0),
            )
            .optional()?,
    };
    let Some(next) = next else {
        return Ok(None);
    };
    let before: Option<u64> = connection
        .prepare_cached(&format!(
            "SELECT position FROM {PLACED}
             WHERE conversation = ?1 AND sender = ?2 AND position < ?3
             ORDER BY position DESC LIMIT 1"
        ))?
        .query_row(
            params![conversation, sender.as_bytes(), number(next)],
            |row| row.get(0),
        )
        .optional()?;
    let after = before.map_or(0, |position| position + 1);
    let wanted = from.min(next.saturating_sub(1)).max(after);
    free_between(connection, conversation, wanted, after..next)
}

/// A position for a message of `sender` that another device of the account has at `wanted`: that one, if it is free and
/// before `next`, where the one stands that its sender wrote after it; else one before that.
///
/// # Errors
/// When the file cannot be read.
pub fn given_position(
    connection: &Connection,
    conversation: i64,
    sender: AccountId,
    wanted: u64,
    next: Option<u64>,
) -> Result<u64, StoreError> {
    let next = match next {
        Some(next) => Some(next),
        None => connection
            .prepare_cached(&format!(
                "SELECT position FROM {PLACED}
                 WHERE conversation = ?1 AND sender = ?2 AND position >= ?3 AND kind <> 4
                 ORDER BY position LIMIT 1"
            ))?
            .query_row(
                params![conversation, sender.as_bytes(), number(wanted)],
                |row| row.get(0),
            )
            .optional()?,
    };
    let Some(next) = next else {
        return first_free(connection, conversation, wanted);
    };
    let wanted = wanted.min(next.saturating_sub(1));
    match free_between(connection, conversation, wanted, 0..next)? {
        Some(position) => Ok(position),
        None => first_free(connection, conversation, wanted),
    }
}

/// The free position in a range that is nearest to a wanted one, rather before it than after it.
fn free_between(
    connection: &Connection,
    conversation: i64,
    wanted: u64,
    range: Range<u64>,
) -> Result<Option<u64>, StoreError> {
    let mut taken = connection.prepare_cached(&format!(
        "SELECT 1 FROM {PLACED} WHERE conversation = ?1 AND position = ?2"
    ))?;
    for position in (range.start..=wanted).rev().chain(wanted + 1..range.end) {
        if position < range.end && !taken.exists(params![conversation, number(position)])? {
            return Ok(Some(position));
        }
    }
    Ok(None)
}

/// A position behind everything in the conversation, and not before `now` (server clock): where a
/// message that is written now belongs. Behind what came by the mailbox it leaves room, since what its sender sent in
/// the same millisecond may be still to come: this device hears the time a little late.
///
/// # Errors
/// When the file cannot be read.
pub fn last_position(
    connection: &Connection,
    conversation: i64,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut newest = connection.prepare_cached(&format!(
        "SELECT position, sequence FROM {PLACED} WHERE conversation = ?1
         ORDER BY position DESC LIMIT 1"
    ))?;
    let newest = found(newest.query_row([conversation], |row| {
        Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?))
    }))?;
    let after = newest.map_or(0, |(position, sequence)| match sequence {
        0 => position + 1,
        _ => position + ROOM_MAX,
    });
    Ok(after.max(now.as_millis() * POSITIONS_PER_MS))
}
