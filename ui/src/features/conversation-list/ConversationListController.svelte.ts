// The chats as the core tells them: pinned ones first, then the newest; which one is open; filter and place. Holds
// no truth: rows are replaced by events, and the whole list is asked for again when an event was missed.

import { BackendError, type Backend } from "../../backend/backend";
import type { EventFeed } from "../../backend/feed";
import type { NumberedEvent } from "../../backend/generated/api";
import type { Conversation } from "../../backend/types";

export type Filter = "all" | "unread" | "groups";
/** The chats of every day; those put away; those that strangers began. */
export type Place = "chats" | "archive" | "requests";

/** Milliseconds that typing is shown without being said again. */
export const TYPING_MS = 6_000;

type TypingEvent = Extract<NumberedEvent, { type: "typing" }>;

export class ConversationListController {
  /** All, in the order of the list. */
  conversations = $state.raw<readonly Conversation[]>([]);
  filter = $state<Filter>("all");
  place = $state<Place>("chats");
  /** The open conversation's id. */
  selectedId = $state<string>();
  isLoaded = $state(false);
  error = $state.raw<BackendError>();
  /** Who types, by chat. */
  typing = $state.raw<ReadonlyMap<string, readonly string[]>>(new Map());
  /** Accounts that are there now, as far as the core tells. */
  online = $state.raw<ReadonlySet<string>>(new Set());
  /** In the unread filter, chats stay in place until the filter is set again: reading must not make rows jump. */
  #kept = $state.raw<ReadonlySet<string>>(new Set());
  /** The chats opened before, newest last; for "last used". */
  #used: string[] = [];
  #typists = new Map<string, Map<string, { name: string; timer: ReturnType<typeof setTimeout> }>>();

  constructor(
    private readonly backend: Backend,
    feed: EventFeed,
  ) {
    feed.listen({
      event: (event) => this.#apply(event),
      missed: () => {
        this.online = new Set();
        void this.load();
      },
    });
  }

  readonly #placed = $derived(this.conversations.filter((one) => placeOf(one) === this.place));
  readonly #everyday = $derived(this.conversations.filter((one) => placeOf(one) === "chats"));

  /** Messages that the title counts: of chats that are heard. */
  readonly unreadTotal = $derived(this.#everyday.reduce((total, one) => total + (one.isMuted ? one.mentions : one.unread), 0));

  /** Chats with something unread. */
  readonly unreadChats = $derived(this.#everyday.filter(isUnread).length);
  readonly requests = $derived(this.conversations.filter((one) => placeOf(one) === "requests").length);
  readonly archived = $derived(this.conversations.filter((one) => placeOf(one) === "archive"));
  readonly hasGroups = $derived(this.#everyday.some((one) => one.kind === "group"));
  readonly pinned = $derived(this.#everyday.filter((one) => one.isPinned));
  /** Chats of this place, whatever the filter. */
  readonly countHere = $derived(this.#placed.length);

  readonly rows = $derived.by<readonly Conversation[]>(() => {
    if (this.place !== "chats" || this.filter === "all") return this.#placed;
    if (this.filter === "groups") return this.#placed.filter((one) => one.kind === "group");
    return this.#placed.filter((one) => isUnread(one) || this.#kept.has(one.conversationId));
  });

  readonly selected = $derived(this.conversations.find((one) => one.conversationId === this.selectedId));

  async load(): Promise<void> {
    try {
      this.conversations = inOrder(await this.backend.call("conversation.list", {}));
      this.error = undefined;
      this.isLoaded = true;
    } catch (error) {
      this.error = BackendError.from(error);
    }
  }

  setFilter(filter: Filter): void {
    this.filter = filter;
    this.#kept = new Set();
  }

  goTo(place: Place): void {
    this.place = place;
  }

  find(conversationId: string): Conversation | undefined {
    return this.conversations.find((one) => one.conversationId === conversationId);
  }

  /** Brings a chat into the list that isn't there yet. */
  async know(conversationId: string): Promise<void> {
    if (this.find(conversationId)) return;
    this.#put(await this.backend.call("conversation.get", { conversationId }));
  }

  select(conversationId: string | undefined): void {
    if (conversationId) {
      this.#used = [...this.#used.filter((id) => id !== conversationId), conversationId];
      if (this.filter === "unread") this.#kept = new Set([...this.#kept, conversationId]);
    }
    this.selectedId = conversationId;
    // A chat that is opened from elsewhere is shown in the list where it stands.
    if (this.selected) this.place = placeOf(this.selected);
  }

  /** Shows what a command is about to do; the core's event has the last word. Returns how to take it back. */
  foresee(conversationId: string, change: Partial<Conversation>): () => void {
    const before = this.find(conversationId);
    if (!before) return () => {};
    this.#put({ ...before, ...change });
    return () => this.#put(before);
  }

  /** The chat `step` rows away from the open one; without an open one, the first or the last. */
  neighbour(step: 1 | -1): string | undefined {
    const rows = this.rows;
    const at = rows.findIndex((one) => one.conversationId === this.selectedId);
    if (at < 0) return rows[step > 0 ? 0 : rows.length - 1]?.conversationId;
    return rows[at + step]?.conversationId;
  }

  /** The next unread chat in a direction, around the ends. */
  unreadNeighbour(step: 1 | -1): string | undefined {
    const rows = this.#everyday;
    const at = rows.findIndex((one) => one.conversationId === this.selectedId);
    const start = at < 0 && step < 0 ? rows.length : at;
    for (let i = 1; i <= rows.length; i++) {
      const row = rows[(((start + i * step) % rows.length) + rows.length) % rows.length]!;
      if (isUnread(row) && row.conversationId !== this.selectedId) return row.conversationId;
    }
    return undefined;
  }

  /** The chat that was open before this one. */
  lastUsed(): string | undefined {
    return this.#used.filter((id) => id !== this.selectedId).at(-1);
  }

  #apply(event: NumberedEvent): void {
    if (event.type === "conversation.changed") {
      const wasRequest = this.selected !== undefined && placeOf(this.selected) === "requests";
      this.#put(event.conversation);
      // The open one was accepted: the list goes along with it.
      if (wasRequest && this.place === "requests" && this.selected) this.place = placeOf(this.selected);
    }
    if (event.type === "conversation.removed") this.conversations = this.conversations.filter((one) => one.conversationId !== event.conversationId);
    if (event.type === "message.added") this.#stopTyping(event.message.conversationId, event.message.sender);
    if (event.type === "typing") this.#type(event);
    if (event.type === "presence" && event.isOnline !== this.online.has(event.accountId)) {
      const others = [...this.online].filter((one) => one !== event.accountId);
      this.online = new Set(event.isOnline ? [...others, event.accountId] : others);
    }
  }

  #type({ conversationId, accountId, name, isTyping }: TypingEvent): void {
    this.#stopTyping(conversationId, accountId);
    if (!isTyping) return;
    const timer = setTimeout(() => this.#stopTyping(conversationId, accountId), TYPING_MS);
    const typists = this.#typists.get(conversationId) ?? new Map();
    this.#typists.set(conversationId, typists.set(accountId, { name, timer }));
    this.#showTyping();
  }

  #stopTyping(conversationId: string, accountId: string): void {
    const typists = this.#typists.get(conversationId);
    const one = typists?.get(accountId);
    if (!typists || !one) return;
    clearTimeout(one.timer);
    typists.delete(accountId);
    if (typists.size === 0) this.#typists.delete(conversationId);
    this.#showTyping();
  }

  #showTyping(): void {
    this.typing = new Map([...this.#typists].map(([id, typists]) => [id, [...typists.values()].map((one) => one.name)]));
  }

  #put(conversation: Conversation): void {
    const others = this.conversations.filter((one) => one.conversationId !== conversation.conversationId);
    this.conversations = inOrder([...others, conversation]);
  }
}

export function isUnread(conversation: Conversation): boolean {
  return conversation.unread > 0 || conversation.isMarkedUnread;
}

export function placeOf(conversation: Conversation): Place {
  if (conversation.request) return "requests";
  return conversation.isArchived ? "archive" : "chats";
}

function inOrder(conversations: Conversation[]): Conversation[] {
  return conversations.sort((a, b) => pinOf(a) - pinOf(b) || b.updatedAt - a.updatedAt || a.conversationId.localeCompare(b.conversationId));
}

/** Where a pin stands: as the core says; one that the core hasn't numbered yet comes last; then all that isn't pinned. */
function pinOf({ isPinned, pinOrder }: Conversation): number {
  if (!isPinned) return Number.MAX_SAFE_INTEGER;
  return pinOrder ?? Number.MAX_SAFE_INTEGER - 1;
}
