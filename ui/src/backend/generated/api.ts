// Generated from crates/api by `cargo xtask typescript`. Do not edit.
/* eslint-disable */

/**
 * An account.
 */
export type AccountParams = { 
/**
 * Its id.
 */
accountId: string, };

/**
 * Whether this device has an account.
 */
export type AccountState = "signedOut" | "signedIn" | "revoked";

/**
 * The account on this device.
 */
export type AccountStatus = { 
/**
 * Whether there is one; the fields below are present only then.
 */
state: AccountState, 
/**
 * Its id.
 */
accountId?: string, 
/**
 * This device.
 */
deviceId?: string, 
/**
 * What others find it by.
 */
username?: string, 
/**
 * What the person chose to be called.
 */
displayName?: string, 
/**
 * Address of its server.
 */
server?: string, 
/**
 * How the connection stands.
 */
connection: ConnectionState, 
/**
 * When the next try is, while offline.
 */
retryAt?: number, 
/**
 * The recovery key was not yet confirmed to be saved.
 */
recoveryKeyPending: boolean, };

/**
 * What is asked for.
 */
export type ActivityFilter = "mentions" | "security";

/**
 * Part of what happened.
 */
export type ActivityParams = { 
/**
 * Of this sort alone; all when left out.
 */
only?: ActivityFilter, 
/**
 * Only what comes after the entry of this `place`, which is older.
 */
before?: string, 
/**
 * At most so many; 50 when left out, 200 at most.
 */
limit?: number, };

/**
 * One thing that happened.
 */
export type ActivityView = { 
/**
 * Where it stands, for `before`; another one when it changes.
 */
place: string, 
/**
 * When it happened.
 */
at: number, 
/**
 * Since `activity.see`, and nothing else says that the person knows it.
 */
isNew: boolean, } & ({ "kind": "mention", 
/**
 * The message.
 */
message: MessageView, } | { "kind": "reactions", 
/**
 * The message.
 */
message: MessageView, 
/**
 * What to call who did last.
 */
name: string, 
/**
 * Their account.
 */
accountId: string, 
/**
 * With what.
 */
emoji: string, 
/**
 * How many others have.
 */
others: number, } | { "kind": "contactDevice", 
/**
 * Its line there.
 */
message: MessageView, } | { "kind": "ownDevice", 
/**
 * Its id.
 */
deviceId: string, 
/**
 * The first digits of that, to be compared at a glance.
 */
mark: string, 
/**
 * What the person calls it; empty: nothing yet.
 */
name: string, 
/**
 * By what it was signed in.
 */
signer: DeviceSigner, 
/**
 * The person has said that it is theirs.
 */
isKnown: boolean, } | { "kind": "invitation", 
/**
 * The group.
 */
conversationId: string, 
/**
 * Its name; may be empty.
 */
groupName: string, 
/**
 * What to call who did it.
 */
name: string, 
/**
 * Their account.
 */
accountId: string, 
/**
 * How many are in it.
 */
members: number, 
/**
 * How many of them this person has accepted.
 */
acquainted: number, } | { "kind": "alarm", 
/**
 * The alarm.
 */
alarm: AlarmView, });

/**
 * People for a group.
 */
export type AddMembersParams = { 
/**
 * Which group.
 */
conversationId: string, 
/**
 * Their accounts.
 */
members: Array<string>, };

/**
 * What was found.
 */
export type AlarmKind = "device" | "keys" | "name" | "change";

/**
 * Keys or changes that must not be, and were refused.
 */
export type AlarmView = { 
/**
 * What.
 */
kind: AlarmKind, 
/**
 * Whose.
 */
accountId: string, 
/**
 * What to call them.
 */
name: string, 
/**
 * Where it is shown.
 */
conversationId: string, 
/**
 * The device's mark.
 */
device?: string, 
/**
 * Who had the username before.
 */
accountBefore?: string, 
/**
 * When it was found.
 */
at: number, };

/**
 * Who may do something.
 */
export type AllowedTo = "everyone" | "admins";

/**
 * What the person decided about a new device.
 */
export type ApproveParams = { 
/**
 * It is theirs.
 */
isWanted: boolean, };

/**
 * Whether a conversation is out of sight.
 */
export type ArchiveParams = { 
/**
 * Which.
 */
conversationId: string, 
/**
 * It is.
 */
isArchived: boolean, };

/**
 * Who is told something.
 */
export type Audience = "everyone" | "contacts" | "nobody";

/**
 * Whether somebody is blocked.
 */
export type BlockParams = { 
/**
 * Who.
 */
accountId: string, 
/**
 * They are.
 */
isBlocked: boolean, };

/**
 * Another password.
 */
export type ChangePasswordParams = { 
/**
 * The one until now.
 */
oldPassword: string, 
/**
 * The one from now on.
 */
newPassword: string, };

/**
 * A username at a server.
 */
export type CheckUsernameParams = { 
/**
 * Address of the server.
 */
server: string, 
/**
 * As typed.
 */
username: string, };

/**
 * A code of the authenticator app.
 */
export type CodeParams = { 
/**
 * Six digits.
 */
code: string, };

/**
 * Something that was scanned or typed from a person's screen.
 */
export type CompareParams = { 
/**
 * Whose screen.
 */
accountId: string, 
/**
 * The digits, or the text of the code.
 */
entered: string, };

/**
 * What comparing comes to.
 */
export type ComparisonResult = "same" | "different" | "otherPeople" | "unreadable";

/**
 * What comparing comes to.
 */
export type ComparisonView = { 
/**
 * It.
 */
result: ComparisonResult, };

/**
 * How the connection to the server stands.
 */
export type ConnectionState = "online" | "connecting" | "offline";

/**
 * Another person.
 */
export type ContactView = { 
/**
 * Their account.
 */
accountId: string, 
/**
 * What they are found by.
 */
username: string, 
/**
 * What they chose to be called, once known.
 */
displayName?: string, 
/**
 * What to call them: by this person's name for them, else by their own, else by their username.
 */
name: string, 
/**
 * This person's name for them.
 */
ownName?: string, 
/**
 * A few words about themselves.
 */
about?: string, 
/**
 * A small picture of them, as a data: URL.
 */
picture?: string, 
/**
 * Nothing of theirs is shown. Left out for false.
 */
isBlocked?: boolean, 
/**
 * They were accepted: they may write. Left out for false.
 */
isContact?: boolean, 
/**
 * The safety number was compared and matches. Left out for false.
 */
isVerified?: boolean, };

/**
 * What sort of conversation.
 */
export type ConversationKind = "direct" | "group" | "self";

/**
 * A conversation.
 */
export type ConversationParams = { 
/**
 * Its id.
 */
conversationId: string, };

/**
 * A row of the chat list.
 */
export type ConversationView = { 
/**
 * Its id.
 */
conversationId: string, 
/**
 * What sort.
 */
kind: ConversationKind, 
/**
 * What to call it.
 */
name: string, 
/**
 * The other person of a 1:1.
 */
peer?: ContactView, 
/**
 * What a group is.
 */
group?: GroupView, 
/**
 * The picture of a group, a data URL.
 */
picture?: string, 
/**
 * What a group is about.
 */
about?: string, 
/**
 * The newest message.
 */
lastMessage?: MessageView, 
/**
 * Messages of others not read yet.
 */
unread: number, 
/**
 * The oldest of them.
 */
firstUnread?: string, 
/**
 * Messages among them that name this account, counted up to 1,000.
 */
mentions: number, 
/**
 * The oldest of these.
 */
firstMention?: string, 
/**
 * Text typed and not sent.
 */
draft?: string, 
/**
 * Sorts the list, newest first.
 */
updatedAt: number, 
/**
 * Messages in it on this device.
 */
messageCount: number, 
/**
 * Messages at its head, at most 100.
 */
pinnedCount: number, 
/**
 * What is sent from now on disappears so many seconds after reading; left out: it stays.
 */
timer?: number, 
/**
 * Kept at the top of the list.
 */
isPinned: boolean, 
/**
 * Its place among the pinned ones, rising.
 */
pinOrder?: number, 
/**
 * Out of sight until something new comes.
 */
isArchived: boolean, 
/**
 * Its messages raise no notification.
 */
isMuted: boolean, 
/**
 * When that ends by itself; left out: it does not.
 */
mutedUntil?: number, 
/**
 * Marked as unread by this person, to be come back to.
 */
isMarkedUnread: boolean, 
/**
 * A stranger began it, or added this account to it: to be accepted or declined.
 */
request?: boolean, 
/**
 * The other person of a 1:1 is blocked. Left out for false.
 */
isBlocked?: boolean, 
/**
 * Keys or changes that must not be were refused; what is written waits for the person to decide.
 */
alarm?: AlarmView, 
/**
 * Whether this person can write here.
 */
canSend: boolean, };

/**
 * A new group.
 */
export type CreateGroupParams = { 
/**
 * What it is called.
 */
name: string, 
/**
 * Accounts in it besides the own one.
 */
members: Array<string>, 
/**
 * A data URL of a PNG, JPEG or WebP of at most 24 KiB.
 */
picture?: string, 
/**
 * What it is about.
 */
about?: string, };

/**
 * A question.
 */
export type CreatePollParams = { 
/**
 * Where.
 */
conversationId: string, 
/**
 * One line of 1 to 500 characters.
 */
question: string, 
/**
 * 2 to 12, each one line of 1 to 200 characters.
 */
options: Array<string>, 
/**
 * One may choose several.
 */
isMultiple: boolean, };

/**
 * A link, made now or before.
 */
export type CreatedLink = { 
/**
 * To be passed on.
 */
link: string, };

/**
 * A request that is not wanted; a group is left.
 */
export type DeclineParams = { 
/**
 * Which conversation.
 */
conversationId: string, 
/**
 * Nothing of theirs is shown again.
 */
block: boolean, };

/**
 * Messages to delete.
 */
export type DeleteParams = { 
/**
 * Which; at most 200.
 */
messageIds: Array<string>, 
/**
 * Nobody has them any more; otherwise only the own devices don't.
 */
forEveryone: boolean, };

/**
 * A device of one's own.
 */
export type DeviceParams = { 
/**
 * Its id.
 */
deviceId: string, };

/**
 * What signed a device into its account.
 */
export type DeviceSigner = "itself" | "device" | "recoveryKey";

/**
 * A device of the account.
 */
export type DeviceView = { 
/**
 * Its id.
 */
deviceId: string, 
/**
 * The first digits of that, to be compared at a glance.
 */
mark: string, 
/**
 * What the person calls it; empty: nothing yet.
 */
name: string, 
/**
 * When it came in, by the clock of the device that signed it in.
 */
addedAt: number, 
/**
 * The one that this runs on.
 */
isOwn: boolean, };

/**
 * Another text for an own message.
 */
export type EditParams = { 
/**
 * Which.
 */
messageId: string, 
/**
 * At most 32 KiB, as Markdown.
 */
text: string, };

/**
 * One text of a message.
 */
export type EditView = { 
/**
 * What it said.
 */
text: string, 
/**
 * From when on.
 */
at: number, };

/**
 * Nothing.
 */
export type Empty = Record<symbol, never>;

/**
 * Stable words for what went wrong. Each exists because a caller acts on it.
 */
export type ErrorCode = "BAD_REQUEST" | "UNKNOWN_METHOD" | "SIGNED_OUT" | "ALREADY_SIGNED_IN" | "UNREACHABLE" | "NOT_A_PIPIT_SERVER" | "OFFLINE" | "USERNAME_TAKEN" | "USERNAME_INVALID" | "PASSWORD_TOO_SHORT" | "WRONG_PASSWORD" | "TOTP_REQUIRED" | "WRONG_CODE" | "WRONG_RECOVERY_KEY" | "REGISTRATION_CLOSED" | "UNKNOWN_ACCOUNT" | "UNKNOWN_CONVERSATION" | "NOT_FOUND" | "NOT_A_MEMBER" | "NOT_ALLOWED" | "TOO_LARGE" | "TOO_MANY" | "SUPERSEDED" | "TOO_LATE" | "SLOW_DOWN" | "DEVICE_REVOKED" | "LINK_GONE" | "LEDGER_MISMATCH" | "STORAGE_FULL" | "STORAGE" | "KEYCHAIN_UNAVAILABLE" | "KEY_MISSING" | "INTERNAL";

/**
 * The part of an error that programs act on.
 */
export type ErrorDetail = { 
/**
 * Stable word.
 */
code: ErrorCode, 
/**
 * Whether the same call may succeed later.
 */
retry: boolean, 
/**
 * When to try again, in milliseconds from now.
 */
retryAfterMs?: number, };

/**
 * Why a message was not sent.
 */
export type Failure = { 
/**
 * Stable word.
 */
code: ErrorCode, 
/**
 * A sentence.
 */
message: string, 
/**
 * Whether trying again can help.
 */
retry: boolean, };

/**
 * A person by exact username.
 */
export type FindContactParams = { 
/**
 * As typed.
 */
username: string, };

/**
 * Where the person looks: decides whether a notification is needed.
 */
export type FocusParams = { 
/**
 * The window has the focus.
 */
focused: boolean, 
/**
 * The conversation on screen.
 */
conversationId?: string, };

/**
 * Messages to pass on.
 */
export type ForwardParams = { 
/**
 * Which; at most 100.
 */
messageIds: Array<string>, 
/**
 * Where to; at most 20.
 */
conversationIds: Array<string>, };

/**
 * What somebody is in a group.
 */
export type GroupRole = "owner" | "admin" | "member";

/**
 * A group beside its conversation.
 */
export type GroupView = { 
/**
 * Accounts in it.
 */
memberCount: number, 
/**
 * What this account is there.
 */
ownRole: GroupRole, 
/**
 * Its owners and admins, at most 100.
 */
leaders: Array<LeaderView>, 
/**
 * Whether this account is in it (still).
 */
isMember: boolean, 
/**
 * What members may do.
 */
permissions: PermissionsView, 
/**
 * How many of the last messages new members see; 0: none.
 */
sharesHistory: number, 
/**
 * Whether admins approve who comes by a link.
 */
needsApproval: boolean, 
/**
 * Accounts that wait for that.
 */
requestCount: number, };

/**
 * Whether something of the history is to come.
 */
export type HistoryState = "complete" | "waiting" | "coming";

/**
 * How far the history is.
 */
export type HistoryView = { 
/**
 * Whether something is to come.
 */
state: HistoryState, 
/**
 * Messages that have come.
 */
received: number, 
/**
 * About as many as there are.
 */
total: number, };

/**
 * Somebody who asks to join a group.
 */
export type JoinRequestView = { 
/**
 * Their account.
 */
accountId: string, 
/**
 * What they are found by.
 */
username: string, 
/**
 * What to call them.
 */
name: string, };

/**
 * What became of joining.
 */
export type JoinResult = { 
/**
 * The group, when this account is in it.
 */
conversationId?: string, 
/**
 * Somebody still has to let this account in.
 */
isPending: boolean, };

/**
 * Where the key lies that opens the history on this computer.
 */
export type KeyPlace = "keychain" | "file";

/**
 * Somebody who leads a group.
 */
export type LeaderView = { 
/**
 * Their account.
 */
accountId: string, 
/**
 * Owner or admin.
 */
role: GroupRole, };

/**
 * A code that another device is to enter.
 */
export type LinkCodeView = { 
/**
 * To be typed: `7KQ4-M2XD`.
 */
code: string, 
/**
 * What the picture says; `device.link` takes it too.
 */
invitation: string, 
/**
 * The invitation as a QR code: a `data:` URL.
 */
picture: string, 
/**
 * How long it can be entered, in milliseconds from now.
 */
lifeMs: number, };

/**
 * A code that another device shows.
 */
export type LinkDeviceParams = { 
/**
 * As typed, or the text of the picture.
 */
code: string, 
/**
 * Address of the server; needed on a device without an account for a code that was typed.
 */
server?: string, 
/**
 * What the other device calls this one.
 */
name?: string, };

/**
 * Why no device was linked.
 */
export type LinkFailureView = "expired" | "wrongCode" | "newer" | "declined" | "sameRole" | "broken" | "server";

/**
 * A link to a group.
 */
export type LinkParams = { 
/**
 * It begins with `pipit://join/`.
 */
link: string, };

/**
 * A link, when there is one.
 */
export type LinkResult = { 
/**
 * To be passed on.
 */
link?: string, };

/**
 * Where a link to a group leads.
 */
export type LinkView = { 
/**
 * Address of the server.
 */
server: string, 
/**
 * Who made the link, when they are known here.
 */
inviter?: string, };

/**
 * How far linking has come.
 */
export type LinkingView = { "state": "shown" } | { "state": "asked", 
/**
 * The other device's name, as it tells; may be empty.
 */
name: string, 
/**
 * The device that would be added: answer with `device.approve`. Left out on the new device, which waits.
 */
deviceId?: string, } | { "state": "adding" } | { "state": "linked" } | { "state": "failed", 
/**
 * Why.
 */
why: LinkFailureView, };

/**
 * Part of a conversation: at most one of `before`, `after`, `around`, `aroundDate`; none means the
 * newest.
 */
export type ListMessagesParams = { 
/**
 * Which.
 */
conversationId: string, 
/**
 * Only older than this message.
 */
before?: string, 
/**
 * Only newer than this message.
 */
after?: string, 
/**
 * This message in the middle.
 */
around?: string, 
/**
 * This time in the middle, by the server's clock, in milliseconds since 1970.
 */
aroundDate?: number, 
/**
 * At most so many; 50 when left out, 200 at most.
 */
limit?: number, };

/**
 * A device signed in.
 */
export type LoggedIn = { 
/**
 * The account.
 */
accountId: string, 
/**
 * This device.
 */
deviceId: string, };

/**
 * An existing account, on a new device.
 */
export type LoginParams = { 
/**
 * Address of the server.
 */
server: string, 
/**
 * Its username.
 */
username: string, 
/**
 * Its password.
 */
password: string, 
/**
 * The code of the second factor, when the account has one: of the app, or a recovery code.
 */
totp?: string, };

/**
 * What has been read.
 */
export type MarkReadParams = { 
/**
 * Where.
 */
conversationId: string, 
/**
 * The newest message that was seen; all before it count as read.
 */
upTo: string, };

/**
 * Somebody in a conversation.
 */
export type MemberParams = { 
/**
 * Where.
 */
conversationId: string, 
/**
 * Their account.
 */
accountId: string, };

/**
 * Somebody in a conversation.
 */
export type MemberView = { 
/**
 * Their account.
 */
accountId: string, 
/**
 * What they are found by.
 */
username: string, 
/**
 * What to call them.
 */
name: string, 
/**
 * What they are there.
 */
role: GroupRole, 
/**
 * It is this account.
 */
isOwn: boolean, 
/**
 * This person has accepted them, or written to them.
 */
isContact: boolean, 
/**
 * The safety number was compared and matches. Left out for false.
 */
isVerified?: boolean, };

/**
 * Who is in a conversation.
 */
export type MembersParams = { 
/**
 * Which.
 */
conversationId: string, 
/**
 * At most so many of those that came first; all when left out.
 */
limit?: number, };

/**
 * Part of those to whom an own message was sent, in the order of their accounts' ids.
 */
export type MessageInfo = { 
/**
 * Everybody who has it, and who is still to get it. Nobody for other people's messages.
 */
recipients: Array<RecipientView>, 
/**
 * For `after` of the next page, when there may be more.
 */
next?: string, };

/**
 * An own message, and where to go on.
 */
export type MessageInfoParams = { 
/**
 * Its id.
 */
messageId: string, 
/**
 * `next` of the page before.
 */
after?: string, 
/**
 * At most so many; 50 when left out, 200 at most.
 */
limit?: number, };

/**
 * What sort of row in a conversation.
 */
export type MessageKind = "text" | "unreadable" | "newer" | "system" | "poll" | "deleted";

/**
 * A message.
 */
export type MessageParams = { 
/**
 * Its id.
 */
messageId: string, };

/**
 * Where a message stands.
 */
export type MessageState = "queued" | "accepted" | "delivered" | "read" | "failed" | "received";

/**
 * One message.
 */
export type MessageView = { 
/**
 * Its id.
 */
messageId: string, 
/**
 * Where.
 */
conversationId: string, 
/**
 * Orders the messages of a conversation: unique in it, never changes. Sort by this.
 */
position: number, 
/**
 * Whose.
 */
sender: string, 
/**
 * What to call them.
 */
senderName: string, 
/**
 * Written by this account.
 */
isOwn: boolean, 
/**
 * By the sender's clock.
 */
sentAt: number, 
/**
 * By the server's clock.
 */
acceptedAt?: number, 
/**
 * What was written, as Markdown of a small profile: bold, italic, strike, code, quotes, lists, links.
 * What is no Markdown is meant as it stands; there is never HTML. A mention is a link whose target is
 * `pipit:account:` and the account's id. Of a poll, the question.
 */
text: string, 
/**
 * What sort.
 */
kind: MessageKind, 
/**
 * Where it stands.
 */
state: MessageState, 
/**
 * Present when failed.
 */
failure?: Failure, 
/**
 * A line of the app's own: what it says.
 */
system?: SystemView, 
/**
 * What it answers.
 */
replyTo?: ReplyView, 
/**
 * Written elsewhere and passed on.
 */
isForwarded: boolean, 
/**
 * At the head of its conversation.
 */
isPinned: boolean, 
/**
 * Marked by this person.
 */
isStarred: boolean, 
/**
 * When its sender last changed the text.
 */
editedAt?: number, 
/**
 * It names this account.
 */
mentionsMe: boolean, 
/**
 * It disappears so many seconds after reading; own: after it was accepted.
 */
timer?: number, 
/**
 * When it disappears, once that is known.
 */
expiresAt?: number, 
/**
 * What stands beside it, most first.
 */
reactions: Array<ReactionView>, 
/**
 * A poll: what people choose.
 */
poll?: PollView, 
/**
 * Own: accounts that it was sent to; else 0.
 */
recipientCount: number, 
/**
 * Own: accounts of them that have it; else 0.
 */
deliveredCount: number, 
/**
 * Own: accounts of them that have read it and say so; else 0.
 */
readCount: number, };

/**
 * Messages.
 */
export type MessagesParams = { 
/**
 * Which; at most 200.
 */
messageIds: Array<string>, };

/**
 * Whether a conversation's messages raise notifications.
 */
export type MuteParams = { 
/**
 * Which.
 */
conversationId: string, 
/**
 * They don't.
 */
isMuted: boolean, 
/**
 * When that ends by itself; left out: it does not.
 */
until?: number, };

/**
 * How the operating system tells of messages.
 */
export type NotificationSettings = { 
/**
 * It does.
 */
isOn: boolean, 
/**
 * With what was written and who wrote it.
 */
showsText: boolean, 
/**
 * With a sound.
 */
sound: boolean, };

/**
 * How the operating system tells of messages; what is left out stays.
 */
export type NotificationSettingsParams = { 
/**
 * It does.
 */
isOn?: boolean, 
/**
 * With what was written and who wrote it.
 */
showsText?: boolean, 
/**
 * With a sound.
 */
sound?: boolean, };

/**
 * One event with its number: each is one more than the last that this listener was sent. A hole
 * means: ask again for what is on screen.
 */
export type NumberedEvent = { 
/**
 * Rises by one.
 */
number: number, } & ({ "type": "connection", 
/**
 * How it stands.
 */
state: ConnectionState, 
/**
 * When the next try is, while offline.
 */
retryAt?: number, } | { "type": "account.changed", 
/**
 * As it is now.
 */
status: AccountStatus, } | { "type": "message.added", 
/**
 * The message.
 */
message: MessageView, } | { "type": "message.changed", 
/**
 * As it is now.
 */
message: MessageView, } | { "type": "message.removed", 
/**
 * Where it was.
 */
conversationId: string, 
/**
 * Which.
 */
messageId: string, } | { "type": "conversation.changed", 
/**
 * As it is now.
 */
conversation: ConversationView, } | { "type": "conversation.removed", 
/**
 * Which.
 */
conversationId: string, } | { "type": "contact.changed", 
/**
 * As it is now.
 */
contact: ContactView, } | { "type": "profile.changed", 
/**
 * As it is now.
 */
profile: ProfileView, } | { "type": "settings.changed", 
/**
 * As they are now.
 */
settings: Settings, } | { "type": "devices.changed" } | { "type": "history.changed", 
/**
 * How far it is.
 */
history: HistoryView, } | { "type": "history.filled", 
/**
 * Which.
 */
conversationId: string, } | { "type": "typing", 
/**
 * Where.
 */
conversationId: string, 
/**
 * Who.
 */
accountId: string, 
/**
 * What to call them.
 */
name: string, 
/**
 * They do.
 */
isTyping: boolean, } | { "type": "presence", 
/**
 * Who.
 */
accountId: string, 
/**
 * They are here now.
 */
isOnline: boolean, 
/**
 * When they were last here, as far as they tell.
 */
lastSeen?: number, } | { "type": "notification", 
/**
 * Where to go on a click.
 */
conversationId: string, 
/**
 * Which message.
 */
messageId: string, 
/**
 * Who.
 */
title: string, 
/**
 * What; empty, and the title too, where it is not to be shown.
 */
body: string, 
/**
 * Somebody wrote who is not accepted yet: say no more than that.
 */
isRequest: boolean, } | { "type": "alarm", 
/**
 * What.
 */
alarm: AlarmView, } | { "type": "link.changed", 
/**
 * How far.
 */
link: LinkingView, } | { "type": "conversation.show", 
/**
 * Which.
 */
conversationId: string, });

/**
 * A conversation, now there.
 */
export type Opened = { 
/**
 * Its id.
 */
conversationId: string, };

/**
 * The account's password, entered anew.
 */
export type PasswordParams = { 
/**
 * The password.
 */
password: string, };

/**
 * What members may do.
 */
export type PermissionsView = { 
/**
 * Add people.
 */
add: AllowedTo, 
/**
 * Change name, picture and description.
 */
editInfo: AllowedTo, 
/**
 * Write.
 */
send: AllowedTo, };

/**
 * Somebody who is named in a line.
 */
export type PersonRef = { 
/**
 * Their account.
 */
accountId: string, 
/**
 * What to call them.
 */
name: string, 
/**
 * It is this account.
 */
isOwn: boolean, };

/**
 * Whether a conversation stays at the top.
 */
export type PinConversationParams = { 
/**
 * Which.
 */
conversationId: string, 
/**
 * It does.
 */
isPinned: boolean, };

/**
 * Whether a message stands at the head of its conversation.
 */
export type PinMessageParams = { 
/**
 * Which.
 */
messageId: string, 
/**
 * It does.
 */
isPinned: boolean, };

/**
 * Something to choose.
 */
export type PollOptionView = { 
/**
 * On one line, as it stands.
 */
text: string, 
/**
 * People who have chosen it.
 */
count: number, 
/**
 * This account is one of them.
 */
isOwn: boolean, 
/**
 * Names of at most 20 of the others.
 */
names: Array<string>, };

/**
 * A question and what people choose.
 */
export type PollView = { 
/**
 * On one line, as it stands.
 */
question: string, 
/**
 * One may choose several.
 */
isMultiple: boolean, 
/**
 * Nobody chooses any more.
 */
isClosed: boolean, 
/**
 * People who have chosen something.
 */
voterCount: number, 
/**
 * In the author's order.
 */
options: Array<PollOptionView>, };

/**
 * What this person tells of themself.
 */
export type ProfileView = { 
/**
 * What to be called.
 */
displayName: string, 
/**
 * A few words.
 */
about: string, 
/**
 * A small picture, as a data: URL.
 */
picture?: string, };

/**
 * What guards the history on this computer.
 */
export type Protection = { 
/**
 * Where its key lies.
 */
keyPlace: KeyPlace, };

/**
 * An emoji beside a message.
 */
export type ReactParams = { 
/**
 * Which.
 */
messageId: string, 
/**
 * One emoji.
 */
emoji: string, 
/**
 * Put there, or taken away.
 */
isOn: boolean, };

/**
 * An emoji beside a message.
 */
export type ReactionView = { 
/**
 * The emoji.
 */
emoji: string, 
/**
 * People.
 */
count: number, 
/**
 * This account is one of them.
 */
isOwn: boolean, 
/**
 * Names of at most 20 of the others; this account is told by `isOwn`.
 */
names: Array<string>, };

/**
 * Somebody to whom an own message was sent.
 */
export type RecipientView = { 
/**
 * Their account.
 */
accountId: string, 
/**
 * What to call them.
 */
name: string, 
/**
 * When a device of theirs had it; left out: not yet.
 */
deliveredAt?: number, 
/**
 * When they read it; left out: not yet, or they or this person don't tell.
 */
readAt?: number, };

/**
 * An existing account without its password, on a new device.
 */
export type RecoverParams = { 
/**
 * Address of the server.
 */
server: string, 
/**
 * Its username.
 */
username: string, 
/**
 * 12 groups of 4 characters, as typed.
 */
recoveryKey: string, 
/**
 * The code of the second factor, when the account has one: of the app, or a recovery code.
 */
totp?: string, 
/**
 * The account's password from now on; left out: it stays as it is.
 */
newPassword?: string, };

/**
 * Codes that stand in for the app, once each.
 */
export type RecoveryCodes = { 
/**
 * Ten of them.
 */
recoveryCodes: Array<string>, };

/**
 * The recovery key, until it is confirmed.
 */
export type RecoveryKeyView = { 
/**
 * 12 groups of 4 characters.
 */
recoveryKey: string, };

/**
 * A new account.
 */
export type RegisterParams = { 
/**
 * Address of the server.
 */
server: string, 
/**
 * What others will find it by.
 */
username: string, 
/**
 * 12 characters or more; never leaves this process in readable form.
 */
password: string, 
/**
 * What to be called; the username when left out.
 */
displayName?: string, };

/**
 * A fresh account.
 */
export type Registered = { 
/**
 * Its id.
 */
accountId: string, 
/**
 * This device.
 */
deviceId: string, 
/**
 * Shown once: 12 groups of 4 characters.
 */
recoveryKey: string, };

/**
 * Whether a server takes new accounts.
 */
export type Registration = "open" | "closed";

/**
 * This person's name for somebody.
 */
export type RenameContactParams = { 
/**
 * Whose.
 */
accountId: string, 
/**
 * One line of at most 256 bytes; empty takes it back.
 */
name: string, };

/**
 * A device and what to call it.
 */
export type RenameDeviceParams = { 
/**
 * Which.
 */
deviceId: string, 
/**
 * At most 256 bytes; empty: nothing.
 */
name: string, };

/**
 * Another name for a group.
 */
export type RenameParams = { 
/**
 * Which group.
 */
conversationId: string, 
/**
 * One line of 1 to 100 characters.
 */
name: string, };

/**
 * What a message answers.
 */
export type ReplyView = { 
/**
 * The message.
 */
messageId: string, 
/**
 * Whose.
 */
sender?: string, 
/**
 * What to call them.
 */
senderName?: string, 
/**
 * It is this account's.
 */
isOwn?: boolean, 
/**
 * The beginning of its text without markup, at most 200 characters.
 */
text?: string, 
/**
 * What sort.
 */
kind?: MessageKind, 
/**
 * It is not on this device, or was taken back: the fields above are left out.
 */
isMissing: boolean, };

/**
 * What the operator of the server is told of somebody.
 */
export type ReportParams = { 
/**
 * Of whom.
 */
accountId: string, 
/**
 * Why: at most 1,000 bytes.
 */
reason: string, 
/**
 * Messages of theirs to show, at most 20; none when left out.
 */
messageIds?: Array<string>, };

/**
 * What a failed command answers: JSON-RPC's error object.
 */
export type RpcError = { 
/**
 * JSON-RPC's number: -32700 not JSON, -32600 not a request, -32601 unknown method, -32602 bad
 * parameters, -32603 our bug, -32000 refused.
 */
code: number, 
/**
 * A plain sentence that says what to do.
 */
message: string, 
/**
 * What programs act on.
 */
data: ErrorDetail, };

/**
 * What two people compare.
 */
export type SafetyNumberView = { 
/**
 * Whose.
 */
accountId: string, 
/**
 * What to call them.
 */
name: string, 
/**
 * 60 digits in groups of five, the same on both screens.
 */
digits: Array<string>, 
/**
 * What the other person scans: text of upper-case letters, digits and colons.
 */
qr: string, 
/**
 * It was compared and matches.
 */
isVerified: boolean, 
/**
 * When that was.
 */
verifiedAt?: number, 
/**
 * Their devices in force, the oldest first.
 */
devices: Array<TrustedDeviceView>, };

/**
 * A message that was found.
 */
export type SearchHit = { 
/**
 * Its id.
 */
messageId: string, 
/**
 * Where.
 */
conversationId: string, 
/**
 * What to call that; empty for the note to self.
 */
conversationName: string, 
/**
 * Whose.
 */
sender: string, 
/**
 * What to call them.
 */
senderName: string, 
/**
 * Written by this account.
 */
isOwn: boolean, 
/**
 * By the sender's clock.
 */
sentAt: number, 
/**
 * What sort.
 */
kind: MessageKind, 
/**
 * Its text around the first place that fits, at most some 160 characters.
 */
snippet: Array<SnippetPart>, };

/**
 * What sort of message a search is for.
 */
export type SearchKind = "text" | "link" | "poll";

/**
 * Which of the messages that were found come first.
 */
export type SearchOrder = "time" | "relevance";

/**
 * Part of what was found. There may be fewer hits than asked for, or none, and a next page all the same:
 * a page looks at a bounded number of messages.
 */
export type SearchPage = { 
/**
 * The first ones first.
 */
hits: Array<SearchHit>, 
/**
 * For `before` of the next page, when there may be more.
 */
next?: string, 
/**
 * Older messages that can't be found yet, at most: for the minutes after the first start of a version
 * that searches by new rules.
 */
unindexed?: number, };

/**
 * A search: all words of the query, by the filters that are given.
 */
export type SearchParams = { 
/**
 * As typed, at most 512 bytes and 16 words: parts of words, or "whole words" in quotation marks.
 * May be empty when a filter is given.
 */
query: string, 
/**
 * Only in this conversation.
 */
conversationId?: string, 
/**
 * Only of this account.
 */
sender?: string, 
/**
 * Not before this, by the server's clock, in milliseconds since 1970.
 */
from?: number, 
/**
 * Before this, by the server's clock, in milliseconds since 1970.
 */
to?: number, 
/**
 * Only of this sort.
 */
kind?: SearchKind, 
/**
 * `time` when left out.
 */
order?: SearchOrder, 
/**
 * `next` of the page before.
 */
before?: string, 
/**
 * At most so many; 50 when left out, 200 at most.
 */
limit?: number, 
/**
 * Names the box that it is typed in, at most 64 bytes: a newer search of the same box ends this
 * one, which then fails with SUPERSEDED.
 */
searchBox?: string, };

/**
 * What guards the account beside its password.
 */
export type SecurityStatus = { 
/**
 * New devices are asked for a code.
 */
isTotpOn: boolean, 
/**
 * Recovery codes that were not used.
 */
recoveryCodes: number, };

/**
 * A new message.
 */
export type SendParams = { 
/**
 * Where to.
 */
conversationId: string, 
/**
 * At most 32 KiB, as Markdown.
 */
text: string, 
/**
 * The message that it answers.
 */
replyTo?: string, 
/**
 * Accounts whose `@username` in the text becomes a mention.
 */
mentions?: Array<string>, 
/**
 * The text was the draft, which goes in the same moment. Left out for false: another program's message
 * leaves what a person is typing alone.
 */
endsDraft?: boolean, };

/**
 * A message, now kept.
 */
export type Sent = { 
/**
 * Its id.
 */
messageId: string, };

/**
 * What a server says of itself.
 */
export type ServerInfo = { 
/**
 * Its address, as asked.
 */
server: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Whether it takes new accounts.
 */
registration: Registration, 
/**
 * How long the answer took.
 */
latencyMs: number, };

/**
 * A server by its address: `host`, `host:port`, or with `https://` or `http://` (loopback only).
 */
export type ServerParams = { 
/**
 * The address.
 */
server: string, };

/**
 * A server to offer at sign-up.
 */
export type ServerSuggestion = { 
/**
 * Its address.
 */
server: string, 
/**
 * What to show.
 */
label: string, 
/**
 * It runs on this machine.
 */
local: boolean, };

/**
 * What a group is about.
 */
export type SetAboutParams = { 
/**
 * Which group.
 */
conversationId: string, 
/**
 * At most 500 characters; empty for nothing.
 */
about: string, };

/**
 * Text typed and not sent.
 */
export type SetDraftParams = { 
/**
 * Where.
 */
conversationId: string, 
/**
 * The text; empty clears.
 */
text: string, };

/**
 * What members may do; what is left out stays.
 */
export type SetPermissionsParams = { 
/**
 * Which group.
 */
conversationId: string, 
/**
 * Who may add people.
 */
add?: AllowedTo, 
/**
 * Who may change name, picture and description.
 */
editInfo?: AllowedTo, 
/**
 * Who may write.
 */
send?: AllowedTo, 
/**
 * How many of the last messages new members see, 0 to 100.
 */
sharesHistory?: number, 
/**
 * Whether admins approve who comes by a link.
 */
needsApproval?: boolean, };

/**
 * A picture for a group.
 */
export type SetPictureParams = { 
/**
 * Which group.
 */
conversationId: string, 
/**
 * A data URL; empty for none.
 */
picture: string, };

/**
 * What to tell of oneself; what is left out stays.
 */
export type SetProfileParams = { 
/**
 * One line of 1 to 256 bytes.
 */
displayName?: string, 
/**
 * At most 140 characters.
 */
about?: string, 
/**
 * PNG, JPEG or WebP of at most 24 KiB, as a data: URL in base64; empty for none.
 */
picture?: string, };

/**
 * A role for somebody.
 */
export type SetRoleParams = { 
/**
 * Which group.
 */
conversationId: string, 
/**
 * Whose.
 */
accountId: string, 
/**
 * Which.
 */
role: GroupRole, };

/**
 * A conversation's timer.
 */
export type SetTimerParams = { 
/**
 * Which.
 */
conversationId: string, 
/**
 * After reading, at most a year; 0: what is sent stays.
 */
seconds: number, };

/**
 * What this person wants of the app, on all devices.
 */
export type Settings = { 
/**
 * Others learn what was read here, and the other way round.
 */
readReceipts: boolean, 
/**
 * Others see that this person is typing, and the other way round.
 */
typing: boolean, 
/**
 * Who learns when this person was last here; the others' is shown in turn.
 */
lastSeen: Audience, 
/**
 * Who learns that this person is here now; the others' is shown in turn.
 */
online: Audience, 
/**
 * How the operating system tells of messages.
 */
notifications: NotificationSettings, 
/**
 * People who are no contacts may write, as a request.
 */
requestsFromStrangers: boolean, };

/**
 * Settings to be changed; what is left out stays.
 */
export type SettingsParams = { 
/**
 * Others learn what was read here, and the other way round.
 */
readReceipts?: boolean, 
/**
 * Others see that this person is typing, and the other way round.
 */
typing?: boolean, 
/**
 * Who learns when this person was last here.
 */
lastSeen?: Audience, 
/**
 * Who learns that this person is here now.
 */
online?: Audience, 
/**
 * How the operating system tells of messages.
 */
notifications?: NotificationSettingsParams, 
/**
 * People who are no contacts may write, as a request.
 */
requestsFromStrangers?: boolean, };

/**
 * A code to be shown.
 */
export type ShowCodeParams = { 
/**
 * Address of the server; needed on a device without an account.
 */
server?: string, 
/**
 * What the other device calls this one.
 */
name?: string, };

/**
 * Part of a line that shows what was found.
 */
export type SnippetPart = { 
/**
 * On one line.
 */
text: string, 
/**
 * It is what was searched for.
 */
isHit: boolean, };

/**
 * A mark on a message.
 */
export type StarParams = { 
/**
 * Which.
 */
messageId: string, 
/**
 * Put there, or taken away.
 */
isStarred: boolean, };

/**
 * Part of the marked messages.
 */
export type StarredParams = { 
/**
 * Only those that come after this one, which is older.
 */
before?: string, 
/**
 * At most so many; 50 when left out, 200 at most.
 */
limit?: number, };

/**
 * From where events are counted.
 */
export type Subscribed = { 
/**
 * The next event has this number plus one.
 */
number: number, };

/**
 * What a line of the app's own says.
 */
export type SystemView = { 
/**
 * Which line: a stable word such as `group.added`.
 */
word: string, 
/**
 * Who did it.
 */
actor?: PersonRef, 
/**
 * To whom.
 */
target?: PersonRef, 
/**
 * What: a name, a role, a number.
 */
value?: string, };

/**
 * What the authenticator app is to be told.
 */
export type TotpBegun = { 
/**
 * To be typed: base 32.
 */
secret: string, 
/**
 * To be scanned: an `otpauth` address.
 */
uri: string, 
/**
 * The same as a picture: a `data:` URL of a QR code.
 */
qr: string, };

/**
 * What turns two-step verification off.
 */
export type TotpDisableParams = { 
/**
 * The account's password.
 */
password: string, 
/**
 * A code of the app, or a recovery code.
 */
code: string, };

/**
 * A device in force.
 */
export type TrustedDeviceView = { 
/**
 * Its id.
 */
deviceId: string, 
/**
 * The first digits of that, to be compared at a glance.
 */
mark: string, 
/**
 * When it was signed in, by the signer's clock.
 */
addedAt: number, 
/**
 * By what.
 */
signer: DeviceSigner, };

/**
 * A person by their link.
 */
export type UserLinkParams = { 
/**
 * It begins with `pipit://user/`.
 */
link: string, };

/**
 * Whether a username can be had.
 */
export type UsernameCheck = { 
/**
 * It can.
 */
free: boolean, 
/**
 * Why not.
 */
problem?: UsernameProblem, };

/**
 * What is wrong with a username.
 */
export type UsernameProblem = "too_short" | "too_long" | "characters" | "taken";

/**
 * A person, and whether they were compared.
 */
export type VerifyParams = { 
/**
 * Whose.
 */
accountId: string, 
/**
 * It matches.
 */
isVerified: boolean, };

/**
 * A vote.
 */
export type VoteParams = { 
/**
 * The poll.
 */
messageId: string, 
/**
 * Places of all chosen options, from 0; none takes the vote back.
 */
options: Array<number>, };

/**
 * Whose presence is on screen.
 */
export type WatchParams = { 
/**
 * The conversation on screen; left out: none is.
 */
conversationId?: string, };

/** Every command: what it takes and what it gives. */
export interface Commands {
  /** Servers to offer at sign-up, a local one first. */
  "server.suggestions": { params: Empty; result: Array<ServerSuggestion> };
  /** What answers at an address. */
  "server.probe": { params: ServerParams; result: ServerInfo };
  /** Whether a username can be had. */
  "account.checkUsername": { params: CheckUsernameParams; result: UsernameCheck };
  /** Creates an account with this device as its first. */
  "account.register": { params: RegisterParams; result: Registered };
  /** The recovery key, until it is confirmed to be saved. */
  "account.recoveryKey": { params: Empty; result: RecoveryKeyView };
  /** The person has saved the recovery key; it is forgotten here. */
  "account.confirmRecoveryKey": { params: Empty; result: Empty };
  /** Signs this device in to an existing account. */
  "account.login": { params: LoginParams; result: LoggedIn };
  /** Signs this device in by the recovery key, and gives the account a new password when one is named. */
  "account.recover": { params: RecoverParams; result: LoggedIn };
  /** Gives the account another password; its devices stay signed in. */
  "account.changePassword": { params: ChangePasswordParams; result: Empty };
  /** Takes this device out of the account and forgets everything here. */
  "account.logOut": { params: Empty; result: Empty };
  /** The devices in force, this one first, then the newest. */
  "device.list": { params: Empty; result: Array<DeviceView> };
  /** The person says that a new device of the account is theirs. */
  "device.confirm": { params: DeviceParams; result: Empty };
  /** Mentions, reactions to own messages, invitations, new devices and alarms, newest first. */
  "activity.list": { params: ActivityParams; result: Array<ActivityView> };
  /** The person has seen all of that, on all devices. */
  "activity.see": { params: Empty; result: Empty };
  /** How far the history is on this device: one that came later fetches it from another. */
  "history.status": { params: Empty; result: HistoryView };
  /** Calls a device something, for all own devices. */
  "device.rename": { params: RenameDeviceParams; result: Empty };
  /** What guards the history on this computer. */
  "security.protection": { params: Empty; result: Protection };
  /** What guards the account beside its password. */
  "security.status": { params: Empty; result: SecurityStatus };
  /** Begins to turn two-step verification on: what the authenticator app is to be told. */
  "security.totpBegin": { params: PasswordParams; result: TotpBegun };
  /** Turns it on with the first code; the recovery codes are shown this once. */
  "security.totpConfirm": { params: CodeParams; result: RecoveryCodes };
  /** Turns it off. */
  "security.totpDisable": { params: TotpDisableParams; result: Empty };
  /** The account on this device, and how the connection stands. */
  "account.status": { params: Empty; result: AccountStatus };
  /** Tries to connect at once: the network is back, or the person asked. */
  "connection.retry": { params: Empty; result: Empty };
  /** Finds a person by exact username. */
  "contact.find": { params: FindContactParams; result: ContactView };
  /** The link that leads to this person. */
  "contact.ownLink": { params: Empty; result: UserLinkParams };
  /** Finds a person by their link. */
  "contact.findByLink": { params: UserLinkParams; result: ContactView };
  /** The 1:1 with an account (with the own account: note to self), made when there is none. */
  "conversation.open": { params: AccountParams; result: Opened };
  /** All conversations, the pinned ones first, then the newest. */
  "conversation.list": { params: Empty; result: Array<ConversationView> };
  /** One conversation. */
  "conversation.get": { params: ConversationParams; result: ConversationView };
  /** Keeps text that was typed and not sent. */
  "conversation.setDraft": { params: SetDraftParams; result: Empty };
  /** What this person wants of the app. */
  "settings.get": { params: Empty; result: Settings };
  /** Changes some of that, on all devices. */
  "settings.set": { params: SettingsParams; result: Settings };
  /** What this person tells of themself. */
  "profile.get": { params: Empty; result: ProfileView };
  /** Changes that. Whoever one writes with is told, end to end. */
  "profile.set": { params: SetProfileParams; result: ProfileView };
  /** One person. */
  "contact.get": { params: AccountParams; result: ContactView };
  /** Everybody who was accepted or blocked. */
  "contact.list": { params: Empty; result: Array<ContactView> };
  /** Calls somebody by a name of one's own. */
  "contact.rename": { params: RenameContactParams; result: ContactView };
  /** Blocks somebody, or takes that back. They are not told. */
  "contact.block": { params: BlockParams; result: Empty };
  /** Tells the operator of the server about somebody, with messages that this person chooses to show. */
  "contact.report": { params: ReportParams; result: Empty };
  /** Accepts who began a conversation, or the group that a stranger has added one to. */
  "request.accept": { params: ConversationParams; result: Empty };
  /** Declines that: what was written is removed. They are not told. */
  "request.decline": { params: DeclineParams; result: Empty };
  /** Removes a conversation's messages from all own devices. */
  "conversation.clear": { params: ConversationParams; result: Empty };
  /** The person types here: call it on each key. */
  "conversation.typing": { params: ConversationParams; result: Empty };
  /** Asks to be told when the other person of the conversation on screen is here. */
  "presence.watch": { params: WatchParams; result: Empty };
  /** Lets what is sent from now on disappear after reading, for everybody; or takes that back. */
  "conversation.setTimer": { params: SetTimerParams; result: Empty };
  /** Mutes a conversation, or takes that back. */
  "conversation.mute": { params: MuteParams; result: Empty };
  /** Archives a conversation, or takes that back. */
  "conversation.archive": { params: ArchiveParams; result: Empty };
  /** Keeps a conversation at the top, at most nine; or lets it go. */
  "conversation.pin": { params: PinConversationParams; result: Empty };
  /** Marks a conversation as unread; reading in it takes that back. */
  "conversation.markUnread": { params: ConversationParams; result: Empty };
  /** Makes a group. */
  "conversation.create": { params: CreateGroupParams; result: Opened };
  /** Who is in a conversation, in the order of coming. */
  "conversation.members": { params: MembersParams; result: Array<MemberView> };
  /** Adds people to a group. */
  "conversation.add": { params: AddMembersParams; result: Empty };
  /** Removes somebody from a group. */
  "conversation.remove": { params: MemberParams; result: Empty };
  /** Leaves a group; the history stays. */
  "conversation.leave": { params: ConversationParams; result: Empty };
  /** Calls a group something else. */
  "conversation.rename": { params: RenameParams; result: Empty };
  /** Says what a group is about. */
  "conversation.setAbout": { params: SetAboutParams; result: Empty };
  /** Gives a group a picture. */
  "conversation.setPicture": { params: SetPictureParams; result: Empty };
  /** Makes somebody an owner, an admin, or a member again. */
  "conversation.setRole": { params: SetRoleParams; result: Empty };
  /** Says what members may do. */
  "conversation.setPermissions": { params: SetPermissionsParams; result: Empty };
  /** A link by which people join a group. */
  "invite.create": { params: ConversationParams; result: CreatedLink };
  /** The link of this account, when there is one. */
  "invite.get": { params: ConversationParams; result: LinkResult };
  /** Makes all links of a group worthless. */
  "invite.revoke": { params: ConversationParams; result: Empty };
  /** Where a link leads. */
  "invite.look": { params: LinkParams; result: LinkView };
  /** Asks to join a group by a link. */
  "invite.join": { params: LinkParams; result: JoinResult };
  /** Who asks to join a group. */
  "invite.requests": { params: ConversationParams; result: Array<JoinRequestView> };
  /** Lets somebody in who asked. */
  "invite.approve": { params: MemberParams; result: Empty };
  /** Does not let somebody in who asked. */
  "invite.decline": { params: MemberParams; result: Empty };
  /** Sends text. It is kept on this device before this answers, and leaves when it can. */
  "message.send": { params: SendParams; result: Sent };
  /** Part of a conversation, newest last. */
  "message.list": { params: ListMessagesParams; result: Array<MessageView> };
  /** Searches all history on this device, or one conversation of it. */
  "message.search": { params: SearchParams; result: SearchPage };
  /** One message. */
  "message.get": { params: MessageParams; result: MessageView };
  /** Who has an own message and who has read it, a page at a time. */
  "message.info": { params: MessageInfoParams; result: MessageInfo };
  /** Gives an own text another text; possible for 48 hours. */
  "message.edit": { params: EditParams; result: Empty };
  /** The texts of a message, oldest first; the last is what it says now. */
  "message.history": { params: MessageParams; result: Array<EditView> };
  /** Deletes messages, for everyone or on the own devices. */
  "message.delete": { params: DeleteParams; result: Empty };
  /** Brings back what was deleted on the own devices; possible for a minute. */
  "message.restore": { params: MessagesParams; result: Empty };
  /** Passes messages on to other conversations. */
  "message.forward": { params: ForwardParams; result: Empty };
  /** Puts a message at the head of its conversation for everybody, at most 100; or takes it down. */
  "message.pin": { params: PinMessageParams; result: Empty };
  /** The messages at the head of a conversation, the one that was put there last first. */
  "conversation.pinned": { params: ConversationParams; result: Array<MessageView> };
  /** Asks a question to choose an answer to. */
  "poll.create": { params: CreatePollParams; result: Sent };
  /** Chooses options of a poll; the last choice counts. */
  "poll.vote": { params: VoteParams; result: Empty };
  /** Ends the voting in an own poll. */
  "poll.close": { params: MessageParams; result: Empty };
  /** Marks a message for oneself, or takes that back. */
  "message.star": { params: StarParams; result: Empty };
  /** The marked messages of all conversations, newest first. */
  "message.starred": { params: StarredParams; result: Array<MessageView> };
  /** Puts an emoji beside a message, or takes it away. */
  "message.react": { params: ReactParams; result: Empty };
  /** Tries a failed message again. */
  "message.retry": { params: MessageParams; result: Empty };
  /** Removes a failed message. */
  "message.discard": { params: MessageParams; result: Empty };
  /** Marks messages as read. */
  "message.markRead": { params: MarkReadParams; result: Empty };
  /** Removes another device from the account, for ever; it is taken out of every conversation. */
  "device.revoke": { params: DeviceParams; result: Empty };
  /** What to compare with a person, to be sure that nobody is in between. */
  "security.safetyNumber": { params: AccountParams; result: SafetyNumberView };
  /** Compares what was scanned or typed from that person's screen. */
  "security.compare": { params: CompareParams; result: ComparisonView };
  /** The person has compared, or takes that back. All own devices know it. */
  "security.verify": { params: VerifyParams; result: ContactView };
  /** The person has decided on the alarm of a conversation: what waits there is sent. */
  "security.settle": { params: ConversationParams; result: Empty };
  /** Shows a code for linking a device: this one to an account, or another one to this account. */
  "device.showCode": { params: ShowCodeParams; result: LinkCodeView };
  /** Enters the code that another device shows. How it goes on is told by `link.changed`. */
  "device.link": { params: LinkDeviceParams; result: Empty };
  /** Says whether the new device is wanted, when `link.changed` asks. */
  "device.approve": { params: ApproveParams; result: Empty };
  /** Ends linking, and takes a shown code away. */
  "device.cancel": { params: Empty; result: Empty };
  /** Says where the person looks. */
  "window.focus": { params: FocusParams; result: Empty };
  /** Starts notifications named `event` on this connection. */
  "events.subscribe": { params: Empty; result: Subscribed };
}
