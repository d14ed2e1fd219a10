// What the core is going to say and take, written down ahead of it so that screens can be built. A type or a
// command leaves this file when generated/api.ts has it. Nothing here is ever sent by today's core, so every field
// is optional, and screens must do without.

import type { ContactView, ConversationView, Empty, MessageKind, MessageView, NumberedEvent } from "./generated/api";

export interface PersonRef { accountId: string; name: string; isOwn: boolean }

export interface ReplyView {
  messageId: string;
  senderName?: string;
  isOwn?: boolean;
  /** Account of the sender: chooses the colour of the name. */
  sender?: string;
  /** At most 200 characters, plain. */
  text?: string;
  kind?: MessageKind | "poll" | "deleted";
  isMissing: boolean;
}

export interface ReactionView { emoji: string; count: number; isOwn: boolean; names: string[] }

export interface PollOptionView { text: string; count: number; isOwn: boolean; names: string[] }

export interface PollView {
  question: string;
  isMultiple: boolean;
  isClosed: boolean;
  voterCount: number;
  options: PollOptionView[];
}

export interface SystemView { word: string; actor?: PersonRef; target?: PersonRef; value?: string }

interface MessageFields {
  replyTo: ReplyView;
  isForwarded: boolean;
  editedAt: number;
  isPinned: boolean;
  isStarred: boolean;
  mentionsMe: boolean;
  reactions: ReactionView[];
  poll: PollView;
  expiresAt: number;
  timer: number;
  recipientCount: number;
  deliveredCount: number;
  readCount: number;
  system: SystemView;
}

export type Message = Omit<MessageView, "kind"> & { kind: MessageKind | "poll" | "deleted" } & Partial<MessageFields>;

export interface Permissions { add: Who; editInfo: Who; send: Who }
export type Who = "everyone" | "admins";
export type Role = "owner" | "admin" | "member";

export interface GroupView {
  memberCount: number;
  ownRole: Role;
  isMember: boolean;
  permissions: Permissions;
  sharesHistory: number;
  needsApproval: boolean;
  requestCount: number;
}

export type Contact = ContactView & Partial<{
  name: string;
  ownName: string;
  about: string;
  picture: string;
  isBlocked: boolean;
  isContact: boolean;
}>;

export type Conversation = Omit<ConversationView, "peer"> & { peer?: Contact } & Partial<{
  isPinned: boolean;
  isArchived: boolean;
  isMuted: boolean;
  mutedUntil: number;
  isMarkedUnread: boolean;
  mentions: number;
  firstMention: string;
  timer: number;
  isBlocked: boolean;
  request: boolean;
  canSend: boolean;
  pinnedCount: number;
  picture: string;
  about: string;
  group: GroupView;
}>;

export interface Member { accountId: string; username: string; name: string; role: Role; isOwn: boolean; isContact: boolean; picture?: string }

export type Audience = "everyone" | "contacts" | "nobody";
export interface NotificationSettings { isOn: boolean; showsText: boolean; sound: boolean }

export interface Settings {
  readReceipts: boolean;
  typing: boolean;
  lastSeen: Audience;
  online: Audience;
  notifications: NotificationSettings;
  requestsFromStrangers: boolean;
}

export interface ProfileView { displayName: string; about: string; picture?: string }
export interface InviteLook { name?: string; server: string; inviter?: string }
export interface JoinRequest { accountId: string; username: string; name: string }

export type { SearchHit, SearchPage, SearchParams, SnippetPart } from "./generated/api";

export interface PlannedCommands {
  "message.delete": { params: { messageIds: string[]; forEveryone: boolean }; result: Empty };
  "message.restore": { params: { messageIds: string[] }; result: Empty };
  "message.forward": { params: { messageIds: string[]; conversationIds: string[] }; result: Empty };
  "message.pin": { params: { messageId: string; isPinned: boolean }; result: Empty };
  "message.star": { params: { messageId: string; isStarred: boolean }; result: Empty };
  "conversation.pinned": { params: { conversationId: string }; result: Message[] };
  "poll.create": { params: { conversationId: string; question: string; options: string[]; isMultiple: boolean }; result: { messageId: string } };
  "poll.vote": { params: { messageId: string; options: number[] }; result: Empty };
  "poll.close": { params: { messageId: string }; result: Empty };
  "conversation.setTimer": { params: { conversationId: string; seconds: number }; result: Empty };
  "conversation.mute": { params: { conversationId: string; until?: number; isMuted: boolean }; result: Empty };
  "conversation.typing": { params: { conversationId: string }; result: Empty };
  "contact.block": { params: { accountId: string; isBlocked: boolean }; result: Empty };
  "contact.report": { params: { accountId: string; reason: string; messageIds?: string[] }; result: Empty };
  "request.accept": { params: { conversationId: string }; result: Empty };
  "request.decline": { params: { conversationId: string; block: boolean; report: boolean }; result: Empty };
  "message.starred": { params: { before?: string; limit?: number }; result: Message[] };
  "conversation.archive": { params: { conversationId: string; isArchived: boolean }; result: Empty };
  "conversation.pin": { params: { conversationId: string; isPinned: boolean }; result: Empty };
  "conversation.markUnread": { params: { conversationId: string }; result: Empty };
  "conversation.clear": { params: { conversationId: string }; result: Empty };
  "settings.get": { params: Empty; result: Settings };
  "settings.set": { params: Partial<Settings>; result: Empty };
  "profile.get": { params: Empty; result: ProfileView };
  "profile.set": { params: Partial<ProfileView>; result: Empty };
  "contact.get": { params: { accountId: string }; result: Contact };
  "contact.list": { params: Empty; result: Contact[] };
  "contact.rename": { params: { accountId: string; name: string }; result: Empty };
  "presence.watch": { params: { conversationId?: string }; result: Empty };
}

/** Commands that today's core doesn't have: nothing on the screen leads to them. Each goes when the core has it. */
export const NOT_YET = new Set<keyof PlannedCommands>([
  "message.delete", "message.restore", "message.forward", "message.pin", "message.star", "conversation.pinned",
  "poll.create", "poll.vote", "poll.close", "conversation.setTimer", "contact.report", "message.starred",
]);

/** What commands that exist take besides. */
export interface PlannedParams {
  "message.list": { aroundDate?: number };
}

export type PlannedEvent =
  | { type: "typing"; conversationId: string; accountId: string; name: string; isTyping: boolean }
  | { type: "presence"; accountId: string; isOnline: boolean; lastSeen?: number };

/** Reads an event that today's types don't know. */
export function plannedEvent(event: NumberedEvent): PlannedEvent | undefined {
  const planned = event as unknown as PlannedEvent;
  return planned.type === "typing" || planned.type === "presence" ? planned : undefined;
}
