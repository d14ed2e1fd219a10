//! The client core: what a messenger does, without a screen.
//!
//! # Context
//! [`Client`] is one profile. It composes the engines (e2ee, ledger, password), the store and the
//! connection, and offers commands and [`Event`]s; the API crate gives them names and JSON.
//!
//! # Design
//! - *Sending*: a message and its outbox row are written in one transaction, then the command answers.
//!   The outbox task seals (ratchet and sealed bytes in one transaction), submits, and removes the row
//!   in the transaction that notes the server's acceptance.
//! - *Receiving*: the inbox task opens a batch of deliveries in one transaction (ratchets, rows,
//!   counts), and only then acknowledges exactly those.
//! - *Establishing*: a 1:1 gets its MLS group when the first message leaves; two people who do it at
//!   the same moment are settled by the server, and the second one's messages go to the first's group.
//! - *Identity*: no leaf is believed that is not in its account's ledger, and no ledger that does not
//!   continue the one known before; what does not fit becomes an alarm (`trust`).
//!
//! # Limits
//! One process per profile. Times that order messages are the server's.

mod activity;
mod behind;
mod catch_up;
mod client;
mod clock;
mod commit;
mod contact;
mod content;
mod control;
mod conversation;
mod delivered;
mod device;
mod epoch;
mod error;
mod establish;
mod event;
mod expiry;
mod forward;
mod gap;
mod group;
mod history;
mod inbox;
mod keys;
mod ledgers;
mod link;
mod log_out;
mod login;
mod message;
mod message_change;
mod message_info;
mod notify;
mod open;
mod outbox;
mod people;
mod pin;
mod poll;
mod presence;
mod protection;
mod receipt;
mod record;
mod register;
mod rejoin;
mod renew;
mod renewal_plan;
mod reread;
mod revoke;
mod search;
mod security;
mod server_clock;
mod session;
mod settings;
mod signal;
mod star;
mod state;
mod sync;
mod task;
#[cfg(test)]
mod testing;
mod timer;
mod trash;
mod trust;
mod typing;

pub use activity::{ActivityFilter, ActivityKindRecord, ActivityPlace, ActivityRecord};
pub use client::{AccountStatus, Client, ClientConfig, Connection, Focus, Registered, ServerInfo};
pub use clock::SystemClock;
pub use device::DeviceRecord;
pub use error::ClientError;
pub use event::{Event, Numbered};
pub use group::{GroupPermissions, GroupRecord, LinkRecord, MemberRecord, NewGroup, SystemRecord};
pub use history::{HistoryProgress, HistoryState};
pub use link::{CODE_LIFE, LinkCode, LinkFailure, LinkState};
pub use message::{Outgoing, Window};
pub use message_change::EditRecord;
pub use message_info::RecipientRecord;
pub use people::{Profile, ProfileChange, picture_type};
pub use pipit_e2ee::{Allowed, Role};
pub use pipit_keychain::{Keychain, SystemKeychain};
pub use pipit_password::PasswordProblem;
pub use pipit_store::search::{
    Cursor as SearchCursor, Order as SearchOrder, Piece as SnippetPiece,
};
pub use pipit_store::table::alarm::AlarmKind;
pub use pipit_store::table::conversation::ConversationKind;
pub use pipit_store::table::message::{MessageKind, MessageState};
pub use poll::NewPoll;
pub use protection::{KeyError, KeyKeeper};
pub use record::{
    ContactRecord, ConversationRecord, MessageRecord, PersonRecord, PollOptionRecord, PollRecord,
    QuoteRecord, QuotedRecord, ReactionRecord,
};
pub use search::{SearchAnswer, SearchHit, SearchKind, SearchRequest};
pub use security::{Enrolling, SecurityStatus};
pub use settings::{Audience, NotificationSettings, Settings, SettingsChange};
pub use trust::{AlarmRecord, Comparison, SafetyRecord, TrustedDevice, TrustedDeviceSigner};
