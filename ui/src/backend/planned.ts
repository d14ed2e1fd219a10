// What the core is going to say and take, written down ahead of it so that screens can be built. A type or a
// command leaves this file when generated/api.ts has it. Nothing here is ever sent by today's core, so every field
// is optional, and screens must do without.

import type { ContactView, ConversationView, Empty, MessageView, NumberedEvent } from "./generated/api";

interface MessageFields {
  expiresAt: number;
  timer: number;
}

export type Message = MessageView & Partial<MessageFields>;

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
  "conversation.mute": { params: { conversationId: string; until?: number; isMuted: boolean }; result: Empty };
  "conversation.typing": { params: { conversationId: string }; result: Empty };
  "contact.block": { params: { accountId: string; isBlocked: boolean }; result: Empty };
  "request.accept": { params: { conversationId: string }; result: Empty };
  "request.decline": { params: { conversationId: string; block: boolean; report: boolean }; result: Empty };
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
export const NOT_YET = new Set<keyof PlannedCommands>();

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
