//! What was made with a newer version, once this version is newer: kept messages are read again.
//!
//! In the background after the start, in slices: a message that is understood now is
//! shown as what it is; what turns out to be done to another message is done, and its row goes. When all are
//! through, the file notes the version. An end in between does no harm: what is left is still marked.

use std::sync::{Arc, Weak};

use pipit_store::Transaction;
use pipit_store::table::message::{self, MessageKind, MessageRow};
use pipit_store::table::{content_reading, conversation};
use pipit_wire::content::{CONTENT_VERSION, Content};

use crate::client::Shared;
use crate::content::{self, Change, Deed, shown};
use crate::conversation::changed;
use crate::error::ClientError;
use crate::event::Event;
use crate::message::is_unread;
use crate::message_change::place_of;
use crate::session::Session;
use crate::task;
use crate::timer::start_clock;

/// Messages read again in one transaction: sending and receiving go on between.
const SLICE_LEN: usize = 50;

/// Starts the task; it ends when all is read, or with the session.
pub(crate) fn spawn(shared: Weak<Shared>, session: &Arc<Session>) {
    let session = Arc::downgrade(session);
    task::start(async move {
        let mut after = 0;
        while let (Some(shared), Some(session)) = (shared.upgrade(), session.upgrade()) {
            let worker = Arc::clone(&session);
            let slice = session
                .store
                .write(move |transaction| read_slice(transaction, &worker, after))
                .await;
            match slice {
                Ok((events, next)) => {
                    shared.publisher.publish(events);
                    session.expiry_wake.notify_one();
                    match next {
                        Some(next) => after = next,
                        None => return,
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "kept messages are read again at the next start");
                    return;
                }
            }
        }
    });
}

/// Reads a slice above row `after`; answers what to tell, and from where to go on.
fn read_slice(
    transaction: &Transaction<'_>,
    session: &Session,
    after: i64,
) -> Result<(Vec<Event>, Option<i64>), ClientError> {
    if content_reading::version(transaction)? >= CONTENT_VERSION {
        return Ok((Vec::new(), None));
    }
    let rows = content_reading::newer(transaction, after, SLICE_LEN)?;
    let mut events = Vec::new();
    for row in &rows {
        // It may have gone with one before.
        if let Some(row) = message::by_row(transaction, *row)? {
            events.extend(read_again(transaction, session, &row)?);
        }
    }
    if rows.len() < SLICE_LEN {
        content_reading::set_version(transaction, CONTENT_VERSION)?;
        return Ok((events, None));
    }
    Ok((events, rows.last().copied()))
}

fn read_again(
    transaction: &Transaction<'_>,
    session: &Session,
    row: &MessageRow,
) -> Result<Vec<Event>, ClientError> {
    let kept = message::content(transaction, row.message)?.unwrap_or_default();
    let Ok(content) = Content::decode(&kept) else {
        return Ok(Vec::new());
    };
    let own = session.own();
    let place = place_of(transaction, row)?;
    let at = row.accepted_at.unwrap_or(row.sent_at);
    let Some(shown) = shown(&content, row.sender, own) else {
        let deed = Deed {
            place: &place,
            sender: row.sender,
            at,
            content: &content,
        };
        return take_out(transaction, session, row, &deed);
    };
    if shown.kind == MessageKind::Newer {
        return Ok(Vec::new());
    }
    let kept = shown.content.as_ref().map(|kept| &kept.0[..]);
    content_reading::set(
        transaction,
        row.message,
        shown.kind,
        &shown.text.0,
        kept,
        &shown.details,
    )?;
    let is_unread = is_unread(&place, own, row.sender, row.position);
    let (is_own, now) = (row.sender == own, session.server_now());
    start_clock(
        transaction,
        row.message,
        is_own,
        is_unread,
        row.accepted_at,
        now,
    )?;
    let mut change = content::settle(transaction, own, &place, row.id)?;
    change.changed.insert(row.message);
    tell(transaction, session, row.conversation, &change)
}

/// It is no message: what it does is done, and its row goes.
fn take_out(
    transaction: &Transaction<'_>,
    session: &Session,
    row: &MessageRow,
    deed: &Deed<'_>,
) -> Result<Vec<Event>, ClientError> {
    let is_unread = is_unread(deed.place, session.own(), row.sender, row.position);
    message::remove(transaction, row.message)?;
    conversation::forget_message(transaction, row.conversation, is_unread)?;
    let change = content::apply(transaction, session.own(), deed)?;
    let mut events = vec![Event::MessageRemoved {
        conversation: deed.place.id,
        message: row.id,
    }];
    events.extend(tell(transaction, session, row.conversation, &change)?);
    Ok(events)
}

fn tell(
    transaction: &Transaction<'_>,
    session: &Session,
    conversation: i64,
    change: &Change,
) -> Result<Vec<Event>, ClientError> {
    let mut events = change.events(&session.reader, transaction)?;
    events.extend(changed(&session.reader, transaction, [conversation])?);
    Ok(events)
}
