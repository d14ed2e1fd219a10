//! Links by which people join a group.
//!
//! ```text
//! pipit://join/ base64url of: u8 format = 1 | inviter (32) | conversation id (16) | secret (16) | server
//! ```
//! The secret stands in the group info, so that every member knows it and a change of it revokes all links.
//! Who opens a link asks the inviter in their 1:1, with a proof that they know the secret; the inviter's
//! device adds them, or, where joining needs approval, puts them on the list that the admins see.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use pipit_domain::{AccountId, ConversationId, Redacted};
use pipit_e2ee::Role;
use pipit_ledger::conversation as derived;
use pipit_store::table::chat_group::{self, Membership};
use pipit_store::table::conversation::{self, ConversationKind};
use pipit_store::table::group_member::{self, Standing};
use pipit_store::table::join_request;
use pipit_wire::content::Content;
use pipit_wire::frame::Message as _;
use pipit_wire::group::{
    JOIN_REQUEST, JOIN_WAITING, JoinRequest, JoinWaiting, LINK_SECRET_LEN, join_proof,
};

use super::change::group_row;
use super::info;
use super::line::Place;
use crate::client::Client;
use crate::clock::random;
use crate::commit::not_a_member;
use crate::control;
use crate::error::ClientError;
use crate::sync::{self, Change};

const PREFIX: &str = "pipit://join/";
const FORMAT: u8 = 1;
const FIXED_LEN: usize = 1 + AccountId::LEN + ConversationId::LEN + LINK_SECRET_LEN;
/// Characters of a link: a server's name has at most 253.
const LINK_LEN_MAX: usize = 600;

/// Where a link leads.
#[derive(Debug, Clone)]
pub struct LinkRecord {
    /// Address of the server.
    pub server: String,
    /// Who made the link.
    pub inviter: AccountId,
    /// What to call them, when they are known here.
    pub inviter_name: Option<Redacted<String>>,
}

struct Link {
    inviter: AccountId,
    conversation: ConversationId,
    secret: [u8; LINK_SECRET_LEN],
    server: String,
}

impl Link {
    fn encode(&self) -> String {
        let bytes = [
            &[FORMAT],
            &self.inviter.as_bytes()[..],
            self.conversation.as_bytes(),
            &self.secret,
            self.server.as_bytes(),
        ]
        .concat();
        format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&bytes))
    }

    fn decode(text: &str) -> Result<Self, ClientError> {
        let bad = || ClientError::BadLink;
        let text = text.trim();
        let coded = text.strip_prefix(PREFIX).ok_or_else(bad)?;
        if text.len() > LINK_LEN_MAX {
            return Err(bad());
        }
        let bytes = BASE64URL_NOPAD
            .decode(coded.as_bytes())
            .map_err(|_| bad())?;
        let (fixed, server) = bytes.split_at_checked(FIXED_LEN).ok_or_else(bad)?;
        let (&format, rest) = fixed.split_first().ok_or_else(bad)?;
        let (inviter, rest) = rest.split_at(AccountId::LEN);
        let (conversation, secret) = rest.split_at(ConversationId::LEN);
        if format != FORMAT || server.is_empty() {
            return Err(bad());
        }
        Ok(Self {
            inviter: AccountId::try_from(inviter).map_err(|_| bad())?,
            conversation: ConversationId::try_from(conversation).map_err(|_| bad())?,
            secret: secret.try_into().map_err(|_| bad())?,
            server: String::from_utf8(server.to_vec()).map_err(|_| bad())?,
        })
    }
}

impl Client {
    /// A link by which people join; the group's secret is made when there is none.
    ///
    /// # Errors
    /// When there is no connection, or this account may neither add people nor change the info.
    pub async fn create_link(&self, id: ConversationId) -> Result<Redacted<String>, ClientError> {
        if let Some(link) = self.link(id).await? {
            return Ok(link);
        }
        let secret: [u8; LINK_SECRET_LEN] = random();
        self.change_info(id, move |info| {
            if info.link_secret.is_empty() {
                info.link_secret = secret.to_vec();
            }
        })
        .await?;
        self.link(id).await?.ok_or(ClientError::NotFound)
    }

    /// The link of this account, when the group has a secret.
    ///
    /// # Errors
    /// [`ClientError::NotAllowed`] when this account may not add people.
    pub async fn link(&self, id: ConversationId) -> Result<Option<Redacted<String>>, ClientError> {
        let session = self.session()?;
        let (own, server) = (session.own(), session.account.server.clone());
        session
            .store
            .read(move |connection| {
                let row = group_row(connection, id)?;
                let group = chat_group::get(connection, row)?.ok_or_else(not_a_member)?;
                let charter = info::charter_of(&group)?;
                if !charter.add.permits(charter.role(own)) {
                    return Err(ClientError::NotAllowed);
                }
                let secret = info::current(&group, &charter)
                    .and_then(|info| <[u8; LINK_SECRET_LEN]>::try_from(&info.link_secret[..]).ok());
                Ok(secret.map(|secret| {
                    let link = Link {
                        inviter: own,
                        conversation: id,
                        secret,
                        server,
                    };
                    Redacted(link.encode())
                }))
            })
            .await
    }

    /// Makes all links of a group worthless.
    ///
    /// # Errors
    /// As [`Client::rename_group`].
    pub async fn revoke_links(&self, id: ConversationId) -> Result<(), ClientError> {
        self.change_info(id, |info| info.link_secret.clear()).await
    }

    /// Where a link leads. Who made it is asked for at the server when they are not known here; what the group is
    /// called is nothing that anybody outside could say.
    ///
    /// # Errors
    /// [`ClientError::BadLink`].
    pub async fn look_at_link(&self, link: &str) -> Result<LinkRecord, ClientError> {
        let link = Link::decode(link)?;
        let session = self.session()?;
        let (reader, inviter) = (session.reader.clone(), link.inviter);
        // Without an answer, the link's server is still worth showing.
        if link.server == session.account.server
            && let Err(error) = session.known_accounts(vec![inviter]).await
        {
            tracing::debug!(%error, "who made a link is not known");
        }
        let inviter_name = session
            .store
            .read(move |connection| {
                let is_known = pipit_store::table::contact::get(connection, inviter)?.is_some();
                is_known
                    .then(|| reader.name(connection, inviter))
                    .transpose()
            })
            .await?;
        Ok(LinkRecord {
            server: link.server,
            inviter: link.inviter,
            inviter_name,
        })
    }

    /// Asks to join by a link; answers the group when this account is in it already.
    ///
    /// # Errors
    /// [`ClientError::BadLink`], [`ClientError::OtherServer`], or the inviter is not known.
    pub async fn join_by_link(&self, link: &str) -> Result<Option<ConversationId>, ClientError> {
        let link = Link::decode(link)?;
        let session = self.session()?;
        if link.server != session.account.server {
            return Err(ClientError::OtherServer);
        }
        let id = link.conversation;
        let is_in = session
            .store
            .read(move |connection| Ok::<_, ClientError>(group_row(connection, id).is_ok()))
            .await?;
        if is_in || link.inviter == session.own() {
            return Ok(Some(id));
        }
        session.known_accounts(vec![link.inviter]).await?;
        let (own, now) = (session.own(), session.server_now());
        let worker = Arc::clone(&session);
        let events = session
            .store
            .write(move |transaction| {
                // Devices speak there: it is not listed for that.
                let direct = derived::direct(own, link.inviter);
                let kind = ConversationKind::Direct;
                let row = conversation::ensure(transaction, direct, kind, Some(link.inviter), now)?;
                let request = JoinRequest {
                    conversation_id: id.to_vec(),
                    proof: join_proof(&link.secret, own, id).to_vec(),
                };
                join_request::add(transaction, id, own, now)?;
                let content = Content::control(random(), JOIN_REQUEST, &request.encode_to_vec());
                control::queue(transaction, row.conversation, &content)?;
                // Whoever asks to be in it agrees to that.
                let wanted = Change::GroupAccepted { conversation: id };
                sync::record(transaction, &worker, &wanted)
            })
            .await?;
        session.tell(&self.shared, events);
        session.outbox_wake.notify_one();
        Ok(None)
    }

    /// Who asks to join. Who is not known here, because they asked another admin, is looked up.
    ///
    /// # Errors
    /// [`ClientError::UnknownConversation`].
    pub async fn join_requests(
        &self,
        id: ConversationId,
    ) -> Result<Vec<super::MemberRecord>, ClientError> {
        let session = self.session()?;
        let (reader, own) = (session.reader.clone(), session.own());
        let waiting = session
            .store
            .read(move |connection| {
                group_row(connection, id)?;
                Ok::<_, ClientError>(join_request::list(connection, id, own)?)
            })
            .await?;
        // Without an answer they are still shown, and can be let in later.
        if let Err(error) = session.known_accounts(waiting.clone()).await {
            tracing::debug!(%error, "names of those who ask to join are missing");
        }
        session
            .store
            .read(move |connection| {
                waiting
                    .into_iter()
                    .map(|account| {
                        let contact = reader.contact(connection, account)?;
                        Ok(super::MemberRecord {
                            account,
                            username: contact.username,
                            name: reader.name(connection, account)?,
                            role: Role::Member,
                            is_own: false,
                            is_contact: contact.is_contact,
                            is_verified: contact.is_verified,
                        })
                    })
                    .collect()
            })
            .await
    }

    /// Lets somebody in who asked.
    ///
    /// # Errors
    /// As [`Client::add_members`].
    pub async fn approve_joining(
        &self,
        id: ConversationId,
        account: AccountId,
    ) -> Result<(), ClientError> {
        self.add_members(id, vec![account]).await
    }

    /// Does not let somebody in who asked.
    ///
    /// # Errors
    /// [`ClientError::NotFound`] when they don't ask (any more).
    pub async fn decline_joining(
        &self,
        id: ConversationId,
        account: AccountId,
    ) -> Result<(), ClientError> {
        let session = self.session()?;
        let row = session
            .store
            .write(move |transaction| {
                let row = group_row(transaction, id)?;
                if !join_request::remove(transaction, id, account)? {
                    return Err(ClientError::NotFound);
                }
                tell_waiting(transaction, row, account, true)?;
                Ok(row)
            })
            .await?;
        session.outbox_wake.notify_one();
        self.show(&session, row).await
    }
}

/// Tells the group that somebody asks to join, or no longer does.
fn tell_waiting(
    transaction: &pipit_store::Transaction<'_>,
    row: i64,
    account: AccountId,
    is_over: bool,
) -> Result<(), ClientError> {
    let waiting = JoinWaiting {
        account_id: account.to_vec(),
        is_over,
    };
    let content = Content::control(random(), JOIN_WAITING, &waiting.encode_to_vec());
    control::queue(transaction, row, &content)
}

/// Somebody shows that they know the secret of a group: they are added, or wait for an admin. Anything else
/// is passed over in silence: a stranger learns nothing from asking.
pub(super) fn asked(
    place: &Place<'_>,
    id: ConversationId,
    account: AccountId,
    proof: &[u8],
) -> Result<(), ClientError> {
    let (transaction, row) = (place.transaction, place.conversation);
    let Some(group) = chat_group::get(transaction, row)? else {
        return Ok(());
    };
    let charter = info::charter_of(&group)?;
    let secret = info::current(&group, &charter)
        .and_then(|info| <[u8; LINK_SECRET_LEN]>::try_from(&info.link_secret[..]).ok());
    let is_right = secret.is_some_and(|secret| join_proof(&secret, account, id)[..] == *proof);
    let may_add = charter.add.permits(charter.role(place.own));
    let is_in = group_member::is(transaction, row, account, Standing::In)?;
    if !is_right || !may_add || is_in || group.membership != Membership::In {
        return Ok(());
    }
    if join_request::add(transaction, id, account, place.at)? {
        tell_waiting(transaction, row, account, false)?;
    }
    if !charter.needs_approval {
        group_member::set(transaction, row, account, Standing::Wanted)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_reads_back_and_others_are_refused() {
        let link = Link {
            inviter: AccountId::new([1; 32]),
            conversation: ConversationId::new([2; 16]),
            secret: [3; LINK_SECRET_LEN],
            server: "chat.example.org:8443".to_owned(),
        };
        let text = link.encode();
        let again = Link::decode(&format!(" {text}\n")).unwrap();
        assert_eq!(again.server, link.server);
        assert_eq!(again.encode(), text);
        for wrong in [
            "",
            "https://example.org",
            "pipit://join/",
            "pipit://join/AQID",
            &text[..text.len() - 30],
            &format!("{PREFIX}{}", "A".repeat(700)),
        ] {
            assert!(matches!(Link::decode(wrong), Err(ClientError::BadLink)));
        }
    }
}
