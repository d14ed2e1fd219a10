//! The outbox task: establishes, seals, submits, in order within each conversation.
//!
//! A batch of a conversation's oldest messages is sealed in one transaction and submitted together;
//! the answers are noted in one more. What was not answered is submitted again, with the same bytes,
//! when the connection is back; the server knows the envelope ids.

use std::collections::HashSet;
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;
use pipit_domain::{AccountId, EnvelopeId, Timestamp};
use pipit_e2ee::{Crypto, Group, Identity, Provider, SealError};
use pipit_net::NetError;
use pipit_store::table::message::MessageState;
use pipit_store::table::outbox::OutboxRow;
use pipit_store::table::{alarm, conversation, delivery, message, outbox, revoked_leaf, timer};
use pipit_store::{Transaction, mls_storage};
use pipit_wire::v1::{RefusalCode, Refused, Submit, client_frame, server_frame};
use tokio::time::{Instant, sleep};

use crate::client::{Connection, Shared};
use crate::content::{self, Change};
use crate::conversation::changed;
use crate::delivered;
use crate::error::ClientError;
use crate::event::Event;
use crate::record::Reader;
use crate::session::{Session, failure_word};
use crate::task;

/// Messages of one conversation on their way together. The server keeps the order of a connection.
const BATCH_LEN: usize = 16;
/// After a refusal that passes, when the server names no time.
const PAUSE: Duration = Duration::from_secs(2);
/// After an answer that did not come: the line is about to be found dead, or the server is slow.
const LINE_PAUSE: Duration = Duration::from_millis(300);
/// Tries that fail for a reason of ours before a conversation's messages are shown as failed.
const TRIES: u32 = 3;

/// Starts the task; it ends with the session.
pub(crate) fn spawn(shared: Weak<Shared>, session: &Arc<Session>) {
    let wake = Arc::clone(&session.outbox_wake);
    let session = Arc::downgrade(session);
    task::start(async move {
        let mut busy = HashSet::new();
        let mut draining = FuturesUnordered::new();
        loop {
            tokio::select! {
                () = wake.notified() => {}
                Some(done) = draining.next() => { busy.remove(&done); }
            }
            let (Some(strong), Some(shared)) = (session.upgrade(), shared.upgrade()) else {
                return;
            };
            if shared.connection() != Connection::Online {
                continue;
            }
            let waiting = strong.store.read(outbox::conversations).await;
            for row in waiting.unwrap_or_default() {
                if busy.insert(row) {
                    let session = Weak::clone(&session);
                    let shared = Arc::downgrade(&shared);
                    draining.push(async move {
                        drain(&shared, &session, row).await;
                        row
                    });
                }
            }
        }
    });
}

/// What a round of a conversation came to.
enum Round {
    /// Nothing more to send now.
    Done,
    /// More may be waiting.
    Again,
    /// Try again after this time.
    After(Duration),
}

/// Sends what a conversation has, until it is empty or the connection goes.
async fn drain(shared: &Weak<Shared>, session: &Weak<Session>, row: i64) {
    let mut failures = 0;
    loop {
        let (Some(shared), Some(session)) = (shared.upgrade(), session.upgrade()) else {
            return;
        };
        let round = match round(&shared, &session, row).await {
            Ok(round) => {
                failures = 0;
                round
            }
            Err(ClientError::Net(error)) if error.refusal().is_none() => Round::After(LINE_PAUSE),
            Err(ClientError::Net(NetError::Refused(refused))) if refused.retry => {
                Round::After(pause(&refused))
            }
            Err(error) => {
                failures += 1;
                tracing::warn!(%error, failures, "sending failed");
                if failures >= TRIES {
                    fail_waiting(&shared, &session, row, word_of(&error)).await;
                    Round::Done
                } else {
                    Round::After(PAUSE)
                }
            }
        };
        match round {
            Round::Again => {}
            Round::Done => return,
            // Offline, there is nothing to wait for here: the next connection wakes the task.
            Round::After(_) if shared.connection() != Connection::Online => return,
            Round::After(time) => {
                drop((session, shared));
                sleep(time).await;
            }
        }
    }
}

async fn round(shared: &Shared, session: &Session, row: i64) -> Result<Round, ClientError> {
    if session
        .store
        .read(move |connection| is_held(connection, row))
        .await?
    {
        return Ok(Round::Done);
    }
    let sealed = session
        .store
        .read(move |connection| sealed_before(connection, row))
        .await?;
    if !sealed.is_empty() {
        return submit(shared, session, row, sealed).await;
    }
    session.establish(shared, row).await?;
    let (crypto, identity) = (Arc::clone(&session.crypto), session.identity.clone());
    let sealed = session
        .store
        .write(move |transaction| seal(transaction, &crypto, &identity, row))
        .await?;
    let Some(sealed) = sealed else {
        session.remove_revoked(shared, row).await?;
        return Ok(Round::Again);
    };
    if sealed.is_empty() {
        return Ok(Round::Done);
    }
    submit(shared, session, row, sealed).await
}

/// Submits a batch, and notes the answers.
async fn submit(
    shared: &Shared,
    session: &Session,
    row: i64,
    sealed: Vec<Sealed>,
) -> Result<Round, ClientError> {
    let asked = Instant::now();
    let mut before = None;
    let submitted = sealed.iter().map(|sealed| {
        let submit = Submit {
            payload: sealed.bytes.clone().into(),
            // Whatever becomes of that one, this one does not overtake it.
            after: before
                .replace(sealed.row.envelope)
                .map_or_else(Vec::new, |id: EnvelopeId| id.to_vec()),
        };
        session.ask(client_frame::Body::Submit(submit), |body| match body {
            server_frame::Body::Accepted(accepted) => Some(Timestamp::from_millis(accepted.time)),
            _ => None,
        })
    });
    let answers = join_all(submitted).await;
    hear_clock(session, &sealed, &answers, asked.elapsed()).await;
    let repeated: Vec<_> = sealed
        .iter()
        .zip(&answers)
        .filter(|(sealed, answer)| sealed.is_repeated && answer.is_ok())
        .map(|(sealed, _)| sealed.row.envelope)
        .collect();
    let rows = sealed.into_iter().map(|sealed| sealed.row);
    let answered: Vec<_> = rows.zip(answers).collect();
    let next = next_round(&answered);
    note(shared, session, row, answered).await?;
    // Others may have had them long ago, and have said so to a connection that is gone.
    delivered::ask(shared, session, &repeated).await?;
    match next {
        Next::AfterCommit(epoch) => {
            session.reach_epoch(shared, row, epoch).await?;
            Ok(Round::Again)
        }
        Next::Round(round) => Ok(round),
    }
}

/// When the server has accepted what, so that a clock that was set is noticed. What it may have had before is answered
/// with the time of then.
async fn hear_clock(
    session: &Session,
    sealed: &[Sealed],
    answers: &[Result<Timestamp, NetError>],
    span: Duration,
) {
    for (sealed, answer) in sealed.iter().zip(answers) {
        if let Ok(at) = answer {
            let span = (!sealed.is_repeated).then_some(span);
            session.hear_clock(*at, span).await;
        }
    }
}

enum Next {
    Round(Round),
    /// The server is in this epoch.
    AfterCommit(u64),
}

fn next_round(answered: &[(OutboxRow, Result<Timestamp, NetError>)]) -> Next {
    let mut next = Next::Round(Round::Again);
    for (_, answer) in answered {
        match answer {
            Ok(_) => {}
            Err(NetError::Refused(refused)) if refused.code() == RefusalCode::StaleEpoch => {
                return Next::AfterCommit(refused.epoch);
            }
            Err(NetError::Refused(refused)) if refused.retry => {
                next = Next::Round(Round::After(pause(refused)));
            }
            Err(NetError::Refused(_)) => {}
            Err(_) => return Next::Round(Round::After(LINE_PAUSE)),
        }
    }
    next
}

fn pause(refused: &Refused) -> Duration {
    match refused.retry_after_ms {
        0 => PAUSE,
        ms => Duration::from_millis(ms.into()),
    }
}

/// A message ready to be submitted.
struct Sealed {
    row: OutboxRow,
    bytes: Vec<u8>,
    /// It may have been submitted before, and its answer lost.
    is_repeated: bool,
}

/// Whether what is to be sent waits for the person: an alarm is not decided on. The decision wakes the task.
fn is_held(connection: &pipit_store::Connection, row: i64) -> Result<bool, ClientError> {
    let place = conversation::by_row(connection, row)?.ok_or(ClientError::UnknownConversation)?;
    Ok(alarm::newest(connection, place.id)?.is_some())
}

/// What was sealed for a group that this device is no longer in: the server may have taken it before, and says so.
fn sealed_before(
    connection: &pipit_store::Connection,
    row: i64,
) -> Result<Vec<Sealed>, ClientError> {
    let place = conversation::by_row(connection, row)?.ok_or(ClientError::UnknownConversation)?;
    if place.group.is_some() {
        return Ok(Vec::new());
    }
    let rows = outbox::oldest(connection, row, BATCH_LEN)?.into_iter();
    let sealed = rows.filter_map(|mut waiting| {
        let bytes = waiting.sealed.take().filter(|bytes| !bytes.is_empty())?;
        Some(Sealed {
            row: waiting,
            bytes,
            is_repeated: true,
        })
    });
    Ok(sealed.collect())
}

/// Seals those of the oldest messages that are not sealed yet; ratchet and bytes in this transaction. `None`: a
/// device that could read them was revoked, and goes first.
fn seal(
    transaction: &Transaction<'_>,
    crypto: &Crypto,
    identity: &Identity,
    row: i64,
) -> Result<Option<Vec<Sealed>>, ClientError> {
    if is_held(transaction, row)? {
        return Ok(Some(Vec::new()));
    }
    let rows = outbox::oldest(transaction, row, BATCH_LEN)?;
    if !rows.is_empty() && !revoked_leaf::list(transaction, row)?.is_empty() {
        return Ok(None);
    }
    let place = conversation::by_row(transaction, row)?.ok_or(ClientError::UnknownConversation)?;
    let id = place
        .group
        .ok_or(ClientError::Internal("conversation without keys"))?;
    let storage = mls_storage(transaction);
    let provider = Provider::new(crypto, &storage);
    let mut group = None;
    let mut sealed = Vec::with_capacity(rows.len());
    for mut waiting in rows {
        let before = waiting.sealed.take();
        let is_repeated = before.is_some();
        if let Some(bytes) = before.filter(|bytes| !bytes.is_empty()) {
            sealed.push(Sealed {
                row: waiting,
                bytes,
                is_repeated,
            });
            continue;
        }
        let current = match group.take() {
            Some(group) => group,
            None => Group::load(&provider, id)
                .map_err(|_| ClientError::Internal("keys of a conversation"))?
                .ok_or(ClientError::Internal("keys of a conversation"))?,
        };
        let (after, bytes) = current
            .seal(&provider, identity, waiting.envelope, &waiting.content.0)
            .map_err(|error| match error {
                SealError::NotMember => refused(RefusalCode::NotAMember),
                SealError::TooLarge => refused(RefusalCode::TooLarge),
                SealError::WrongIdentity | SealError::Internal => ClientError::Internal("sealing"),
            })?;
        group = Some(after);
        outbox::set_sealed(transaction, waiting.outbox, Some(&bytes))?;
        if let Some(message) = waiting.message {
            // Whoever is in it now: people may have come and gone since it was written.
            let recipients = content::recipients(transaction, &place)?;
            message::set_recipients(transaction, message, recipients)?;
        }
        sealed.push(Sealed {
            row: waiting,
            bytes,
            is_repeated,
        });
    }
    Ok(Some(sealed))
}

fn refused(code: RefusalCode) -> ClientError {
    NetError::Refused(Refused::new(
        code,
        "This device can't send to this chat any more.",
    ))
    .into()
}

/// Notes the answers in one transaction, and tells.
async fn note(
    shared: &Shared,
    session: &Session,
    row: i64,
    answered: Vec<(OutboxRow, Result<Timestamp, NetError>)>,
) -> Result<(), ClientError> {
    let (reader, own) = (session.reader.clone(), session.own());
    let (events, is_place_changed) = session
        .store
        .write(move |transaction| {
            let mut events = Vec::new();
            let mut is_place_changed = false;
            for (waiting, answer) in answered {
                match answer {
                    Ok(at) => {
                        if let Some(message) = waiting.message {
                            accept(transaction, message, at)?;
                        } else {
                            let content = &waiting.content.0;
                            let change = content::accepted(transaction, own, row, content, at)?;
                            is_place_changed |= change.is_place_changed;
                            events.extend(change.events(&reader, transaction)?);
                        }
                        outbox::remove(transaction, waiting.outbox)?;
                    }
                    Err(NetError::Refused(refused)) => match refused.code() {
                        RefusalCode::StaleEpoch => {
                            outbox::set_sealed(transaction, waiting.outbox, None)?;
                            continue;
                        }
                        _ if refused.retry => continue,
                        code => {
                            let change = fail(transaction, own, &waiting, failure_word(code))?;
                            is_place_changed |= change.is_place_changed;
                            events.extend(change.events(&reader, transaction)?);
                        }
                    },
                    Err(_) => continue,
                }
                events.extend(changed_message(&reader, transaction, &waiting)?);
            }
            if is_place_changed || !events.is_empty() {
                events.extend(changed(&reader, transaction, [row])?);
            }
            Ok::<_, ClientError>((events, is_place_changed))
        })
        .await?;
    shared.publisher.publish(events);
    session.expiry_wake.notify_one();
    if is_place_changed {
        // A timer that counts now is told to own devices.
        session.sync_wake.notify_one();
    }
    Ok(())
}

fn accept(transaction: &Transaction<'_>, message: i64, at: Timestamp) -> Result<(), ClientError> {
    message::set_accepted(transaction, message, at)?;
    timer::start_own(transaction, message, at)?;
    // Reports may come before the acceptance.
    delivery::advance(transaction, message)?;
    Ok(())
}

fn changed_message(
    reader: &Reader,
    transaction: &Transaction<'_>,
    waiting: &OutboxRow,
) -> Result<Option<Event>, ClientError> {
    let Some(message) = waiting.message else {
        return Ok(None);
    };
    // It may have been deleted here while it was on its way.
    if message::by_row(transaction, message)?.is_none() {
        return Ok(None);
    }
    let record = reader.message_by_row(transaction, message)?;
    Ok(Some(Event::MessageChanged(record)))
}

/// A message waits for the person's decision. What no person sees can't be decided on: it is dropped,
/// and whatever made it says so again when it still matters.
fn fail(
    transaction: &Transaction<'_>,
    own: AccountId,
    waiting: &OutboxRow,
    word: &str,
) -> Result<Change, ClientError> {
    let Some(message) = waiting.message else {
        tracing::warn!(word, "a control message was not sent");
        outbox::remove(transaction, waiting.outbox)?;
        let content = &waiting.content.0;
        return content::refused(transaction, own, waiting.conversation, content);
    };
    outbox::set_failed(transaction, waiting.outbox, true)?;
    message::set_state(transaction, message, MessageState::Failed, Some(word))?;
    Ok(Change::default())
}

/// Shows all waiting messages of a conversation as not sent.
async fn fail_waiting(shared: &Shared, session: &Session, row: i64, word: &'static str) {
    let (reader, own) = (session.reader.clone(), session.own());
    let failed = session
        .store
        .write(move |transaction| {
            let mut events = Vec::new();
            for waiting in outbox::oldest(transaction, row, usize::MAX)? {
                let change = fail(transaction, own, &waiting, word)?;
                events.extend(change.events(&reader, transaction)?);
                events.extend(changed_message(&reader, transaction, &waiting)?);
            }
            events.extend(changed(&reader, transaction, [row])?);
            Ok::<_, ClientError>(events)
        })
        .await;
    match failed {
        Ok(events) => shared.publisher.publish(events),
        Err(error) => tracing::error!(%error, "a failure could not be noted"),
    }
}

fn word_of(error: &ClientError) -> &'static str {
    match error {
        ClientError::Net(error) => error.refusal().map_or("UNREACHABLE", failure_word),
        ClientError::UnknownAccount => "UNKNOWN_ACCOUNT",
        ClientError::LedgerMismatch => "LEDGER_MISMATCH",
        ClientError::Store(_) => "STORAGE",
        _ => "INTERNAL",
    }
}
