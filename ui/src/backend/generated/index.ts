// Written by hand until crates/api exports it; same shapes.
export type ErrorCode =
  | "BAD_REQUEST" | "UNKNOWN_METHOD" | "SIGNED_OUT" | "ALREADY_SIGNED_IN" | "UNREACHABLE"
  | "NOT_A_PIPIT_SERVER" | "OFFLINE" | "USERNAME_TAKEN" | "USERNAME_INVALID" | "PASSWORD_TOO_SHORT"
  | "WRONG_PASSWORD" | "UNKNOWN_ACCOUNT" | "UNKNOWN_CONVERSATION" | "NOT_FOUND" | "NOT_A_MEMBER"
  | "TOO_LARGE" | "SLOW_DOWN" | "DEVICE_REVOKED" | "LEDGER_MISMATCH" | "STORAGE_FULL" | "STORAGE" | "INTERNAL";

export type ServerSuggestion = { server: string; label: string; local: boolean };
export type ServerInfo = { server: string; name: string; registration: "open" | "closed"; latencyMs: number };
export type UsernameCheck = { free: boolean; problem?: "too_short" | "too_long" | "characters" | "taken" };
export type ConnectionState = "online" | "connecting" | "offline";
export type AccountStatus = {
  state: "signedOut" | "signedIn";
  accountId?: string; deviceId?: string; username?: string; displayName?: string; server?: string;
  connection: ConnectionState; retryAt?: number; recoveryKeyPending: boolean;
};
export type ContactView = { accountId: string; username: string; displayName?: string };
export type MessageState = "queued" | "accepted" | "delivered" | "read" | "failed" | "received";
export type MessageKind = "text" | "unreadable" | "newer" | "system";
export type MessageFailure = { code: string; message: string; retry: boolean };
export type MessageView = {
  messageId: string; conversationId: string; sender: string; senderName: string; isOwn: boolean;
  sentAt: number; acceptedAt?: number; text: string; kind: MessageKind; state: MessageState;
  failure?: MessageFailure;
};
export type ConversationView = {
  conversationId: string; kind: "direct" | "group" | "self"; name: string; peer?: ContactView;
  lastMessage?: MessageView; unread: number; firstUnread?: string; draft?: string;
  updatedAt: number; messageCount: number;
};

export interface Commands {
  "server.suggestions": { params: Record<string, never>; result: ServerSuggestion[] };
  "server.probe": { params: { server: string }; result: ServerInfo };
  "account.checkUsername": { params: { server: string; username: string }; result: UsernameCheck };
  "account.register": {
    params: { server: string; username: string; password: string; displayName?: string };
    result: { accountId: string; deviceId: string; recoveryKey: string };
  };
  "account.confirmRecoveryKey": { params: Record<string, never>; result: Record<string, never> };
  "account.recoveryKey": { params: Record<string, never>; result: { recoveryKey: string } };
  "account.login": {
    params: { server: string; username: string; password: string; totp?: string };
    result: { accountId: string; deviceId: string };
  };
  "account.status": { params: Record<string, never>; result: AccountStatus };
  "contact.find": { params: { username: string }; result: ContactView };
  "conversation.open": { params: { accountId: string }; result: { conversationId: string } };
  "conversation.list": { params: Record<string, never>; result: ConversationView[] };
  "conversation.get": { params: { conversationId: string }; result: ConversationView };
  "conversation.setDraft": { params: { conversationId: string; text: string }; result: Record<string, never> };
  "message.send": { params: { conversationId: string; text: string }; result: { messageId: string } };
  "message.list": {
    params: { conversationId: string; before?: string; after?: string; around?: string; limit?: number };
    result: MessageView[];
  };
  "message.retry": { params: { messageId: string }; result: Record<string, never> };
  "message.discard": { params: { messageId: string }; result: Record<string, never> };
  "message.markRead": { params: { conversationId: string; upTo: string }; result: Record<string, never> };
  "window.focus": { params: { focused: boolean; conversationId?: string }; result: Record<string, never> };
  "events.subscribe": { params: Record<string, never>; result: { number: number } };
}

export type AppEvent =
  | { type: "connection"; state: ConnectionState; retryAt?: number }
  | { type: "account.changed"; status: AccountStatus }
  | { type: "message.added"; message: MessageView }
  | { type: "message.changed"; message: MessageView }
  | { type: "message.removed"; conversationId: string; messageId: string }
  | { type: "conversation.changed"; conversation: ConversationView }
  | { type: "notification"; conversationId: string; messageId: string; title: string; body: string }
  | { type: "conversation.show"; conversationId: string };
