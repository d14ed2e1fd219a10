//! What this person wants of the app. Each setting is a register of its own, so that two devices that change
//! different ones at the same time both have their way.

use std::sync::Arc;

use pipit_domain::Redacted;
use pipit_store::table::sync as registers;
use pipit_store::{Connection, StoreError};

use crate::client::Client;
use crate::error::ClientError;
use crate::event::Event;
use crate::presence;
use crate::sync::{self, Change};

/// Who is told something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Whoever this person talks with.
    Everyone,
    /// Those that this person has accepted.
    Contacts,
    /// No one.
    Nobody,
}

/// How the operating system tells of messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationSettings {
    /// It does.
    pub is_on: bool,
    /// With what was written and who wrote it.
    pub shows_text: bool,
    /// With a sound.
    pub sound: bool,
}

/// What this person wants of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Others learn what was read here, and this person learns what they have read.
    pub read_receipts: bool,
    /// Others see that this person is typing, and the other way round.
    pub typing: bool,
    /// Who learns when this person was last here; the others' is shown in turn.
    pub last_seen: Audience,
    /// Who learns that this person is here now; the others' is shown in turn.
    pub online: Audience,
    /// How the operating system tells of messages.
    pub notifications: NotificationSettings,
    /// People who are no contacts may write, as a request. Else what they write is not shown.
    pub requests_from_strangers: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            read_receipts: true,
            typing: true,
            last_seen: Audience::Contacts,
            online: Audience::Contacts,
            notifications: NotificationSettings {
                is_on: true,
                shows_text: true,
                sound: true,
            },
            requests_from_strangers: true,
        }
    }
}

/// Settings to be changed; `None` leaves one as it is.
#[derive(Debug, Clone, Default)]
pub struct SettingsChange {
    /// See [`Settings::read_receipts`].
    pub read_receipts: Option<bool>,
    /// See [`Settings::typing`].
    pub typing: Option<bool>,
    /// See [`Settings::last_seen`].
    pub last_seen: Option<Audience>,
    /// See [`Settings::online`].
    pub online: Option<Audience>,
    /// See [`NotificationSettings::is_on`].
    pub notifications_on: Option<bool>,
    /// See [`NotificationSettings::shows_text`].
    pub notifications_show_text: Option<bool>,
    /// See [`NotificationSettings::sound`].
    pub sound: Option<bool>,
    /// See [`Settings::requests_from_strangers`].
    pub requests_from_strangers: Option<bool>,
}

/// The words of the registers. They are stored and sent: never reuse one.
mod word {
    pub(super) const READ_RECEIPTS: &str = "readReceipts";
    pub(super) const TYPING: &str = "typing";
    pub(super) const LAST_SEEN: &str = "lastSeen";
    pub(super) const ONLINE: &str = "online";
    pub(super) const NOTIFICATIONS: &str = "notifications.isOn";
    pub(super) const SHOWS_TEXT: &str = "notifications.showsText";
    pub(super) const SOUND: &str = "notifications.sound";
    pub(super) const REQUESTS: &str = "requestsFromStrangers";
}

impl Audience {
    const fn word(self) -> &'static str {
        match self {
            Self::Everyone => "everyone",
            Self::Contacts => "contacts",
            Self::Nobody => "nobody",
        }
    }

    fn read(text: &str) -> Option<Self> {
        [Self::Everyone, Self::Contacts, Self::Nobody]
            .into_iter()
            .find(|audience| audience.word() == text)
    }

    /// Whether somebody who is a contact, or is not, is among them.
    pub(crate) const fn has(self, is_contact: bool) -> bool {
        match self {
            Self::Everyone => true,
            Self::Contacts => is_contact,
            Self::Nobody => false,
        }
    }
}

/// The settings as they stand. What a register says that this version does not understand is as if it had
/// never been set.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn get(connection: &Connection) -> Result<Settings, StoreError> {
    let mut settings = Settings::default();
    for row in registers::of_kind(connection, Change::SETTING)? {
        let Some(Change::Setting { key, value }) = Change::decode(&row) else {
            continue;
        };
        let set_flag = |flag: &mut bool| {
            if let Ok(value) = value.0.parse() {
                *flag = value;
            }
        };
        let set_audience = |audience: &mut Audience| {
            if let Some(value) = Audience::read(&value.0) {
                *audience = value;
            }
        };
        match &key[..] {
            word::READ_RECEIPTS => set_flag(&mut settings.read_receipts),
            word::TYPING => set_flag(&mut settings.typing),
            word::LAST_SEEN => set_audience(&mut settings.last_seen),
            word::ONLINE => set_audience(&mut settings.online),
            word::NOTIFICATIONS => set_flag(&mut settings.notifications.is_on),
            word::SHOWS_TEXT => set_flag(&mut settings.notifications.shows_text),
            word::SOUND => set_flag(&mut settings.notifications.sound),
            word::REQUESTS => set_flag(&mut settings.requests_from_strangers),
            _ => {}
        }
    }
    Ok(settings)
}

fn registers_of(change: SettingsChange) -> Vec<Change> {
    let flag = |value: Option<bool>| value.map(|value| value.to_string());
    let audience = |value: Option<Audience>| value.map(|value| value.word().to_owned());
    let all = [
        (word::READ_RECEIPTS, flag(change.read_receipts)),
        (word::TYPING, flag(change.typing)),
        (word::LAST_SEEN, audience(change.last_seen)),
        (word::ONLINE, audience(change.online)),
        (word::NOTIFICATIONS, flag(change.notifications_on)),
        (word::SHOWS_TEXT, flag(change.notifications_show_text)),
        (word::SOUND, flag(change.sound)),
        (word::REQUESTS, flag(change.requests_from_strangers)),
    ];
    let set = all.into_iter().filter_map(|(key, value)| {
        Some(Change::Setting {
            key: key.to_owned(),
            value: Redacted(value?),
        })
    });
    set.collect()
}

impl Client {
    /// The settings as they stand.
    ///
    /// # Errors
    /// When there is no account, or the history can't be read.
    pub async fn settings(&self) -> Result<Settings, ClientError> {
        let session = self.session()?;
        session.store.read(|connection| Ok(get(connection)?)).await
    }

    /// Changes some settings; answers all of them.
    ///
    /// # Errors
    /// When there is no account, or the history can't be written.
    pub async fn change_settings(&self, change: SettingsChange) -> Result<Settings, ClientError> {
        let session = self.session()?;
        let changes = registers_of(change);
        let worker = Arc::clone(&session);
        let (events, settings): (Vec<Event>, _) = session
            .store
            .write(move |transaction| {
                for change in &changes {
                    sync::record(transaction, &worker, change)?;
                }
                let settings = get(transaction)?;
                let event = (!changes.is_empty()).then(|| Event::SettingsChanged(settings.clone()));
                Ok::<_, ClientError>((event.into_iter().collect(), settings))
            })
            .await?;
        session.tell(&self.shared, events);
        presence::settings_changed(&session, &settings).await?;
        Ok(settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_audience_comes_back_from_its_word() {
        for audience in [Audience::Everyone, Audience::Contacts, Audience::Nobody] {
            assert_eq!(Audience::read(audience.word()), Some(audience));
        }
        assert_eq!(Audience::read("friends"), None);
        assert!(Audience::Contacts.has(true) && !Audience::Contacts.has(false));
        assert!(!Audience::Nobody.has(true) && Audience::Everyone.has(false));
    }

    #[test]
    fn only_what_is_named_is_set() {
        let change = SettingsChange {
            typing: Some(false),
            online: Some(Audience::Nobody),
            ..SettingsChange::default()
        };
        assert_eq!(registers_of(change).len(), 2);
    }
}
