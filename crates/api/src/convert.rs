//! From the client's records and errors to views and codes.

use pipit_client::{
    AccountStatus as Status, Audience, ClientError, Connection, ContactRecord,
    ConversationKind as Kind, ConversationRecord, KeyError, Profile, Settings,
};
use pipit_net::NetError;
use pipit_store::StoreError;
use pipit_wire::v1::{RefusalCode, Refused};

use crate::error::{ErrorCode, RpcError};
use crate::view::{
    AccountState, AccountStatus, ConnectionState, ContactView, ConversationKind, ConversationView,
    NotificationSettings, ProfileView,
};
use crate::{picture, view};

pub(crate) fn connection(connection: Connection) -> (ConnectionState, Option<u64>) {
    match connection {
        Connection::Connecting => (ConnectionState::Connecting, None),
        Connection::Online => (ConnectionState::Online, None),
        Connection::Offline { retry_at } => {
            (ConnectionState::Offline, retry_at.map(|at| at.as_millis()))
        }
    }
}

impl From<Status> for AccountStatus {
    fn from(status: Status) -> Self {
        let (state, retry_at) = connection(status.connection);
        let mut view = Self {
            state: AccountState::SignedOut,
            account_id: None,
            device_id: None,
            username: None,
            display_name: None,
            server: None,
            connection: state,
            retry_at,
            recovery_key_pending: false,
        };
        if let Some(account) = status.account {
            view.state = match account.is_revoked {
                true => AccountState::Revoked,
                false => AccountState::SignedIn,
            };
            view.account_id = Some(account.account.to_string());
            view.device_id = Some(account.device.to_string());
            view.username = Some(account.username.0);
            view.display_name = Some(account.display_name.0);
            view.server = Some(account.server);
            view.recovery_key_pending = account.is_recovery_key_pending;
        }
        view
    }
}

impl From<ContactRecord> for ContactView {
    fn from(contact: ContactRecord) -> Self {
        Self {
            account_id: contact.account.to_string(),
            name: contact.name().0,
            username: contact.username.0,
            own_name: contact.own_name.map(|name| name.0),
            is_blocked: contact.is_blocked,
            is_contact: contact.is_contact,
            is_verified: contact.is_verified,
            display_name: contact.display_name.map(|name| name.0),
            about: (!contact.about.0.is_empty()).then_some(contact.about.0),
            picture: picture::to_url(&contact.picture.0),
        }
    }
}

impl From<Profile> for ProfileView {
    fn from(profile: Profile) -> Self {
        Self {
            display_name: profile.name.0,
            about: profile.about.0,
            picture: picture::to_url(&profile.picture.0),
        }
    }
}

impl From<Settings> for view::Settings {
    fn from(settings: Settings) -> Self {
        Self {
            read_receipts: settings.read_receipts,
            typing: settings.typing,
            last_seen: settings.last_seen.into(),
            online: settings.online.into(),
            notifications: NotificationSettings {
                is_on: settings.notifications.is_on,
                shows_text: settings.notifications.shows_text,
                sound: settings.notifications.sound,
            },
            requests_from_strangers: settings.requests_from_strangers,
        }
    }
}

impl From<Audience> for view::Audience {
    fn from(audience: Audience) -> Self {
        match audience {
            Audience::Everyone => Self::Everyone,
            Audience::Contacts => Self::Contacts,
            Audience::Nobody => Self::Nobody,
        }
    }
}

impl From<view::Audience> for Audience {
    fn from(audience: view::Audience) -> Self {
        match audience {
            view::Audience::Everyone => Self::Everyone,
            view::Audience::Contacts => Self::Contacts,
            view::Audience::Nobody => Self::Nobody,
        }
    }
}

impl From<ConversationRecord> for ConversationView {
    fn from(record: ConversationRecord) -> Self {
        let (row, state) = (record.row, record.state);
        let is_blocked = record.peer.as_ref().is_some_and(|peer| peer.is_blocked);
        let (picture, about) = record.group.as_ref().map_or((None, None), |group| {
            let about = group.about.0.clone();
            (
                picture::to_url(&group.picture.0),
                (!about.is_empty()).then_some(about),
            )
        });
        let can_send = record
            .group
            .as_ref()
            .is_none_or(|group| group.is_member && group.send.permits(group.own_role));
        let can_send = can_send && !is_blocked;
        Self {
            request: record.is_request,
            is_blocked,
            is_pinned: state.pin_order.is_some(),
            pin_order: state.pin_order,
            is_archived: state.is_archived,
            is_muted: state.is_muted,
            muted_until: state.muted_until.map(|until| until.as_millis()),
            is_marked_unread: state.is_marked_unread,
            conversation_id: row.id.to_string(),
            kind: match row.kind {
                Kind::Direct => ConversationKind::Direct,
                Kind::Group => ConversationKind::Group,
                Kind::OwnDevices => ConversationKind::OwnDevices,
            },
            name: record.name.0,
            peer: record.peer.map(Into::into),
            group: record.group.map(Into::into),
            alarm: record.alarm.map(Into::into),
            can_send,
            picture,
            about,
            last_message: record.last_message.map(Into::into),
            unread: row.unread,
            first_unread: record.first_unread.map(|message| message.to_string()),
            mentions: record.mentions,
            first_mention: record.first_mention.map(|message| message.to_string()),
            draft: (!row.draft.0.is_empty()).then_some(row.draft.0),
            updated_at: row.updated_at.as_millis(),
            message_count: row.message_count,
            pinned_count: record.pinned_count,
            timer: (row.timer > 0).then_some(row.timer),
        }
    }
}

impl From<ClientError> for RpcError {
    fn from(error: ClientError) -> Self {
        let code = match &error {
            ClientError::SignedOut => ErrorCode::SignedOut,
            ClientError::AlreadySignedIn => ErrorCode::AlreadySignedIn,
            ClientError::Server(_) => ErrorCode::BadRequest,
            ClientError::Username(_) => ErrorCode::UsernameInvalid,
            ClientError::Password(pipit_client::PasswordProblem::TooShort) => {
                ErrorCode::PasswordTooShort
            }
            ClientError::Password(_) => ErrorCode::BadRequest,
            ClientError::WrongPassword => ErrorCode::WrongPassword,
            ClientError::RecoveryKey(_) => ErrorCode::WrongRecoveryKey,
            ClientError::SecondFactorIsOn => ErrorCode::NotAllowed,
            ClientError::NoEnrolment => ErrorCode::TooLate,
            ClientError::UnknownAccount => ErrorCode::UnknownAccount,
            ClientError::UnknownConversation => ErrorCode::UnknownConversation,
            ClientError::NotFound | ClientError::UnknownDevice => ErrorCode::NotFound,
            ClientError::OwnDevice | ClientError::LinkCode => ErrorCode::BadRequest,
            ClientError::TimerLength
            | ClientError::Name
            | ClientError::About
            | ClientError::Picture => ErrorCode::BadRequest,
            ClientError::TooManyPinned | ClientError::TooManyPinnedMessages => ErrorCode::TooMany,
            ClientError::Report | ClientError::TextLength => ErrorCode::TooLarge,
            ClientError::Query(_) => ErrorCode::BadRequest,
            ClientError::Superseded => ErrorCode::Superseded,
            ClientError::NotAllowed => ErrorCode::NotAllowed,
            ClientError::GroupInfo(_)
            | ClientError::TooManyMembers
            | ClientError::BadLink
            | ClientError::BadUserLink
            | ClientError::OtherServer => ErrorCode::BadRequest,
            ClientError::GroupInfoMissing => {
                return Self::new(ErrorCode::Offline, sentence(&error.to_string())).retry(None);
            }
            ClientError::TooLate | ClientError::GoneForGood | ClientError::PollClosed => {
                ErrorCode::TooLate
            }
            ClientError::NoEmoji
            | ClientError::TooMany
            | ClientError::NotForwardable
            | ClientError::Poll
            | ClientError::Choice
            | ClientError::TooManyToForward => ErrorCode::BadRequest,
            ClientError::LedgerMismatch => ErrorCode::LedgerMismatch,
            ClientError::Net(error) => return from_net(error),
            ClientError::Store(StoreError::Full) => ErrorCode::StorageFull,
            ClientError::Key(KeyError::Keychain(_) | KeyError::NotAsked) => {
                ErrorCode::KeychainUnavailable
            }
            ClientError::Key(_) => ErrorCode::KeyMissing,
            ClientError::Store(_) => ErrorCode::Storage,
            ClientError::Internal(_) => ErrorCode::Internal,
        };
        Self::new(code, sentence(&error.to_string()))
    }
}

fn from_net(error: &NetError) -> RpcError {
    let message = sentence(&error.to_string());
    match error {
        NetError::Unreachable | NetError::TimedOut => {
            RpcError::new(ErrorCode::Unreachable, message).retry(None)
        }
        NetError::Certificate => RpcError::new(ErrorCode::Unreachable, message),
        NetError::NotPipit => RpcError::new(ErrorCode::NotAPipitServer, message),
        NetError::Disconnected => RpcError::new(ErrorCode::Offline, message).retry(None),
        NetError::Refused(refused) => from_refusal(refused),
    }
}

fn from_refusal(refused: &Refused) -> RpcError {
    let code = match refused.code() {
        RefusalCode::Malformed
        | RefusalCode::Unsupported
        | RefusalCode::InvalidLedger
        | RefusalCode::InvalidHandshake => ErrorCode::Internal,
        RefusalCode::TooLarge => ErrorCode::TooLarge,
        RefusalCode::Unauthenticated => ErrorCode::SignedOut,
        RefusalCode::NotAMember => ErrorCode::NotAMember,
        RefusalCode::SlowDown => ErrorCode::SlowDown,
        RefusalCode::UnknownAccount => ErrorCode::UnknownAccount,
        RefusalCode::UnknownConversation => ErrorCode::UnknownConversation,
        RefusalCode::LinkGone => ErrorCode::LinkGone,
        RefusalCode::AlreadyExists => ErrorCode::UsernameTaken,
        RefusalCode::DeviceRevoked => ErrorCode::DeviceRevoked,
        RefusalCode::WrongPassword => ErrorCode::WrongPassword,
        RefusalCode::TotpRequired => ErrorCode::TotpRequired,
        RefusalCode::WrongCode => ErrorCode::WrongCode,
        RefusalCode::WrongRecoveryKey => ErrorCode::WrongRecoveryKey,
        RefusalCode::Closed => ErrorCode::RegistrationClosed,
        RefusalCode::InvalidName => ErrorCode::UsernameInvalid,
        RefusalCode::NotAllowed => ErrorCode::NotAllowed,
        _ => ErrorCode::Unreachable,
    };
    let error = RpcError::new(code, sentence(&refused.sentence));
    let after = (refused.retry_after_ms > 0).then_some(u64::from(refused.retry_after_ms));
    if refused.retry {
        error.retry(after)
    } else {
        error
    }
}

/// Error texts are clauses; people read sentences.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let Some(first) = letters.next() else {
        return "The server refused.".to_owned();
    };
    let end = if clause.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{}{}{end}", first.to_uppercase(), letters.as_str())
}
