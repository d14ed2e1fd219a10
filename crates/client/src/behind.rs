//! A device that is behind its conversation: a commit is missing or does not check, so nothing that comes
//! after it can be opened. It comes back by itself, by joining from outside; the placeholders of what it
//! could not open stay, and whatever is sent from then on is read.
//!
//! It notices that it is behind
//! - by mail of an epoch that it has not reached, or a commit that it can't apply;
//! - by the server's list of epochs, when it has read the mail that waited;
//! - by `STALE_EPOCH` for something of its own.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use pipit_domain::{ConversationId, GroupId};
use pipit_e2ee::{Group, Provider};
use pipit_store::mls_storage;
use pipit_wire::v1::ConversationState;

use crate::client::Shared;
use crate::error::ClientError;
use crate::session::Session;
use crate::task;

/// Conversations that a task brings back now, or could not bring back by this connection.
#[derive(Debug, Default)]
pub(crate) struct Behind(Mutex<BTreeSet<i64>>);

impl Behind {
    /// Answers whether nobody takes care of it yet.
    fn begin(&self, row: i64) -> bool {
        self.rows().insert(row)
    }

    pub(crate) fn end(&self, row: i64) {
        self.rows().remove(&row);
    }

    /// A new connection: what failed on the last one may be tried again.
    pub(crate) fn forget(&self) {
        self.rows().clear();
    }

    fn rows(&self) -> std::sync::MutexGuard<'_, BTreeSet<i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Mail of these conversations showed that this device is behind.
pub(crate) fn bring_back(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    rows: impl IntoIterator<Item = i64>,
) {
    for row in rows {
        if !session.behind.begin(row) {
            continue;
        }
        let (shared, session) = (Arc::clone(shared), Arc::clone(session));
        task::start(async move {
            match session.bring_back_one(&shared, row).await {
                Ok(()) => session.behind.end(row),
                Err(error) => tracing::info!(%error, "this device stays behind for now"),
            }
        });
    }
}

impl Session {
    /// Compares the server's epochs with this device's, and comes back where it is behind.
    ///
    /// # Errors
    /// When the connection is gone.
    pub(crate) async fn bring_back_all(
        self: &Arc<Self>,
        shared: &Arc<Shared>,
        states: &[ConversationState],
    ) -> Result<(), ClientError> {
        for state in states.iter().filter(|state| state.is_member) {
            match self.row_behind(state).await? {
                // Its mail may take long; the others need not wait for it.
                Some(row) if state.has_handshake => bring_back(shared, self, [row]),
                Some(row) => self.reach_epoch(shared, row, state.epoch).await?,
                None => {}
            }
        }
        Ok(())
    }

    /// Waits until the inbox has brought a conversation to this epoch. Joins from outside only when
    /// nothing in the mailbox can: that skips epochs, and what was sealed in them could not be read.
    ///
    /// # Errors
    /// When the connection is gone.
    pub(crate) async fn reach_epoch(
        &self,
        shared: &Shared,
        row: i64,
        epoch: u64,
    ) -> Result<(), ClientError> {
        let id = self.conversation_row(row).await?.id;
        loop {
            if self.wait_for_epoch(row, epoch).await? {
                return Ok(());
            }
            let state = self.conversation_state(id).await?;
            if !state.is_some_and(|state| state.is_member && state.has_handshake) {
                break;
            }
        }
        let _joining = self.joining.lock().await;
        if self.epoch(row).await?.is_some_and(|here| here >= epoch) {
            return Ok(());
        }
        tracing::warn!("a change of members is missing; joining anew");
        self.rejoin_or_leave(id).await?;
        self.show_joined(shared, id).await
    }

    async fn bring_back_one(&self, shared: &Shared, row: i64) -> Result<(), ClientError> {
        let id = self.conversation_row(row).await?.id;
        match self.conversation_state(id).await? {
            Some(state) if state.is_member => self.reach_epoch(shared, row, state.epoch).await,
            _ => Ok(()),
        }
    }

    /// How the server sees a conversation of this account.
    async fn conversation_state(
        &self,
        id: ConversationId,
    ) -> Result<Option<ConversationState>, ClientError> {
        let mut states = self.conversation_states().await?.into_iter();
        Ok(states.find(|state| state.conversation_id == id.as_bytes()))
    }

    /// The row of a conversation whose group here is in an earlier epoch than the server's.
    async fn row_behind(&self, state: &ConversationState) -> Result<Option<i64>, ClientError> {
        let ids = (
            ConversationId::try_from(&state.conversation_id[..]),
            GroupId::try_from(&state.group_id[..]),
        );
        let (Ok(id), Ok(group)) = ids else {
            return Ok(None);
        };
        let (crypto, epoch) = (Arc::clone(&self.crypto), state.epoch);
        self.store
            .read(move |connection| {
                let row = pipit_store::table::conversation::get(connection, id)?
                    .filter(|row| row.group == Some(group) && row.pending_create.is_none());
                let Some(row) = row else { return Ok(None) };
                let storage = mls_storage(connection);
                let here = Group::epoch_of(&Provider::new(&crypto, &storage), group)
                    .map_err(|_| ClientError::Internal("keys of a conversation"))?;
                Ok(here.filter(|here| *here < epoch).map(|_| row.conversation))
            })
            .await
    }
}
