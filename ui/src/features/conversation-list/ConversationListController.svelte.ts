// The chats, newest first, as the core tells them; which one is open; and the filter. Holds no truth: rows are
// replaced by events, and the whole list is asked for again when an event was missed.

import { BackendError, type Backend } from "../../backend/backend";
import type { EventFeed } from "../../backend/feed";
import type { NumberedEvent, ConversationView } from "../../backend/generated/api";

export type Filter = "all" | "unread";

export class ConversationListController {
  /** Newest first. */
  conversations = $state.raw<readonly ConversationView[]>([]);
  filter = $state<Filter>("all");
  /** The open conversation's id. */
  selectedId = $state<string>();
  isLoaded = $state(false);
  error = $state.raw<BackendError>();
  /** In the unread filter, chats stay in place until the filter is set again: reading must not make rows jump. */
  #kept = $state.raw<ReadonlySet<string>>(new Set());
  /** The chats opened before, newest last; for "last used". */
  #used: string[] = [];

  constructor(
    private readonly backend: Backend,
    feed: EventFeed,
  ) {
    feed.listen({ event: (event) => this.#apply(event), missed: () => void this.load() });
  }

  get unreadTotal(): number {
    let total = 0;
    for (const one of this.conversations) total += one.unread;
    return total;
  }

  /** Chats with something unread. */
  get unreadChats(): number {
    return this.conversations.filter((one) => one.unread > 0).length;
  }

  readonly rows = $derived.by<readonly ConversationView[]>(() => {
    if (this.filter === "all") return this.conversations;
    return this.conversations.filter((one) => one.unread > 0 || this.#kept.has(one.conversationId));
  });

  readonly selected = $derived(this.conversations.find((one) => one.conversationId === this.selectedId));

  async load(): Promise<void> {
    try {
      this.conversations = newestFirst(await this.backend.call("conversation.list", {}));
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

  /** Brings a chat into the list that isn't there yet. */
  async know(conversationId: string): Promise<void> {
    if (this.conversations.some((one) => one.conversationId === conversationId)) return;
    this.#put(await this.backend.call("conversation.get", { conversationId }));
  }

  select(conversationId: string | undefined): void {
    if (conversationId) {
      this.#used = [...this.#used.filter((id) => id !== conversationId), conversationId];
      if (this.filter === "unread") this.#kept = new Set([...this.#kept, conversationId]);
    }
    this.selectedId = conversationId;
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
    const rows = this.conversations;
    const at = rows.findIndex((one) => one.conversationId === this.selectedId);
    const start = at < 0 && step < 0 ? rows.length : at;
    for (let i = 1; i <= rows.length; i++) {
      const row = rows[(((start + i * step) % rows.length) + rows.length) % rows.length]!;
      if (row.unread > 0 && row.conversationId !== this.selectedId) return row.conversationId;
    }
    return undefined;
  }

  /** The chat that was open before this one. */
  lastUsed(): string | undefined {
    return this.#used.filter((id) => id !== this.selectedId).at(-1);
  }

  #apply(event: NumberedEvent): void {
    if (event.type === "conversation.changed") this.#put(event.conversation);
  }

  #put(conversation: ConversationView): void {
    const others = this.conversations.filter((one) => one.conversationId !== conversation.conversationId);
    this.conversations = newestFirst([...others, conversation]);
  }
}

function newestFirst(conversations: ConversationView[]): ConversationView[] {
  return conversations.sort((a, b) => b.updatedAt - a.updatedAt || a.conversationId.localeCompare(b.conversationId));
}
