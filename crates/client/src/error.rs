//! What a command can fail with, as far as callers act on it.

use pipit_domain::UsernameProblem;
use pipit_ledger::RecoveryKeyError;
use pipit_net::{EndpointError, NetError};
use pipit_password::PasswordProblem;
use pipit_store::StoreError;
use pipit_store::search::QueryError;
use pipit_wire::group::InfoError;

use crate::protection::KeyError;

/// Why a command failed. The texts are sentences for people.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Needs an account; there is none on this device.
    #[error("there is no account on this device yet; create one or log in")]
    SignedOut,
    /// There is an account on this device already.
    #[error("this device has an account already")]
    AlreadySignedIn,
    /// The text is not the address of a server.
    #[error(transparent)]
    Server(#[from] EndpointError),
    /// The username has a form that none may have.
    #[error(transparent)]
    Username(#[from] UsernameProblem),
    /// The password cannot be chosen or entered.
    #[error(transparent)]
    Password(#[from] PasswordProblem),
    /// Name and password don't fit together.
    #[error("the username or the password is wrong")]
    WrongPassword,
    /// What was typed is no recovery key.
    #[error(transparent)]
    RecoveryKey(#[from] RecoveryKeyError),
    /// The second factor is on already.
    #[error("two-step verification is on already; turn it off first")]
    SecondFactorIsOn,
    /// A second factor is confirmed that was not begun, or too long ago.
    #[error("this took too long; begin again with your password")]
    NoEnrolment,
    /// Nobody has this username, or this account id.
    #[error("nobody here has this name; check the spelling")]
    UnknownAccount,
    /// No other device in force of this account has this id.
    #[error("your account has no such device, or it was removed already")]
    UnknownDevice,
    /// A device does not take itself out of its account like another.
    #[error("this is the device that you are using; log out instead")]
    OwnDevice,
    /// The text is no code for linking a device.
    #[error("a code has eight letters and digits; type it as the other device shows it")]
    LinkCode,
    /// No conversation with this id on this device.
    #[error("there is no such chat on this device")]
    UnknownConversation,
    /// No such message, or not in a state for this.
    #[error("there is no such message, or it is no longer waiting")]
    NotFound,
    /// The group does not let this account do that.
    #[error("only some members of this group may do that; ask one of its admins")]
    NotAllowed,
    /// Name, description or picture of a group.
    #[error(transparent)]
    GroupInfo(#[from] InfoError),
    /// Name and picture of the group have not reached this device yet.
    #[error(
        "this device does not know the group well enough yet; try again when others are online"
    )]
    GroupInfoMissing,
    /// More people than can be named at once.
    #[error("these are too many people at once; add them in several steps")]
    TooManyMembers,
    /// The text is no link to a group.
    #[error("this is not a link to a group; copy all of it")]
    BadLink,
    /// The text is no link to a person.
    #[error("this is not a link to a person; copy all of it")]
    BadUserLink,
    /// The link leads to a group or a person on another server.
    #[error("this link leads to another server than the one of your account")]
    OtherServer,
    /// Empty, or longer than a message may be.
    #[error("a message has 1 to 32,768 bytes of text")]
    TextLength,
    /// A name that none may have.
    #[error("a name is one line of at most 256 bytes")]
    Name,
    /// More words about oneself than others are told.
    #[error("the words about yourself have at most 140 characters")]
    About,
    /// No picture that others would show.
    #[error("a picture is a PNG, JPEG or WebP of at most 24 KiB")]
    Picture,
    /// A report that says more than the operator takes.
    #[error("a report has at most 1,000 bytes of words and 20 messages")]
    Report,
    /// As many conversations are pinned as can be.
    #[error("nine chats are pinned already; unpin one first")]
    TooManyPinned,
    /// What was typed into a search is longer than any search needs to be.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The same box has searched again; nobody waits for this answer.
    #[error("another search took the place of this one")]
    Superseded,
    /// The message was written too long ago to be changed.
    #[error("messages can be edited for 48 hours")]
    TooLate,
    /// What was deleted for oneself is gone for good by now.
    #[error("deleted messages can be brought back for a minute")]
    GoneForGood,
    /// It disappears, or is nothing that can be said again.
    #[error("only texts and polls that stay can be forwarded; choose others")]
    NotForwardable,
    /// More messages or chats than one command takes.
    #[error("forward between 1 and 100 messages to between 1 and 20 chats")]
    TooManyToForward,
    /// As many messages are pinned as can be.
    #[error("100 messages are pinned here already; unpin one first")]
    TooManyPinnedMessages,
    /// No poll that others would show.
    #[error(
        "a poll has a question of 1 to 500 characters and 2 to 12 options of 1 to 200, each on one line"
    )]
    Poll,
    /// Options that the poll does not have, or too many of them.
    #[error("choose among the options of this poll, and no more than it allows")]
    Choice,
    /// Nobody can vote any more.
    #[error("this poll is closed")]
    PollClosed,
    /// Not one emoji.
    #[error("a reaction is one emoji")]
    NoEmoji,
    /// None, or more than one command takes.
    #[error("choose between 1 and 200 messages")]
    TooMany,
    /// A timer longer than there is.
    #[error("messages can disappear after up to a year")]
    TimerLength,
    /// The server shows an identity that contradicts what is known: an alarm.
    #[error("the server shows keys that contradict what this device knows; nothing was sent")]
    LedgerMismatch,
    /// The network, or the server's refusal.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The history file.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The key of the history.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Encryption failed in a way that only a mistake of ours explains.
    #[error("something went wrong inside Pipit ({0})")]
    Internal(&'static str),
}
