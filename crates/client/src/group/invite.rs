//! Links by which people join a group.
//!
//! ```text
//! pipit://join/ base64url of: u8 format = 2 | u8 count | accounts (32 each) | conversation id (16) | secret (16) | server
//! ```
//! The first account is who made the link, the others lead the group: one of them is there when that one is not. A link
//! of format 1 has no count, and names its maker alone.
//!
//! The secret stands in the group info, so that every member knows it and a change of it revokes all links.
//! Who opens a link asks each of these accounts in their 1:1, with a proof that they know the secret; the first of their
//! devices that hears it adds them, or, where joining needs approval, puts them on the list that the admins see.

use std::cmp::Reverse;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use pipit_domain::{AccountId, ConversationId, Redacted, Timestamp};
use pipit_e2ee::{Charter, Role};
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
use crate::session::Session;
use crate::sync::{self, Change};

const PREFIX: &str = "pipit://join/";
const FORMAT: u8 = 2;
/// Of links that name their maker alone.
const FORMER_FORMAT: u8 = 1;
/// Accounts in a link: enough that one of them is there, and few enough for a picture that a camera reads.
const ASKED_MAX: usize = 4;
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
    /// Who made it, and others who can let people in.
    asked: Vec<AccountId>,
    conversation: ConversationId,
    secret: [u8; LINK_SECRET_LEN],
    server: String,
}

impl Link {
    fn encode(&self) -> String {
        let count = u8::try_from(self.asked.len()).unwrap_or(u8::MAX);
        let accounts: Vec<u8> = self.asked.iter().flat_map(|one| *one.as_bytes()).collect();
        let bytes = [
            &[FORMAT, count],
            &accounts[..],
            self.conversation.as_bytes(),
            &self.secret,
            self.server.as_bytes(),
        ]
        .concat();
        format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&bytes))
    }

    fn decode(text: &str) -> Result<Self, ClientError> {
        let text = text.trim();
        let coded = text.strip_prefix(PREFIX).ok_or(ClientError::BadLink)?;
        if text.len() > LINK_LEN_MAX {
            return Err(ClientError::BadLink);
        }
        let bytes = BASE64URL_NOPAD
            .decode(coded.as_bytes())
            .map_err(|_| ClientError::BadLink)?;
        Self::read(&bytes).ok_or(ClientError::BadLink)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (&format, rest) = bytes.split_first()?;
        let (count, rest) = match format {
            FORMAT => rest
                .split_first()
                .map(|(count, rest)| (usize::from(*count), rest))?,
            FORMER_FORMAT => (1, rest),
            _ => return None,
        };
        if !(1..=ASKED_MAX).contains(&count) {
            return None;
        }
        let (accounts, rest) = rest.split_at_checked(count * AccountId::LEN)?;
        let (conversation, rest) = rest.split_at_checked(ConversationId::LEN)?;
        let (secret, server) = rest.split_at_checked(LINK_SECRET_LEN)?;
        if server.is_empty() {
            return None;
        }
        let asked = accounts.chunks_exact(AccountId::LEN);
        Some(Self {
            asked: asked
                .map(AccountId::try_from)
                .collect::<Result<_, _>>()
                .ok()?,
            conversation: ConversationId::try_from(conversation).ok()?,
            secret: secret.try_into().ok()?,
            server: String::from_utf8(server.to_vec()).ok()?,
        })
    }

    fn inviter(&self) -> AccountId {
        self.asked[0]
    }
}

/// Who is asked by a link of this account: itself, and those who lead the group, owners first.
fn asked_by(charter: &Charter, own: AccountId) -> Vec<AccountId> {
    let mut leaders: Vec<_> = charter.roles().filter(|(one, _)| *one != own).collect();
    leaders.sort_by_key(|(_, role)| Reverse(*role));
    let leaders = leaders.into_iter().map(|(account, _)| account);
    std::iter::once(own)
        .chain(leaders)
        .take(ASKED_MAX)
        .collect()
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
                        asked: asked_by(&charter, own),
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
        let (reader, inviter) = (session.reader.clone(), link.inviter());
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
            inviter,
            inviter_name,
        })
    }

    /// Asks to join by a link; answers the group when this account is in it already.
    ///
    /// # Errors
    /// [`ClientError::BadLink`], [`ClientError::OtherServer`], or none of those who could let this account in is known.
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
        if is_in || link.inviter() == session.own() {
            return Ok(Some(id));
        }
        let asked = session.known_of(&link.asked).await?;
        let (own, now) = (session.own(), session.server_now());
        let worker = Arc::clone(&session);
        let events = session
            .store
            .write(move |transaction| {
                let request = JoinRequest {
                    conversation_id: id.to_vec(),
                    proof: join_proof(&link.secret, own, id).to_vec(),
                    asked_at: now.as_millis(),
                };
                join_request::add(transaction, id, own, now)?;
                for account in asked {
                    // Devices speak there: it is not listed for that.
                    let direct = derived::direct(own, account);
                    let kind = ConversationKind::Direct;
                    let row = conversation::ensure(transaction, direct, kind, Some(account), now)?;
                    let request = request.encode_to_vec();
                    let content = Content::control(random(), JOIN_REQUEST, &request);
                    control::queue(transaction, row.conversation, &content)?;
                }
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
        let now = session.server_now();
        let row = session
            .store
            .write(move |transaction| {
                let row = group_row(transaction, id)?;
                let asked_at = join_request::asked_at(transaction, id, account)?
                    .ok_or(ClientError::NotFound)?;
                join_request::end(transaction, id, account, now.max(asked_at))?;
                tell_waiting(transaction, row, account, asked_at, true)?;
                Ok::<_, ClientError>(row)
            })
            .await?;
        session.outbox_wake.notify_one();
        self.show(&session, row).await
    }
}

impl Session {
    /// Those of these accounts that there are, without this one.
    async fn known_of(&self, accounts: &[AccountId]) -> Result<Vec<AccountId>, ClientError> {
        let mut known = Vec::new();
        for account in accounts {
            match self.known_accounts(vec![*account]).await {
                Ok(one) => known.extend(one),
                // Since the link was made, an account may have been deleted.
                Err(ClientError::UnknownAccount) => {}
                Err(error) => return Err(error),
            }
        }
        match known.is_empty() {
            true => Err(ClientError::UnknownAccount),
            false => Ok(known),
        }
    }
}

/// Tells the group that somebody asks to join, or no longer does.
fn tell_waiting(
    transaction: &pipit_store::Transaction<'_>,
    row: i64,
    account: AccountId,
    asked_at: Timestamp,
    is_over: bool,
) -> Result<(), ClientError> {
    let waiting = JoinWaiting {
        account_id: account.to_vec(),
        is_over,
        asked_at: asked_at.as_millis(),
    };
    let content = Content::control(random(), JOIN_WAITING, &waiting.encode_to_vec());
    control::queue(transaction, row, &content)
}

/// When somebody asked, as they or others say; nobody's word makes it later than when that came.
pub(super) fn asked_at(said: u64, came: Timestamp) -> Timestamp {
    match said {
        // A version of before this was told.
        0 => came,
        at => Timestamp::from_millis(at).min(came),
    }
}

/// Somebody shows that they know the secret of a group: they are added, or wait for an admin. Anything else
/// is passed over in silence: a stranger learns nothing from asking. What was asked before it was decided on, by
/// another who was asked, is over.
pub(super) fn asked(
    place: &Place<'_>,
    id: ConversationId,
    account: AccountId,
    request: &JoinRequest,
) -> Result<(), ClientError> {
    let (transaction, row) = (place.transaction, place.conversation);
    let Some(group) = chat_group::get(transaction, row)? else {
        return Ok(());
    };
    let charter = info::charter_of(&group)?;
    let secret = info::current(&group, &charter)
        .and_then(|info| <[u8; LINK_SECRET_LEN]>::try_from(&info.link_secret[..]).ok());
    let is_right =
        secret.is_some_and(|secret| join_proof(&secret, account, id)[..] == *request.proof);
    let may_add = charter.add.permits(charter.role(place.own));
    if !is_right || !may_add || group.membership != Membership::In {
        return Ok(());
    }
    let at = asked_at(request.asked_at, place.at);
    if group_member::is(transaction, row, account, Standing::In)? {
        return Ok(join_request::end(transaction, id, account, at)?);
    }
    if join_request::add(transaction, id, account, at)? {
        tell_waiting(transaction, row, account, at, false)?;
    }
    let is_waiting = join_request::asked_at(transaction, id, account)?.is_some();
    if is_waiting && !charter.needs_approval {
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
            asked: [1, 4, 5, 6].map(|n| AccountId::new([n; 32])).to_vec(),
            conversation: ConversationId::new([2; 16]),
            secret: [3; LINK_SECRET_LEN],
            server: "chat.example.org:8443".to_owned(),
        };
        let text = link.encode();
        let again = Link::decode(&format!(" {text}\n")).unwrap();
        assert_eq!(again.server, link.server);
        assert_eq!(again.asked, link.asked);
        assert_eq!(again.encode(), text);
        let bytes = BASE64URL_NOPAD.decode(&text.as_bytes()[PREFIX.len()..]);
        let bytes = bytes.unwrap();
        let of = |start: &[u8], accounts: usize| {
            let rest = &bytes[2 + (4 - accounts) * AccountId::LEN..];
            let coded = BASE64URL_NOPAD.encode(&[start, rest].concat());
            Link::decode(&format!("{PREFIX}{coded}"))
        };
        let former = of(&[FORMER_FORMAT], 1).unwrap();
        assert_eq!(
            (former.asked, former.server),
            (vec![link.asked[3]], link.server)
        );
        for (start, accounts) in [(&[FORMAT, 0], 0), (&[FORMAT, 5], 4), (&[3, 1], 1)] {
            assert!(matches!(of(start, accounts), Err(ClientError::BadLink)));
        }
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
