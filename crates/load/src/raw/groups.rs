//! A device's groups: beginning, joining, sealing, opening, committing.

use anyhow::{Context, Result, bail};
use pipit_domain::{AccountId, ConversationId, EnvelopeId, GroupId};
use pipit_e2ee::{Change, Commit, Group, NewLeaf, Opened, Suite};
use pipit_ledger::{Ledger, conversation};
use pipit_wire::v1::{
    self, ClaimKeyPackages, CommitGroup, ConversationKind, CreateConversation, FetchLedgers,
    LedgerRequest, client_frame, server_frame,
};

use super::connection::Connection;
use super::device::Device;
use super::{now, random};

/// What is needed to begin a conversation.
pub struct Started {
    /// Its id.
    pub conversation: ConversationId,
    /// Its MLS group.
    pub group: GroupId,
    /// The request, as it was or would be sent.
    pub request: CreateConversation,
}

impl Device {
    /// Fetches and verifies ledgers.
    ///
    /// # Errors
    /// As the server refuses, or when a ledger does not verify.
    pub async fn fetch_ledgers(
        &mut self,
        connection: &mut Connection,
        accounts: &[AccountId],
    ) -> Result<()> {
        let accounts = accounts
            .iter()
            .map(|account| LedgerRequest {
                account_id: account.to_vec(),
                known_entries: 0,
            })
            .collect();
        let fetch = client_frame::Body::FetchLedgers(FetchLedgers { accounts });
        let server_frame::Body::Ledgers(result) = connection.request(fetch).await? else {
            bail!("another answer than ledgers");
        };
        for slice in result.ledgers {
            let account = AccountId::try_from(&slice.account_id[..])?;
            self.ledgers
                .insert(account, Ledger::decode(account, &slice.entries)?);
        }
        Ok(())
    }

    /// Claims a key package of every other device of these accounts, verified.
    ///
    /// # Errors
    /// As the server refuses, or when one does not verify.
    pub async fn claim(
        &self,
        connection: &mut Connection,
        accounts: &[AccountId],
        suite: Suite,
    ) -> Result<Vec<NewLeaf>> {
        let claim = ClaimKeyPackages {
            account_ids: accounts.iter().map(AccountId::to_vec).collect(),
            suite: v1::Suite::from(suite).into(),
        };
        let answer = connection
            .request(client_frame::Body::ClaimKeyPackages(claim))
            .await?;
        let server_frame::Body::KeyPackages(result) = answer else {
            bail!("another answer than key packages");
        };
        result
            .key_packages
            .iter()
            .map(|package| self.verify(&package.key_package, suite))
            .collect()
    }

    /// Verifies a key package by the ledgers that this device knows.
    ///
    /// # Errors
    /// When it does not verify.
    pub fn verify(&self, key_package: &[u8], suite: Suite) -> Result<NewLeaf> {
        let verified = NewLeaf::verify(&self.provider(), key_package, suite, &self.ledgers, now());
        Ok(verified?)
    }

    /// Makes the group of a 1:1, and the request that tells the server.
    ///
    /// # Errors
    /// As the server refuses.
    pub async fn start_direct(
        &mut self,
        connection: &mut Connection,
        other: AccountId,
        suite: Suite,
    ) -> Result<Started> {
        self.fetch_ledgers(connection, &[self.account(), other])
            .await?;
        let leaves = self
            .claim(connection, &[self.account(), other], suite)
            .await?;
        let conversation = conversation::direct(self.account(), other);
        self.start(conversation, ConversationKind::Direct, suite, leaves)
    }

    /// Makes a group of these leaves, and the request that tells the server.
    ///
    /// # Errors
    /// When the group can't be made.
    pub fn start(
        &self,
        conversation: ConversationId,
        kind: ConversationKind,
        suite: Suite,
        leaves: Vec<NewLeaf>,
    ) -> Result<Started> {
        let group = GroupId::new(random());
        let (provider, identity) = (self.provider(), self.identity());
        let (_, created) = Group::create(&provider, &identity, group, suite, leaves, now())?;
        let request = CreateConversation {
            conversation_id: conversation.to_vec(),
            kind: kind.into(),
            group_info: created.group_info,
            tree: created.tree,
            welcome: created.welcome.unwrap_or_default(),
        };
        Ok(Started {
            conversation,
            group,
            request,
        })
    }

    /// Tells the server of a new conversation.
    ///
    /// # Errors
    /// As the server refuses.
    pub async fn create(&self, started: &Started) -> Result<()> {
        let path = "/v1/conversations";
        let _: v1::Empty = self
            .http
            .post(path, Some(&self.token()), &started.request)
            .await?;
        Ok(())
    }

    /// Begins a 1:1 with another account.
    ///
    /// # Errors
    /// As the server refuses.
    pub async fn open_direct(
        &mut self,
        connection: &mut Connection,
        other: AccountId,
        suite: Suite,
    ) -> Result<Started> {
        let started = self.start_direct(connection, other, suite).await?;
        self.create(&started).await?;
        Ok(started)
    }

    /// Joins by a delivered Welcome.
    ///
    /// # Errors
    /// When it is not for this device, or does not check.
    pub fn join(&self, deliver: &v1::Deliver) -> Result<()> {
        let (provider, identity) = (self.provider(), self.identity());
        Group::join(
            &provider,
            &identity,
            &deliver.payload,
            &deliver.tree,
            &self.ledgers,
        )?;
        Ok(())
    }

    /// Joins from outside; the commit is for the server.
    ///
    /// # Errors
    /// When the state does not check.
    pub fn join_external(&self, state: &v1::GroupState, envelope: EnvelopeId) -> Result<Commit> {
        let (provider, identity) = (self.provider(), self.identity());
        let (info, tree) = (&state.group_info, &state.tree);
        let joined =
            Group::join_external(&provider, &identity, info, tree, &self.ledgers, envelope)?;
        Ok(joined.1)
    }

    /// Seals text for a group.
    ///
    /// # Errors
    /// When this device is not in it.
    pub fn seal(&self, group: GroupId, envelope: EnvelopeId, text: &[u8]) -> Result<Vec<u8>> {
        let sealed = self
            .group(group)?
            .seal(&self.provider(), &self.identity(), envelope, text)?;
        Ok(sealed.1)
    }

    /// Opens what was delivered.
    ///
    /// # Errors
    /// When it can't be opened.
    pub fn open(&self, group: GroupId, payload: &[u8]) -> Result<Opened> {
        Ok(self
            .group(group)?
            .open(&self.provider(), payload, &self.ledgers)?
            .1)
    }

    /// Makes a commit, pending.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn commit(&self, group: GroupId, change: Change, envelope: EnvelopeId) -> Result<Commit> {
        let committed =
            self.group(group)?
                .commit(&self.provider(), &self.identity(), change, envelope)?;
        Ok(committed.1)
    }

    /// Takes the pending commit as the group's next epoch.
    ///
    /// # Errors
    /// When there is none.
    pub fn confirm(&self, group: GroupId) -> Result<()> {
        self.group(group)?.confirm(&self.provider())?;
        Ok(())
    }

    /// Sends a commit to the server.
    ///
    /// # Errors
    /// As the server refuses.
    pub async fn send_commit(
        &self,
        conversation: ConversationId,
        envelope: EnvelopeId,
        commit: &Commit,
    ) -> Result<v1::Accepted> {
        let request = CommitGroup {
            conversation_id: conversation.to_vec(),
            epoch: commit.epoch,
            envelope_id: envelope.to_vec(),
            commit: commit.commit.clone(),
            welcome: commit.welcome.clone().unwrap_or_default(),
            group_info: commit.group_info.clone(),
        };
        self.http
            .post("/v1/conversations/commit", Some(&self.token()), &request)
            .await
    }

    /// The group as it is in storage.
    ///
    /// # Errors
    /// When this device does not know it.
    pub fn group(&self, group: GroupId) -> Result<Group> {
        Group::load(&self.provider(), group)?.context("this device does not know the group")
    }
}
