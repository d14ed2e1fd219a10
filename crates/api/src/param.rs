//! What commands take and give where a view is not enough. Unknown fields are refused, so that a
//! misspelt one is not silently ignored.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::activity_view::ActivityFilter;
use crate::group_view::{AllowedTo, GroupRole};
use crate::view::{SearchKind, SearchOrder};

macro_rules! params {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => { $(
        $(#[$doc])*
        #[derive(Clone, Serialize, Deserialize, TS, JsonSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        #[ts(optional_fields)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }
    )* };
}

params! {
    /// Nothing.
    Empty {}
    /// A server by its address: `host`, `host:port`, or with `https://` or `http://` (loopback only).
    ServerParams {
        /// The address.
        server: String,
    }
    /// A username at a server.
    CheckUsernameParams {
        /// Address of the server.
        server: String,
        /// As typed.
        username: String,
    }
    /// A new account.
    RegisterParams {
        /// Address of the server.
        server: String,
        /// What others will find it by.
        username: String,
        /// 12 characters or more; never leaves this process in readable form.
        password: String,
        /// What to be called; the username when left out.
        display_name: Option<String>,
    }
    /// An existing account, on a new device.
    LoginParams {
        /// Address of the server.
        server: String,
        /// Its username.
        username: String,
        /// Its password.
        password: String,
        /// The code of the second factor, when the account has one: of the app, or a recovery code.
        totp: Option<String>,
    }
    /// An existing account without its password, on a new device.
    RecoverParams {
        /// Address of the server.
        server: String,
        /// Its username.
        username: String,
        /// 12 groups of 4 characters, as typed.
        recovery_key: String,
        /// The code of the second factor, when the account has one: of the app, or a recovery code.
        totp: Option<String>,
        /// The account's password from now on; left out: it stays as it is.
        new_password: Option<String>,
    }
    /// Another password.
    ChangePasswordParams {
        /// The one until now.
        old_password: String,
        /// The one from now on.
        new_password: String,
    }
    /// A device and what to call it.
    RenameDeviceParams {
        /// Which.
        device_id: String,
        /// At most 256 bytes; empty: nothing.
        name: String,
    }
    /// The account's password, entered anew.
    PasswordParams {
        /// The password.
        password: String,
    }
    /// A code of the authenticator app.
    CodeParams {
        /// Six digits.
        code: String,
    }
    /// What turns two-step verification off.
    TotpDisableParams {
        /// The account's password.
        password: String,
        /// A code of the app, or a recovery code.
        code: String,
    }
    /// What guards the account beside its password.
    SecurityStatus {
        /// New devices are asked for a code.
        is_totp_on: bool,
        /// Recovery codes that were not used.
        recovery_codes: u32,
    }
    /// What the authenticator app is to be told.
    TotpBegun {
        /// To be typed: base 32.
        secret: String,
        /// To be scanned: an `otpauth` address.
        uri: String,
        /// The same as a picture: a `data:` URL of a QR code.
        qr: String,
    }
    /// Codes that stand in for the app, once each.
    RecoveryCodes {
        /// Ten of them.
        recovery_codes: Vec<String>,
    }
    /// A person by exact username.
    FindContactParams {
        /// As typed.
        username: String,
    }
    /// A person by their link.
    UserLinkParams {
        /// It begins with `pipit://user/`.
        link: String,
    }
    /// An account.
    AccountParams {
        /// Its id.
        account_id: String,
    }
    /// A code to be shown.
    ShowCodeParams {
        /// Address of the server; needed on a device without an account.
        server: Option<String>,
        /// What the other device calls this one.
        name: Option<String>,
    }
    /// A code that another device shows.
    LinkDeviceParams {
        /// As typed, or the text of the picture.
        code: String,
        /// Address of the server; needed on a device without an account for a code that was typed.
        server: Option<String>,
        /// What the other device calls this one.
        name: Option<String>,
    }
    /// What the person decided about a new device.
    ApproveParams {
        /// It is theirs.
        is_wanted: bool,
    }
    /// A device of one's own.
    DeviceParams {
        /// Its id.
        device_id: String,
    }
    /// A conversation.
    ConversationParams {
        /// Its id.
        conversation_id: String,
    }
    /// Text typed and not sent.
    SetDraftParams {
        /// Where.
        conversation_id: String,
        /// The text; empty clears.
        text: String,
    }
    /// Whether a conversation's messages raise notifications.
    MuteParams {
        /// Which.
        conversation_id: String,
        /// They don't.
        is_muted: bool,
        /// When that ends by itself; left out: it does not.
        until: Option<u64>,
    }
    /// A conversation's timer.
    SetTimerParams {
        /// Which.
        conversation_id: String,
        /// After reading, at most a year; 0: what is sent stays.
        seconds: u32,
    }
    /// Whether a conversation is out of sight.
    ArchiveParams {
        /// Which.
        conversation_id: String,
        /// It is.
        is_archived: bool,
    }
    /// Whether a conversation stays at the top.
    PinConversationParams {
        /// Which.
        conversation_id: String,
        /// It does.
        is_pinned: bool,
    }
    /// Whose presence is on screen.
    WatchParams {
        /// The conversation on screen; left out: none is.
        conversation_id: Option<String>,
    }
    /// This person's name for somebody.
    RenameContactParams {
        /// Whose.
        account_id: String,
        /// One line of at most 256 bytes; empty takes it back.
        name: String,
    }
    /// What to tell of oneself; what is left out stays.
    SetProfileParams {
        /// One line of 1 to 256 bytes.
        display_name: Option<String>,
        /// At most 140 characters.
        about: Option<String>,
        /// PNG, JPEG or WebP of at most 24 KiB, as a data: URL in base64; empty for none.
        picture: Option<String>,
    }
    /// Whether somebody is blocked.
    BlockParams {
        /// Who.
        account_id: String,
        /// They are.
        is_blocked: bool,
    }
    /// What the operator of the server is told of somebody.
    ReportParams {
        /// Of whom.
        account_id: String,
        /// Why: at most 1,000 bytes.
        reason: String,
        /// Messages of theirs to show, at most 20; none when left out.
        message_ids: Option<Vec<String>>,
    }
    /// A request that is not wanted; a group is left.
    DeclineParams {
        /// Which conversation.
        conversation_id: String,
        /// Nothing of theirs is shown again.
        block: bool,
    }
    /// How the operating system tells of messages; what is left out stays.
    NotificationSettingsParams {
        /// It does.
        is_on: Option<bool>,
        /// With what was written and who wrote it.
        shows_text: Option<bool>,
        /// With a sound.
        sound: Option<bool>,
    }
    /// Settings to be changed; what is left out stays.
    SettingsParams {
        /// Others learn what was read here, and the other way round.
        read_receipts: Option<bool>,
        /// Others see that this person is typing, and the other way round.
        typing: Option<bool>,
        /// Who learns when this person was last here.
        last_seen: Option<crate::view::Audience>,
        /// Who learns that this person is here now.
        online: Option<crate::view::Audience>,
        /// How the operating system tells of messages.
        notifications: Option<NotificationSettingsParams>,
        /// People who are no contacts may write, as a request.
        requests_from_strangers: Option<bool>,
    }
    /// Who is in a conversation.
    MembersParams {
        /// Which.
        conversation_id: String,
        /// At most so many of those that came first; all when left out.
        limit: Option<u32>,
    }
    /// A new message.
    SendParams {
        /// Where to.
        conversation_id: String,
        /// At most 32 KiB, as Markdown.
        text: String,
        /// The message that it answers.
        reply_to: Option<String>,
        /// Accounts whose `@username` in the text becomes a mention.
        mentions: Option<Vec<String>>,
        /// The text was the draft, which goes in the same moment. Left out for false: another program's message
        /// leaves what a person is typing alone.
        ends_draft: Option<bool>,
    }
    /// Another text for an own message.
    EditParams {
        /// Which.
        message_id: String,
        /// At most 32 KiB, as Markdown.
        text: String,
    }
    /// Messages to delete.
    DeleteParams {
        /// Which; at most 200.
        message_ids: Vec<String>,
        /// Nobody has them any more; otherwise only the own devices don't.
        for_everyone: bool,
    }
    /// Messages.
    MessagesParams {
        /// Which; at most 200.
        message_ids: Vec<String>,
    }
    /// Messages to pass on.
    ForwardParams {
        /// Which; at most 100.
        message_ids: Vec<String>,
        /// Where to; at most 20.
        conversation_ids: Vec<String>,
    }
    /// Whether a message stands at the head of its conversation.
    PinMessageParams {
        /// Which.
        message_id: String,
        /// It does.
        is_pinned: bool,
    }
    /// A question.
    CreatePollParams {
        /// Where.
        conversation_id: String,
        /// One line of 1 to 500 characters.
        question: String,
        /// 2 to 12, each one line of 1 to 200 characters.
        options: Vec<String>,
        /// One may choose several.
        is_multiple: bool,
    }
    /// A vote.
    VoteParams {
        /// The poll.
        message_id: String,
        /// Places of all chosen options, from 0; none takes the vote back.
        options: Vec<u32>,
    }
    /// A mark on a message.
    StarParams {
        /// Which.
        message_id: String,
        /// Put there, or taken away.
        is_starred: bool,
    }
    /// Part of the marked messages.
    StarredParams {
        /// Only those that come after this one, which is older.
        before: Option<String>,
        /// At most so many; 50 when left out, 200 at most.
        limit: Option<u32>,
    }
    /// Part of what happened.
    ActivityParams {
        /// Of this sort alone; all when left out.
        only: Option<ActivityFilter>,
        /// Only what comes after the entry of this `place`, which is older.
        before: Option<String>,
        /// At most so many; 50 when left out, 200 at most.
        limit: Option<u32>,
    }
    /// An emoji beside a message.
    ReactParams {
        /// Which.
        message_id: String,
        /// One emoji.
        emoji: String,
        /// Put there, or taken away.
        is_on: bool,
    }
    /// Part of a conversation: at most one of `before`, `after`, `around`, `aroundDate`; none means the
    /// newest.
    ListMessagesParams {
        /// Which.
        conversation_id: String,
        /// Only older than this message.
        before: Option<String>,
        /// Only newer than this message.
        after: Option<String>,
        /// This message in the middle.
        around: Option<String>,
        /// This time in the middle, by the server's clock, in milliseconds since 1970.
        around_date: Option<u64>,
        /// At most so many; 50 when left out, 200 at most.
        limit: Option<u32>,
    }
    /// A search: all words of the query, by the filters that are given.
    SearchParams {
        /// As typed, at most 512 bytes and 16 words: parts of words, or "whole words" in quotation marks.
        /// May be empty when a filter is given.
        query: String,
        /// Only in this conversation.
        conversation_id: Option<String>,
        /// Only of this account.
        sender: Option<String>,
        /// Not before this, by the server's clock, in milliseconds since 1970.
        from: Option<u64>,
        /// Before this, by the server's clock, in milliseconds since 1970.
        to: Option<u64>,
        /// Only of this sort.
        kind: Option<SearchKind>,
        /// `time` when left out.
        order: Option<SearchOrder>,
        /// `next` of the page before.
        before: Option<String>,
        /// At most so many; 50 when left out, 200 at most.
        limit: Option<u32>,
        /// Names the box that it is typed in, at most 64 bytes: a newer search of the same box ends this
        /// one, which then fails with SUPERSEDED.
        search_box: Option<String>,
    }
    /// A new group.
    CreateGroupParams {
        /// What it is called.
        name: String,
        /// Accounts in it besides the own one.
        members: Vec<String>,
        /// A data URL of a PNG, JPEG or WebP of at most 24 KiB.
        picture: Option<String>,
        /// What it is about.
        about: Option<String>,
    }
    /// People for a group.
    AddMembersParams {
        /// Which group.
        conversation_id: String,
        /// Their accounts.
        members: Vec<String>,
    }
    /// Somebody in a conversation.
    MemberParams {
        /// Where.
        conversation_id: String,
        /// Their account.
        account_id: String,
    }
    /// Another name for a group.
    RenameParams {
        /// Which group.
        conversation_id: String,
        /// One line of 1 to 100 characters.
        name: String,
    }
    /// What a group is about.
    SetAboutParams {
        /// Which group.
        conversation_id: String,
        /// At most 500 characters; empty for nothing.
        about: String,
    }
    /// A picture for a group.
    SetPictureParams {
        /// Which group.
        conversation_id: String,
        /// A data URL; empty for none.
        picture: String,
    }
    /// A role for somebody.
    SetRoleParams {
        /// Which group.
        conversation_id: String,
        /// Whose.
        account_id: String,
        /// Which.
        role: GroupRole,
    }
    /// What members may do; what is left out stays.
    SetPermissionsParams {
        /// Which group.
        conversation_id: String,
        /// Who may add people.
        add: Option<AllowedTo>,
        /// Who may change name, picture and description.
        edit_info: Option<AllowedTo>,
        /// Who may write.
        send: Option<AllowedTo>,
        /// How many of the last messages new members see, 0 to 100.
        shares_history: Option<u32>,
        /// Whether admins approve who comes by a link.
        needs_approval: Option<bool>,
    }
    /// A link to a group.
    LinkParams {
        /// It begins with `pipit://join/`.
        link: String,
    }
    /// A link, made now or before.
    CreatedLink {
        /// To be passed on.
        link: String,
    }
    /// A message.
    MessageParams {
        /// Its id.
        message_id: String,
    }
    /// An own message, and where to go on.
    MessageInfoParams {
        /// Its id.
        message_id: String,
        /// `next` of the page before.
        after: Option<String>,
        /// At most so many; 50 when left out, 200 at most.
        limit: Option<u32>,
    }
    /// What has been read.
    MarkReadParams {
        /// Where.
        conversation_id: String,
        /// The newest message that was seen; all before it count as read.
        up_to: String,
    }
    /// Where the person looks: decides whether a notification is needed.
    FocusParams {
        /// The window has the focus.
        focused: bool,
        /// The conversation on screen.
        conversation_id: Option<String>,
    }
    /// A fresh account.
    Registered {
        /// Its id.
        account_id: String,
        /// This device.
        device_id: String,
        /// Shown once: 12 groups of 4 characters.
        recovery_key: String,
    }
    /// A device signed in.
    LoggedIn {
        /// The account.
        account_id: String,
        /// This device.
        device_id: String,
    }
    /// The recovery key, until it is confirmed.
    RecoveryKeyView {
        /// 12 groups of 4 characters.
        recovery_key: String,
    }
    /// A conversation, now there.
    Opened {
        /// Its id.
        conversation_id: String,
    }
    /// A message, now kept.
    Sent {
        /// Its id.
        message_id: String,
    }
    /// From where events are counted.
    Subscribed {
        /// The next event has this number plus one.
        number: u64,
    }
}

/// Something that was scanned or typed from a person's screen.
#[derive(Debug, Clone, Deserialize, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CompareParams {
    /// Whose screen.
    pub account_id: String,
    /// The digits, or the text of the code.
    pub entered: String,
}

/// A person, and whether they were compared.
#[derive(Debug, Clone, Deserialize, Serialize, TS, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyParams {
    /// Whose.
    pub account_id: String,
    /// It matches.
    pub is_verified: bool,
}
