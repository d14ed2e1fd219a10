//! What people tell of themselves: a name, a few words, a small picture, end to end.
//!
//! The own profile is a register, so that all devices of the account have it; its time is its version. It goes
//! out as a control message before the next message of a conversation whose others have not been told this
//! version, and at once to the 1:1s that were used last. Strangers are told nothing: the first message to
//! somebody accepts them. When a device comes into a conversation, the next message there tells it again. The
//! server sees only that something small was sent.

use std::sync::Arc;

use pipit_domain::{AccountId, Redacted};
use pipit_store::Transaction;
use pipit_store::table::conversation::{self, ConversationKind, ConversationRow};
use pipit_store::table::group_member::{self, Standing};
use pipit_store::table::person::{self, ProfileRow};
use pipit_store::table::{contact, state};
use pipit_wire::content::{Content, v1};
use pipit_wire::frame::Message as _;

use super::name::one_line;
use crate::client::Client;
use crate::clock::random;
use crate::control;
use crate::error::ClientError;
use crate::event::Event;
use crate::record::Reader;
use crate::session::Session;
use crate::sync::{self, Change};

/// The media type of the part.
pub(crate) const MEDIA_TYPE: &str = "application/vnd.pipit.profile";

/// Characters of the words about oneself: what fits two lines of a panel.
const ABOUT_CHARS_MAX: usize = 140;
/// Bytes of a picture: 128 by 128 pixels in good quality, and a profile still fits an envelope easily.
const PICTURE_LEN_MAX: usize = 24 * 1024;
/// 1:1s that are told at once: those beyond learn it with the next message.
const TOLD_AT_ONCE_MAX: usize = 20;
/// Members up to which a group is told again when somebody comes: in larger ones, everybody's profile for each
/// newcomer would cost more than a name is worth.
const TOLD_AGAIN_MAX: usize = 64;

/// What this person tells of themself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// What to be called.
    pub name: Redacted<String>,
    /// A few words.
    pub about: Redacted<String>,
    /// A small picture; empty: none.
    pub picture: Redacted<Vec<u8>>,
}

/// What to change of it; `None` leaves something as it is.
#[derive(Debug, Clone, Default)]
pub struct ProfileChange {
    /// One line of 1 to 256 bytes.
    pub name: Option<String>,
    /// At most 140 characters.
    pub about: Option<String>,
    /// PNG, JPEG or WebP of at most 24 KiB; empty for none.
    pub picture: Option<Vec<u8>>,
}

/// The media type of a picture by its first bytes; `None` for what is no kind of picture that we show. Vector
/// formats can hold scripts and are none.
#[must_use]
pub fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    pipit_wire::group::picture_type(bytes)
}

fn about(text: &str) -> Result<String, ClientError> {
    let text = text.trim();
    let is_plain = |c: char| c == '\n' || !c.is_control();
    if text.chars().count() > ABOUT_CHARS_MAX || !text.chars().all(is_plain) {
        return Err(ClientError::About);
    }
    Ok(text.to_owned())
}

fn picture(bytes: Vec<u8>) -> Result<Vec<u8>, ClientError> {
    let fits = bytes.len() <= PICTURE_LEN_MAX && picture_type(&bytes).is_some();
    if bytes.is_empty() || fits {
        Ok(bytes)
    } else {
        Err(ClientError::Picture)
    }
}

impl Profile {
    /// The bytes of the part.
    pub(crate) fn encode(&self, version: u64) -> Vec<u8> {
        v1::Profile {
            name: self.name.0.clone(),
            about: self.about.0.clone(),
            picture: self.picture.0.clone(),
            version,
        }
        .encode_to_vec()
    }

    /// Reads the part, with its version; `None` when it breaks a bound.
    pub(crate) fn decode(bytes: &[u8]) -> Option<(Self, u64)> {
        let read = v1::Profile::decode(bytes).ok()?;
        i64::try_from(read.version).ok()?;
        let name = one_line(&read.name).ok().filter(|name| !name.is_empty())?;
        let profile = Self {
            name: Redacted(name),
            about: Redacted(about(&read.about).ok()?),
            picture: Redacted(picture(read.picture).ok()?),
        };
        Some((profile, read.version))
    }
}

/// Keeps what somebody, or this person on another device, tells; answers what to tell the screen.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn keep(
    transaction: &Transaction<'_>,
    reader: &Reader,
    account: AccountId,
    profile: Profile,
    version: u64,
) -> Result<Vec<Event>, ClientError> {
    let row = ProfileRow {
        about: profile.about.clone(),
        picture: profile.picture.clone(),
        version,
    };
    if !person::set_profile(transaction, account, &row)? {
        return Ok(Vec::new());
    }
    contact::set_display_name(transaction, account, &profile.name.0)?;
    if account == reader.own {
        return Ok(vec![Event::ProfileChanged(Box::new(profile))]);
    }
    sync::person_shown(transaction, reader, account)
}

/// Takes what the sender of a control message tells of themself.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn receive(
    transaction: &Transaction<'_>,
    reader: &Reader,
    place: &ConversationRow,
    sender: AccountId,
    bytes: &[u8],
) -> Result<Vec<Event>, ClientError> {
    let Some((profile, version)) = Profile::decode(bytes) else {
        return Ok(Vec::new());
    };
    if sender == reader.own {
        // Another device of this account has told them there.
        let told = state::profile_told(transaction, place.id)?.max(version);
        state::set_profile_told(transaction, place.id, told)?;
        return Ok(Vec::new());
    }
    keep(transaction, reader, sender, profile, version)
}

/// Tells the others in a conversation, when they have not been told this version. Wake the outbox after the
/// transaction.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn tell(
    transaction: &Transaction<'_>,
    session: &Session,
    place: &ConversationRow,
) -> Result<(), ClientError> {
    let row = person::profile(transaction, session.own())?;
    let told = state::profile_told(transaction, place.id)?;
    if row.version <= told || place.kind == ConversationKind::OwnDevices {
        return Ok(());
    }
    let profile = Profile {
        name: session.reader.name(transaction, session.own())?,
        about: row.about,
        picture: row.picture,
    };
    let body = profile.encode(row.version);
    let content = Content::control(random(), MEDIA_TYPE, &body);
    control::queue(transaction, place.conversation, &content)?;
    Ok(state::set_profile_told(transaction, place.id, row.version)?)
}

/// Devices have come into a conversation that know nothing of this person: the next message there tells it
/// again.
///
/// # Errors
/// When the history can't be written.
pub(crate) fn newcomers(transaction: &Transaction<'_>, row: i64) -> Result<(), ClientError> {
    let Some(place) = conversation::by_row(transaction, row)? else {
        return Ok(());
    };
    let is_small = place.kind != ConversationKind::Group
        || group_member::list(transaction, row, Standing::In)?.len() <= TOLD_AGAIN_MAX;
    if is_small && state::profile_told(transaction, place.id)? > 0 {
        state::set_profile_told(transaction, place.id, 0)?;
    }
    Ok(())
}

/// Tells the 1:1s that were used last.
fn tell_recent(transaction: &Transaction<'_>, session: &Session) -> Result<(), ClientError> {
    let mut left = TOLD_AT_ONCE_MAX;
    for place in conversation::list(transaction)? {
        let Some(peer) = place.peer.filter(|_| place.group.is_some()) else {
            continue;
        };
        let person = person::get(transaction, peer)?;
        if left == 0 {
            break;
        }
        if person.is_accepted && !person.is_blocked {
            tell(transaction, session, &place)?;
            left -= 1;
        }
    }
    Ok(())
}

fn own(transaction: &pipit_store::Connection, session: &Session) -> Result<Profile, ClientError> {
    let row = person::profile(transaction, session.own())?;
    Ok(Profile {
        name: session.reader.name(transaction, session.own())?,
        about: row.about,
        picture: row.picture,
    })
}

impl Client {
    /// What this person tells of themself.
    ///
    /// # Errors
    /// When there is no account, or the history can't be read.
    pub async fn profile(&self) -> Result<Profile, ClientError> {
        let session = self.session()?;
        let reader = Arc::clone(&session);
        session
            .store
            .read(move |connection| own(connection, &reader))
            .await
    }

    /// Changes what this person tells of themself; answers all of it.
    ///
    /// # Errors
    /// [`ClientError::Name`], [`ClientError::About`] or [`ClientError::Picture`] says what does not fit.
    pub async fn set_profile(&self, change: ProfileChange) -> Result<Profile, ClientError> {
        let session = self.session()?;
        let worker = Arc::clone(&session);
        let (events, profile) = session
            .store
            .write(move |transaction| {
                let mut profile = own(transaction, &worker)?;
                if let Some(name) = change.name {
                    profile.name = Redacted(one_line(&name)?);
                }
                if profile.name.0.is_empty() {
                    return Err(ClientError::Name);
                }
                if let Some(text) = change.about {
                    profile.about = Redacted(about(&text)?);
                }
                if let Some(bytes) = change.picture {
                    profile.picture = Redacted(picture(bytes)?);
                }
                let events = sync::record(transaction, &worker, &Change::Profile(profile.clone()))?;
                if !events.is_empty() {
                    tell_recent(transaction, &worker)?;
                }
                Ok((events, profile))
            })
            .await?;
        session.tell(&self.shared, events);
        session.outbox_wake.notify_one();
        Ok(profile)
    }

    /// Learns at the start what this person is called.
    pub(crate) async fn show_profile(&self, account: AccountId) -> Result<(), ClientError> {
        let row = self
            .shared
            .store
            .read(move |connection| Ok::<_, ClientError>(contact::get(connection, account)?))
            .await?;
        if let Some(row) = row.filter(|row| !row.display_name.0.is_empty()) {
            self.shared.set_own_name(row.display_name);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(len: usize) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        bytes.resize(len, 0);
        bytes
    }

    #[test]
    fn a_profile_comes_back_and_one_that_breaks_a_bound_does_not() {
        let profile = Profile {
            name: Redacted("Ines Okafor".to_owned()),
            about: Redacted("ä".repeat(ABOUT_CHARS_MAX)),
            picture: Redacted(png(PICTURE_LEN_MAX)),
        };
        assert_eq!(
            Profile::decode(&profile.encode(7)),
            Some((profile.clone(), 7))
        );
        let bad = [
            Profile {
                name: Redacted(" ".to_owned()),
                ..profile.clone()
            },
            Profile {
                name: Redacted("two\nlines".to_owned()),
                ..profile.clone()
            },
            Profile {
                about: Redacted("x".repeat(ABOUT_CHARS_MAX + 1)),
                ..profile.clone()
            },
            Profile {
                picture: Redacted(png(PICTURE_LEN_MAX + 1)),
                ..profile.clone()
            },
            Profile {
                picture: Redacted(b"<svg/>".to_vec()),
                ..profile.clone()
            },
        ];
        for profile in bad {
            assert_eq!(Profile::decode(&profile.encode(7)), None);
        }
        assert_eq!(Profile::decode(&profile.encode(u64::MAX)), None);
        assert_eq!(Profile::decode(&[0xff]), None);
    }
}
