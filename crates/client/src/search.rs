//! Searching the history, and adding to the index what is older than it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pipit_domain::{AccountId, ConversationId, Redacted, Timestamp};
use pipit_store::Connection;
use pipit_store::search::{self, Cursor, Filter, Order, Piece, Query, Sort};
use pipit_store::table::conversation;
use pipit_store::table::message::MessageKind;
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::client::Client;
use crate::error::ClientError;
use crate::record::{MessageRecord, Reader};
use crate::session::Session;
use crate::task;

/// Older messages that are added to the index in one transaction: some 10 ms of the store's thread.
const SLICE_LEN: usize = 200;
/// Between two of them, so that sending and receiving come first.
const SLICE_PAUSE: Duration = Duration::from_millis(40);
/// Search boxes that may be waiting for an answer at a time.
const BOXES_MAX: usize = 16;

/// What sort of message a search is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchKind {
    /// Text.
    Text,
    /// With a link in it.
    Link,
    /// A poll.
    Poll,
}

/// A search.
#[derive(Debug, Clone)]
pub struct SearchRequest {
    /// As typed; empty when only the filters matter.
    pub query: Redacted<String>,
    /// In this conversation.
    pub conversation: Option<ConversationId>,
    /// Of this person.
    pub sender: Option<AccountId>,
    /// Not before this, by the server's clock.
    pub from: Option<Timestamp>,
    /// Before this, by the server's clock.
    pub to: Option<Timestamp>,
    /// Of this sort.
    pub kind: Option<SearchKind>,
    /// Which come first.
    pub order: Order,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
    /// Hits, at most.
    pub limit: usize,
    /// The box that it is typed in: a newer search of the same box ends this one.
    pub search_box: Option<String>,
}

/// A message that was found.
#[derive(Debug, Clone)]
pub struct SearchHit {
    /// The message.
    pub message: MessageRecord,
    /// What to call its conversation; empty for the note to self.
    pub conversation_name: Redacted<String>,
    /// Part of its text.
    pub snippet: Vec<Piece>,
}

/// A page of what was found.
#[derive(Debug)]
pub struct SearchAnswer {
    /// May be fewer than asked for, or none, with more pages to come.
    pub hits: Vec<SearchHit>,
    /// Where the next page begins, when there may be one.
    pub next: Option<Cursor>,
    /// Older messages that can't be found yet, at most: they are being added.
    pub unindexed: u64,
}

impl Client {
    /// Searches the history on this device. Sending and receiving go on beside it.
    ///
    /// # Errors
    /// [`ClientError::Query`] for a query without an end, [`ClientError::UnknownConversation`], or
    /// [`ClientError::Superseded`] when the same box has searched again.
    pub async fn search(&self, request: SearchRequest) -> Result<SearchAnswer, ClientError> {
        let session = self.session()?;
        let query = Query::parse(&request.query.0)?;
        let turn = self.shared.searches.enter(request.search_box.as_deref());
        let ended = Arc::clone(&turn.ended);
        let reader = session.reader.clone();
        let look = session
            .store
            .look(move |connection| answer(connection, &reader, &query, &request));
        tokio::select! {
            answer = look => answer,
            () = ended.notified() => Err(ClientError::Superseded),
        }
    }
}

fn answer(
    connection: &Connection,
    reader: &Reader,
    query: &Query,
    request: &SearchRequest,
) -> Result<SearchAnswer, ClientError> {
    let place = |id| conversation::get(connection, id)?.ok_or(ClientError::UnknownConversation);
    let filter = Filter {
        conversation: request
            .conversation
            .map(place)
            .transpose()?
            .map(|row| row.conversation),
        sender: request.sender,
        from: request.from,
        to: request.to,
        sort: request.kind.map(|kind| match kind {
            SearchKind::Text => Sort::Kind(MessageKind::Text as i64),
            SearchKind::Link => Sort::Link,
            SearchKind::Poll => Sort::Poll,
        }),
    };
    let page = search::find(
        connection,
        query,
        &filter,
        request.order,
        request.cursor,
        request.limit,
    )?;
    let mut places = HashMap::new();
    let mut hits = Vec::with_capacity(page.hits.len());
    for hit in page.hits {
        let (id, name) = match places.entry(hit.row.conversation) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let record = reader.conversation_by_row(connection, *new.key())?;
                new.insert((record.row.id, record.name))
            }
        };
        hits.push(SearchHit {
            message: reader.message(connection, *id, hit.row)?,
            conversation_name: name.clone(),
            snippet: hit.snippet,
        });
    }
    Ok(SearchAnswer {
        hits,
        next: page.next,
        unindexed: page.unindexed,
    })
}

/// Adds what is older than the index, in the background; ends when all is in it, or with the session.
pub(crate) fn spawn(session: &Arc<Session>) {
    let session = Arc::downgrade(session);
    task::start(async move {
        while let Some(strong) = session.upgrade() {
            let added = strong
                .store
                .write(|transaction| search::add_older(transaction, SLICE_LEN))
                .await;
            drop(strong);
            match added {
                Ok(true) => sleep(SLICE_PAUSE).await,
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, "older messages could not be made searchable");
                    return;
                }
            }
        }
    });
}

/// The search boxes that wait for an answer.
#[derive(Debug, Default)]
pub(crate) struct Boxes(Arc<Mutex<HashMap<String, Arc<Notify>>>>);

/// A search that is going on.
struct Turn {
    boxes: Boxes,
    name: Option<String>,
    ended: Arc<Notify>,
}

impl Boxes {
    /// Begins a search, and ends the one of the same box before it. More boxes than anybody has are not
    /// kept apart from those without a name.
    fn enter(&self, name: Option<&str>) -> Turn {
        let ended = Arc::new(Notify::new());
        let mut boxes = self.lock();
        let name = name.filter(|name| boxes.len() < BOXES_MAX || boxes.contains_key(*name));
        if let Some(name) = name
            && let Some(former) = boxes.insert(name.to_owned(), Arc::clone(&ended))
        {
            former.notify_one();
        }
        Turn {
            boxes: Self(Arc::clone(&self.0)),
            name: name.map(str::to_owned),
            ended,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Notify>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(name) = &self.name else { return };
        let mut boxes = self.boxes.lock();
        if boxes
            .get(name)
            .is_some_and(|ended| Arc::ptr_eq(ended, &self.ended))
        {
            boxes.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_newer_search_of_a_box_ends_the_one_before_and_no_other() {
        let boxes = Boxes::default();
        let other = boxes.enter(Some("chat"));
        let unnamed = boxes.enter(None);
        let first = boxes.enter(Some("all"));
        let second = boxes.enter(Some("all"));
        first.ended.notified().await;
        drop(first);
        let third = boxes.enter(Some("all"));
        second.ended.notified().await;
        drop((second, third, other, unnamed));
        assert!(boxes.lock().is_empty());
    }
}
