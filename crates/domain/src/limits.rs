//! Every bound that client and server share, with the reason for its number.
//!
//! Bounds that only one side needs live with that side. Sizes are bytes unless a name says otherwise.

/// Fewest characters of a username: shorter ones are guessed and squatted at once.
pub const USERNAME_LEN_MIN: usize = 3;
/// Most characters of a username: fits a row of the chat list.
pub const USERNAME_LEN_MAX: usize = 32;
/// Fewest characters of a password. OPAQUE keeps guesses online; twelve keeps them hopeless.
pub const PASSWORD_LEN_MIN: usize = 12;
/// Most bytes of a password: long passphrases fit, and hashing stays cheap.
pub const PASSWORD_LEN_MAX: usize = 1024;
/// Most bytes of a display name.
pub const DISPLAY_NAME_LEN_MAX: usize = 256;

/// One WebSocket frame, either direction. A larger one closes the connection.
pub const FRAME_LEN_MAX: usize = 256 * 1024;
/// One application envelope (MLS PrivateMessage): text is small, media travels as blobs.
pub const ENVELOPE_LEN_MAX: usize = 64 * 1024;
/// One commit with its Welcome, GroupInfo and tree, over HTTPS: a first commit for 1,000 devices
/// with post-quantum keys is about 1.4 MB (measured).
pub const HANDSHAKE_LEN_MAX: usize = 4 * 1024 * 1024;
/// Most bytes of text in one message: leaves half of an envelope for everything around it.
pub const TEXT_LEN_MAX: usize = 32 * 1024;
/// Most bytes of a request body by HTTPS that is not a handshake (sign-up, log-in, ledgers, key packages).
pub const BODY_LEN_MAX: usize = 1024 * 1024;

/// Requests that a client may have in flight on one connection.
pub const REQUESTS_IN_FLIGHT_MAX: usize = 256;
/// Deliveries that a server leaves unacknowledged on one connection.
pub const DELIVERIES_IN_FLIGHT_MAX: usize = 64;
/// Bytes of deliveries that a server leaves unacknowledged on one connection.
pub const DELIVERY_BYTES_IN_FLIGHT_MAX: usize = 1024 * 1024;
/// Sequence numbers in one Acknowledge: what may be in flight, with room for repeats.
pub const ACKNOWLEDGE_LEN_MAX: usize = 256;

/// Envelopes that wait for one device before its mailbox is marked expired.
pub const MAILBOX_LEN_MAX: u64 = 10_000;
/// Milliseconds that an envelope waits before its mailbox is marked expired: 30 days.
pub const MAILBOX_AGE_MAX_MS: u64 = 30 * 24 * 60 * 60 * 1000;

/// Devices in one conversation (measured: loading 5,000 leaves takes 49 ms; 2,000 stays quick).
pub const CONVERSATION_DEVICES_MAX: usize = 2_000;
/// Devices up to which a conversation uses the post-quantum suite (measured: a cold commit for 100
/// devices is 49 KB; larger groups would pay more than their lines bear).
pub const POST_QUANTUM_DEVICES_MAX: usize = 128;
/// Devices in force of one account.
pub const ACCOUNT_DEVICES_MAX: usize = 32;
/// Entries of one ledger: devices come and go for decades and stay below.
pub const LEDGER_LEN_MAX: usize = 4096;

/// Key packages per suite that a device keeps at the server, the last-resort one apart.
pub const KEY_PACKAGES_KEPT: usize = 32;
/// Most key packages per suite that the server stores for one device.
pub const KEY_PACKAGES_MAX: usize = 100;
/// How long a key package must stay valid for anybody to be added by it, in milliseconds. Members check
/// lifetimes when they read the commit, and mail may wait for [`MAILBOX_AGE_MAX_MS`]; with one day on top, a
/// commit never grows too old to be applied.
pub const KEY_PACKAGE_REMAINING_MIN_MS: u64 = MAILBOX_AGE_MAX_MS + 24 * 60 * 60 * 1000;
/// Bytes of one key package (post-quantum: 2.7 KB measured).
pub const KEY_PACKAGE_LEN_MAX: usize = 16 * 1024;

/// Bytes of the reason that a report gives to the operator.
pub const REPORT_REASON_LEN_MAX: usize = 1_000;
/// Messages in one report: what a person reads through to judge.
pub const REPORT_MESSAGES_MAX: usize = 20;
/// Bytes of each of them.
pub const REPORT_MESSAGE_LEN_MAX: usize = 4 * 1024;

/// How far a token's time may be from the server's clock, in milliseconds.
pub const TOKEN_AGE_MAX_MS: u64 = 60_000;
