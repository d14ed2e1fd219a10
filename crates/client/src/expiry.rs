//! Messages whose time is over: removed with all that belongs to them, now or after the next start.
//!
//! When a message goes stands in its row and in an index. The task sleeps until the first is due; whatever starts
//! a clock wakes it.

use std::collections::BTreeSet;
use std::sync::{Arc, Weak};
use std::time::Duration;

use pipit_store::Transaction;
use pipit_store::table::{conversation, message, outbox, timer};
use tokio::time::timeout;

use crate::client::Shared;
use crate::content::{Change, answers};
use crate::conversation::changed;
use crate::error::ClientError;
use crate::event::Event;
use crate::session::Session;
use crate::task;

/// Messages removed in one transaction: sending and receiving go on between.
const SLICE_LEN: usize = 200;
/// At the longest between two looks: the computer may have slept, or a clock been set.
const PACE: Duration = Duration::from_secs(60);
/// After a failure of this device's own (a full disk).
const PAUSE: Duration = Duration::from_secs(5);

/// Starts the task; it ends with the session.
pub(crate) fn spawn(shared: Weak<Shared>, session: &Arc<Session>) {
    let wake = Arc::clone(&session.expiry_wake);
    let session = Arc::downgrade(session);
    task::start(async move {
        loop {
            let (Some(strong), Some(shared)) = (session.upgrade(), shared.upgrade()) else {
                return;
            };
            let pause = match work(&shared, &strong).await {
                Ok(pause) => pause.min(PACE),
                Err(error) => {
                    tracing::error!(%error, "messages whose time is over could not be removed");
                    PAUSE
                }
            };
            drop((strong, shared));
            // Woken or not, it looks again.
            let _ = timeout(pause, wake.notified()).await;
        }
    });
}

/// Removes a slice of what is due; answers how long nothing more is.
async fn work(shared: &Shared, session: &Arc<Session>) -> Result<Duration, ClientError> {
    // What goes does not come back.
    session.check_clock(shared).await;
    let now = session.server_now();
    let due = session.store.read(timer::next).await?;
    let Some(at) = due.filter(|at| *at <= now) else {
        let left = due.map(|at| at.as_millis().saturating_sub(now.as_millis()));
        return Ok(left.map_or(PACE, Duration::from_millis));
    };
    tracing::debug!(
        late_ms = now.as_millis() - at.as_millis(),
        "messages disappear"
    );
    let worker = Arc::clone(session);
    let events = session
        .store
        .write(move |transaction| remove(transaction, &worker))
        .await?;
    shared.publisher.publish(events);
    Ok(Duration::ZERO)
}

fn remove(transaction: &Transaction<'_>, session: &Session) -> Result<Vec<Event>, ClientError> {
    let rows = timer::expired(transaction, session.server_now(), SLICE_LEN)?;
    let mut events = Vec::new();
    let mut quoting = Change::default();
    let mut places = BTreeSet::new();
    for row in rows {
        if let Some(waiting) = outbox::by_message(transaction, row.message)? {
            outbox::remove(transaction, waiting.outbox)?;
        }
        message::remove(transaction, row.message)?;
        conversation::forget_message(transaction, row.conversation, row.is_unread)?;
        quoting.changed.extend(answers(transaction, row.id)?);
        places.insert(row.conversation);
        events.push(Event::MessageRemoved {
            conversation: row.place,
            message: row.id,
        });
    }
    events.extend(quoting.events(&session.reader, transaction)?);
    events.extend(changed(&session.reader, transaction, places)?);
    Ok(events)
}
