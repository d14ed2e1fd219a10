//! The command list: every command once, with what it takes and gives. Dispatch, `rpc.discover` and
//! the TypeScript types are made from it; nobody keeps a second list.

use crate::activity_view::ActivityView;
use crate::group_view::*;
use crate::history_view::HistoryView;
use crate::link_view::LinkCodeView;
use crate::param::*;
use crate::security_view::*;
use crate::view::*;

/// Calls `$callback!` with every command: doc comment, name, handler, parameters, result.
#[macro_export]
macro_rules! for_each_command {
    ($callback:ident) => {
        $callback! {
            /// Servers to offer at sign-up, a local one first.
            "server.suggestions": server_suggestions(Empty) -> Vec<ServerSuggestion>;
            /// What answers at an address.
            "server.probe": server_probe(ServerParams) -> ServerInfo;
            /// Whether a username can be had.
            "account.checkUsername": account_check_username(CheckUsernameParams) -> UsernameCheck;
            /// Creates an account with this device as its first.
            "account.register": account_register(RegisterParams) -> Registered;
            /// The recovery key, until it is confirmed to be saved.
            "account.recoveryKey": account_recovery_key(Empty) -> RecoveryKeyView;
            /// The person has saved the recovery key; it is forgotten here.
            "account.confirmRecoveryKey": account_confirm_recovery_key(Empty) -> Empty;
            /// Signs this device in to an existing account.
            "account.login": account_login(LoginParams) -> LoggedIn;
            /// Signs this device in by the recovery key, and gives the account a new password when one is named.
            "account.recover": account_recover(RecoverParams) -> LoggedIn;
            /// Gives the account another password; its devices stay signed in.
            "account.changePassword": account_change_password(ChangePasswordParams) -> Empty;
            /// Takes this device out of the account and forgets everything here.
            "account.logOut": account_log_out(Empty) -> Empty;
            /// The devices in force, this one first, then the newest.
            "device.list": device_list(Empty) -> Vec<DeviceView>;
            /// The person says that a new device of the account is theirs.
            "device.confirm": device_confirm(DeviceParams) -> Empty;
            /// Mentions, reactions to own messages, invitations, new devices and alarms, newest first.
            "activity.list": activity_list(ActivityParams) -> Vec<ActivityView>;
            /// The person has seen all of that, on all devices.
            "activity.see": activity_see(Empty) -> Empty;
            /// How far the history is on this device: one that came later fetches it from another.
            "history.status": history_status(Empty) -> HistoryView;
            /// Calls a device something, for all own devices.
            "device.rename": device_rename(RenameDeviceParams) -> Empty;
            /// What guards the history on this computer.
            "security.protection": security_protection(Empty) -> Protection;
            /// What guards the account beside its password.
            "security.status": security_status(Empty) -> SecurityStatus;
            /// Begins to turn two-step verification on: what the authenticator app is to be told.
            "security.totpBegin": security_totp_begin(PasswordParams) -> TotpBegun;
            /// Turns it on with the first code; the recovery codes are shown this once.
            "security.totpConfirm": security_totp_confirm(CodeParams) -> RecoveryCodes;
            /// Turns it off.
            "security.totpDisable": security_totp_disable(TotpDisableParams) -> Empty;
            /// The account on this device, and how the connection stands.
            "account.status": account_status(Empty) -> AccountStatus;
            /// Tries to connect at once: the network is back, or the person asked.
            "connection.retry": connection_retry(Empty) -> Empty;
            /// Finds a person by exact username.
            "contact.find": contact_find(FindContactParams) -> ContactView;
            /// The link that leads to this person.
            "contact.ownLink": contact_own_link(Empty) -> UserLinkParams;
            /// Finds a person by their link.
            "contact.findByLink": contact_find_by_link(UserLinkParams) -> ContactView;
            /// The 1:1 with an account (with the own account: note to self), made when there is none.
            "conversation.open": conversation_open(AccountParams) -> Opened;
            /// All conversations, the pinned ones first, then the newest.
            "conversation.list": conversation_list(Empty) -> Vec<ConversationView>;
            /// One conversation.
            "conversation.get": conversation_get(ConversationParams) -> ConversationView;
            /// Keeps text that was typed and not sent.
            "conversation.setDraft": conversation_set_draft(SetDraftParams) -> Empty;
            /// What this person wants of the app.
            "settings.get": settings_get(Empty) -> Settings;
            /// Changes some of that, on all devices.
            "settings.set": settings_set(SettingsParams) -> Settings;
            /// What this person tells of themself.
            "profile.get": profile_get(Empty) -> ProfileView;
            /// Changes that. Whoever one writes with is told, end to end.
            "profile.set": profile_set(SetProfileParams) -> ProfileView;
            /// One person.
            "contact.get": contact_get(AccountParams) -> ContactView;
            /// Everybody who was accepted or blocked.
            "contact.list": contact_list(Empty) -> Vec<ContactView>;
            /// Calls somebody by a name of one's own.
            "contact.rename": contact_rename(RenameContactParams) -> ContactView;
            /// Blocks somebody, or takes that back. They are not told.
            "contact.block": contact_block(BlockParams) -> Empty;
            /// Tells the operator of the server about somebody, with messages that this person chooses to show.
            "contact.report": contact_report(ReportParams) -> Empty;
            /// Accepts who began a conversation, or the group that a stranger has added one to.
            "request.accept": request_accept(ConversationParams) -> Empty;
            /// Declines that: what was written is removed. They are not told.
            "request.decline": request_decline(DeclineParams) -> Empty;
            /// Removes a conversation's messages from all own devices.
            "conversation.clear": conversation_clear(ConversationParams) -> Empty;
            /// The person types here: call it on each key.
            "conversation.typing": conversation_typing(ConversationParams) -> Empty;
            /// Asks to be told when the other person of the conversation on screen is here.
            "presence.watch": presence_watch(WatchParams) -> Empty;
            /// Lets what is sent from now on disappear after reading, for everybody; or takes that back.
            "conversation.setTimer": conversation_set_timer(SetTimerParams) -> Empty;
            /// Mutes a conversation, or takes that back.
            "conversation.mute": conversation_mute(MuteParams) -> Empty;
            /// Archives a conversation, or takes that back.
            "conversation.archive": conversation_archive(ArchiveParams) -> Empty;
            /// Keeps a conversation at the top, at most nine; or lets it go.
            "conversation.pin": conversation_pin(PinConversationParams) -> Empty;
            /// Marks a conversation as unread; reading in it takes that back.
            "conversation.markUnread": conversation_mark_unread(ConversationParams) -> Empty;
            /// Makes a group.
            "conversation.create": conversation_create(CreateGroupParams) -> Opened;
            /// Who is in a conversation, in the order of coming.
            "conversation.members": conversation_members(MembersParams) -> Vec<MemberView>;
            /// Adds people to a group.
            "conversation.add": conversation_add(AddMembersParams) -> Empty;
            /// Removes somebody from a group.
            "conversation.remove": conversation_remove(MemberParams) -> Empty;
            /// Leaves a group; the history stays.
            "conversation.leave": conversation_leave(ConversationParams) -> Empty;
            /// Calls a group something else.
            "conversation.rename": conversation_rename(RenameParams) -> Empty;
            /// Says what a group is about.
            "conversation.setAbout": conversation_set_about(SetAboutParams) -> Empty;
            /// Gives a group a picture.
            "conversation.setPicture": conversation_set_picture(SetPictureParams) -> Empty;
            /// Makes somebody an owner, an admin, or a member again.
            "conversation.setRole": conversation_set_role(SetRoleParams) -> Empty;
            /// Says what members may do.
            "conversation.setPermissions": conversation_set_permissions(SetPermissionsParams) -> Empty;
            /// A link by which people join a group.
            "invite.create": invite_create(ConversationParams) -> CreatedLink;
            /// The link of this account, when there is one.
            "invite.get": invite_get(ConversationParams) -> LinkResult;
            /// Makes all links of a group worthless.
            "invite.revoke": invite_revoke(ConversationParams) -> Empty;
            /// Where a link leads.
            "invite.look": invite_look(LinkParams) -> LinkView;
            /// Asks to join a group by a link.
            "invite.join": invite_join(LinkParams) -> JoinResult;
            /// Who asks to join a group.
            "invite.requests": invite_requests(ConversationParams) -> Vec<JoinRequestView>;
            /// Lets somebody in who asked.
            "invite.approve": invite_approve(MemberParams) -> Empty;
            /// Does not let somebody in who asked.
            "invite.decline": invite_decline(MemberParams) -> Empty;
            /// Sends text. It is kept on this device before this answers, and leaves when it can.
            "message.send": message_send(SendParams) -> Sent;
            /// Part of a conversation, newest last.
            "message.list": message_list(ListMessagesParams) -> Vec<MessageView>;
            /// Searches all history on this device, or one conversation of it.
            "message.search": message_search(SearchParams) -> SearchPage;
            /// One message.
            "message.get": message_get(MessageParams) -> MessageView;
            /// Who has an own message and who has read it, a page at a time.
            "message.info": message_info(MessageInfoParams) -> MessageInfo;
            /// Gives an own text another text; possible for 48 hours.
            "message.edit": message_edit(EditParams) -> Empty;
            /// The texts of a message, oldest first; the last is what it says now.
            "message.history": message_history(MessageParams) -> Vec<EditView>;
            /// Deletes messages, for everyone or on the own devices.
            "message.delete": message_delete(DeleteParams) -> Empty;
            /// Brings back what was deleted on the own devices; possible for a minute.
            "message.restore": message_restore(MessagesParams) -> Empty;
            /// Passes messages on to other conversations.
            "message.forward": message_forward(ForwardParams) -> Empty;
            /// Puts a message at the head of its conversation for everybody, at most 100; or takes it down.
            "message.pin": message_pin(PinMessageParams) -> Empty;
            /// The messages at the head of a conversation, the one that was put there last first.
            "conversation.pinned": conversation_pinned(ConversationParams) -> Vec<MessageView>;
            /// Asks a question to choose an answer to.
            "poll.create": poll_create(CreatePollParams) -> Sent;
            /// Chooses options of a poll; the last choice counts.
            "poll.vote": poll_vote(VoteParams) -> Empty;
            /// Ends the voting in an own poll.
            "poll.close": poll_close(MessageParams) -> Empty;
            /// Marks a message for oneself, or takes that back.
            "message.star": message_star(StarParams) -> Empty;
            /// The marked messages of all conversations, newest first.
            "message.starred": message_starred(StarredParams) -> Vec<MessageView>;
            /// Puts an emoji beside a message, or takes it away.
            "message.react": message_react(ReactParams) -> Empty;
            /// Tries a failed message again.
            "message.retry": message_retry(MessageParams) -> Empty;
            /// Removes a failed message.
            "message.discard": message_discard(MessageParams) -> Empty;
            /// Marks messages as read.
            "message.markRead": message_mark_read(MarkReadParams) -> Empty;
            /// Removes another device from the account, for ever; it is taken out of every conversation.
            "device.revoke": device_revoke(DeviceParams) -> Empty;
            /// What to compare with a person, to be sure that nobody is in between.
            "security.safetyNumber": security_safety_number(AccountParams) -> SafetyNumberView;
            /// Compares what was scanned or typed from that person's screen.
            "security.compare": security_compare(CompareParams) -> ComparisonView;
            /// The person has compared, or takes that back. All own devices know it.
            "security.verify": security_verify(VerifyParams) -> ContactView;
            /// The person has decided on the alarm of a conversation: what waits there is sent.
            "security.settle": security_settle(ConversationParams) -> Empty;
            /// Shows a code for linking a device: this one to an account, or another one to this account.
            "device.showCode": device_show_code(ShowCodeParams) -> LinkCodeView;
            /// Enters the code that another device shows. How it goes on is told by `link.changed`.
            "device.link": device_link(LinkDeviceParams) -> Empty;
            /// Says whether the new device is wanted, when `link.changed` asks.
            "device.approve": device_approve(ApproveParams) -> Empty;
            /// Ends linking, and takes a shown code away.
            "device.cancel": device_cancel(Empty) -> Empty;
            /// Says where the person looks.
            "window.focus": window_focus(FocusParams) -> Empty;
            /// Starts notifications named `event` on this connection.
            "events.subscribe": events_subscribe(Empty) -> Subscribed;
        }
    };
}

/// One command as `rpc.discover` and the TypeScript types describe it.
#[derive(Debug)]
pub struct CommandDescription {
    /// `noun.verb`.
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// JSON Schema of the parameters object.
    pub params: schemars::Schema,
    /// JSON Schema of the result.
    pub result: schemars::Schema,
    /// TypeScript names of the two.
    pub typescript: (String, String),
}

macro_rules! describe {
    ($(#[doc = $doc:literal] $name:literal: $handler:ident($params:ty) -> $result:ty;)*) => {
        /// All commands.
        #[must_use]
        pub fn descriptions() -> Vec<CommandDescription> {
            let config = crate::typescript::config();
            vec![$(CommandDescription {
                name: $name,
                summary: $doc.trim_ascii(),
                params: schemars::schema_for!($params),
                result: schemars::schema_for!($result),
                typescript: (
                    <$params as ts_rs::TS>::name(&config),
                    <$result as ts_rs::TS>::name(&config),
                ),
            }),*]
        }

        pub(crate) fn declare_types(visitor: &mut impl ts_rs::TypeVisitor) {
            $(
                visitor.visit::<$params>();
                visitor.visit::<$result>();
            )*
        }
    };
}

for_each_command!(describe);
