// A core that lives in a test: conversations and messages in memory, events on demand, failures on order.
// Only what the screen's controllers need to be exercised; nothing here is true of the real core beyond the contract.

import { BackendError, type Backend, type CommandName, type Params, type Result, type TransportState } from "../src/backend/backend";
import type { AccountStatus, ContactView, ConversationView, ErrorCode, MemberView, MessageView, NumberedEvent } from "../src/backend/generated/api";

type EventBody = NumberedEvent extends infer E ? (E extends unknown ? Omit<E, "number"> : never) : never;
type Handler = (params: never) => unknown;

export const ME = "acc-me";

export function message(messageId: string, over: Partial<MessageView> = {}): MessageView {
  const number = Number(/\d+$/u.exec(messageId)?.[0] ?? 0);
  return {
    messageId, conversationId: "c1", position: number, sender: "acc-ines", senderName: "Ines", isOwn: false, isForwarded: false, isPinned: false, isStarred: false, mentionsMe: false,
    reactions: [], recipientCount: 0, deliveredCount: 0, readCount: 0,
    sentAt: 1_700_000_000_000 + number * 60_000, text: `text ${messageId}`, kind: "text", state: "received", ...over,
  };
}

export function own(messageId: string, over: Partial<MessageView> = {}): MessageView {
  return message(messageId, { sender: ME, senderName: "Me", isOwn: true, state: "accepted", ...over });
}

export function conversation(conversationId: string, over: Partial<ConversationView> = {}): ConversationView {
  return {
    conversationId, kind: "direct", name: conversationId, unread: 0, mentions: 0, updatedAt: 0, messageCount: 0, pinnedCount: 0,
    isPinned: false, isArchived: false, isMuted: false, isMarkedUnread: false, canSend: true, ...over,
  };
}

export class MemoryBackend implements Backend {
  conversations = new Map<string, ConversationView>();
  messages = new Map<string, MessageView[]>();
  people: ContactView[] = [];
  status: AccountStatus = { state: "signedIn", accountId: ME, username: "me", displayName: "Me", server: "here", connection: "online", recoveryKeyPending: false };
  /** Every call, oldest first. */
  calls: { name: CommandName; params: Record<string, unknown> }[] = [];
  links: string[] = [];
  /** What notifications would say. */
  words: { request: string; message: string } | undefined;
  /** As the system would bring an invitation. */
  bringLink: (link: string) => void = () => {};
  number = 0;
  #events = new Set<(event: NumberedEvent) => void>();
  #transports = new Set<(state: TransportState) => void>();
  #failures = new Map<CommandName, BackendError>();
  #held = new Map<CommandName, Promise<void>>();
  #handlers = new Map<CommandName, Handler>();

  async call<N extends CommandName>(name: N, params: Params<N>): Promise<Result<N>> {
    this.calls.push({ name, params: params as Record<string, unknown> });
    await this.#held.get(name);
    const failure = this.#failures.get(name);
    if (failure) throw failure;
    const handler = this.#handlers.get(name) ?? (this as unknown as Record<string, Handler>)[name];
    return (await handler?.call(this, params as never) ?? {}) as Result<N>;
  }

  onEvent(listener: (event: NumberedEvent) => void): () => void {
    this.#events.add(listener);
    return () => this.#events.delete(listener);
  }

  onTransport(listener: (state: TransportState) => void): () => void {
    this.#transports.add(listener);
    return () => this.#transports.delete(listener);
  }

  onLink(listener: (link: string) => void): () => void {
    this.bringLink = listener;
    return () => {};
  }

  tellWords(words: { request: string; message: string }): void {
    this.words = words;
  }

  openExternal(url: string): void {
    this.links.push(url);
  }

  emit(event: EventBody): void {
    this.number++;
    for (const listener of [...this.#events]) listener({ ...event, number: this.number } as NumberedEvent);
  }

  /** An event that never arrives. */
  lose(): void {
    this.number++;
  }

  transport(state: TransportState): void {
    for (const listener of [...this.#transports]) listener(state);
  }

  fail(name: CommandName, code: ErrorCode | undefined, message = "It didn't work. Try again."): void {
    if (code === undefined) this.#failures.delete(name);
    else this.#failures.set(name, new BackendError(code, message));
  }

  /** Calls of this name wait until the returned function is called. */
  hold(name: CommandName): () => void {
    let release = (): void => {};
    this.#held.set(name, new Promise((resolve) => (release = resolve)));
    return () => {
      this.#held.delete(name);
      release();
    };
  }

  handle<N extends CommandName>(name: N, handler: (params: Params<N>) => Result<N> | Promise<Result<N>>): void {
    this.#handlers.set(name, handler as Handler);
  }

  /** How often a command was called, and with what. */
  called(name: CommandName): Record<string, unknown>[] {
    return this.calls.filter((one) => one.name === name).map((one) => one.params);
  }

  put(one: ConversationView, messages: MessageView[] = []): void {
    const last = messages.at(-1);
    this.messages.set(one.conversationId, messages);
    this.conversations.set(one.conversationId, { ...one, messageCount: messages.length, ...(last ? { lastMessage: last } : {}) });
  }

  /** A message comes into being, with its events. */
  add(one: MessageView): void {
    this.messages.set(one.conversationId, [...(this.messages.get(one.conversationId) ?? []), one]);
    this.emit({ type: "message.added", message: one });
  }

  "account.status" = (): AccountStatus => this.status;
  "events.subscribe" = (): { number: number } => ({ number: this.number });
  "conversation.list" = (): ConversationView[] => [...this.conversations.values()].sort((a, b) => b.updatedAt - a.updatedAt);
  "conversation.get" = ({ conversationId }: Params<"conversation.get">): ConversationView => {
    const found = this.conversations.get(conversationId);
    if (!found) throw new BackendError("UNKNOWN_CONVERSATION", "This chat isn't here.");
    return found;
  };
  "contact.find" = ({ username }: Params<"contact.find">): ContactView => {
    const found = this.people.find((one) => one.username === username);
    if (!found) throw new BackendError("UNKNOWN_ACCOUNT", "Nobody has this name.");
    return found;
  };
  "conversation.open" = ({ accountId }: Params<"conversation.open">): { conversationId: string } => {
    const person = this.people.find((one) => one.accountId === accountId)!;
    const conversationId = `with-${accountId}`;
    if (!this.conversations.has(conversationId)) {
      this.put(conversation(conversationId, { name: person.displayName ?? person.username, peer: person, updatedAt: Date.now() }));
    }
    return { conversationId };
  };
  "message.list" = ({ conversationId, before, after, around, limit = 50 }: Params<"message.list">): MessageView[] => {
    const all = this.messages.get(conversationId) ?? [];
    const at = (id: string): number => all.findIndex((one) => one.messageId === id);
    if (before !== undefined) return all.slice(Math.max(0, at(before) - limit), at(before));
    if (after !== undefined) return all.slice(at(after) + 1, at(after) + 1 + limit);
    if (around === undefined) return all.slice(-limit);
    if (at(around) < 0) throw new BackendError("NOT_FOUND", "This message isn't here.");
    const start = Math.max(0, at(around) - Math.floor(limit / 2));
    return all.slice(start, start + limit);
  };
  "conversation.members" = (): MemberView[] => [];
  "message.send" = ({ conversationId, text }: Params<"message.send">): { messageId: string } => {
    const position = (this.messages.get(conversationId)?.at(-1)?.position ?? 0) + 1;
    const one = own(`m${position}`, { conversationId, position, text, state: "queued", sentAt: Date.now() });
    this.add(one);
    return { messageId: one.messageId };
  };
}
