// Searching everything: chats and people by name at once, messages by the core a moment after the last key. An
// answer that is overtaken by another question is dropped.

import { BackendError, type Backend } from "../../backend/backend";
import type { SearchHit } from "../../backend/generated/api";
import type { Contact, Conversation } from "../../backend/types";
import { conversationName } from "../../i18n/conversationName";
import { fuzzy, type Part } from "../../kit/fuzzy";

/** Milliseconds after the last key before messages are asked for. */
export const SEARCH_PAUSE_MS = 120;
const PAGE = 40;
/** Names shown at most above the messages. */
const NAMES_MAX = 5;
const DAY_MS = 86_400_000;

export type Order = "time" | "relevance";
export type KindFilter = "all" | "text" | "link" | "poll";
/** Days back; 0 is any time. */
export type Since = 0 | 1 | 7 | 30 | 365;

export interface Filters {
  kind: KindFilter;
  /** "" is anyone. */
  sender: string;
  /** "" is everywhere. */
  conversationId: string;
  since: Since;
  order: Order;
}

const NO_FILTERS: Filters = { kind: "all", sender: "", conversationId: "", since: 0, order: "time" };

export interface NamedChat { conversation: Conversation; parts: Part[] }
export interface NamedPerson { contact: Contact; name: string; parts: Part[] }

export class SearchController {
  query = $state("");
  filters = $state.raw<Filters>(NO_FILTERS);
  isFiltering = $state(false);
  hits = $state.raw<readonly SearchHit[]>([]);
  hasMore = $state(false);
  isSearching = $state(false);
  /** Whether the hits answer what stands in the field. */
  isAnswered = $state(false);
  error = $state.raw<BackendError>();
  /** Rises when focus should come to the field. */
  focusRequests = $state(0);
  people = $state.raw<readonly Contact[]>([]);
  #next: string | undefined;
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly backend: Backend,
    private readonly conversations: () => readonly Conversation[],
    private readonly now: () => number = Date.now,
  ) {}

  get isActive(): boolean {
    return this.query.trim() !== "" || this.isFiltering;
  }

  readonly chats = $derived.by<NamedChat[]>(() => named(this.query, this.conversations(), (one) => conversationName(one)).map(({ item, parts }) => ({ conversation: item, parts })));

  /** People without a chat; those with one are found by it. */
  readonly others = $derived.by<NamedPerson[]>(() => {
    const known = new Set(this.conversations().map((one) => one.peer?.accountId));
    const strangers = this.people.filter((one) => !known.has(one.accountId));
    return named(this.query, strangers, contactName).map(({ item, parts }) => ({ contact: item, name: contactName(item), parts }));
  });

  /** Who can be chosen as the sender: contacts, and the other side of each chat. */
  readonly senders = $derived.by<{ accountId: string; name: string }[]>(() => {
    const names = new Map(this.people.map((one) => [one.accountId, contactName(one)]));
    for (const { peer, name } of this.conversations()) if (peer) names.set(peer.accountId, name);
    return [...names].map(([accountId, name]) => ({ accountId, name })).sort((a, b) => a.name.localeCompare(b.name));
  });

  /** Where one can look. */
  get places(): readonly Conversation[] {
    return this.conversations();
  }

  focus(): void {
    this.focusRequests++;
    void this.#learnPeople();
  }

  type(query: string): void {
    this.query = query;
    this.#ask(SEARCH_PAUSE_MS);
  }

  setFilters(change: Partial<Filters>): void {
    this.filters = { ...this.filters, ...change };
    this.#ask(0);
  }

  toggleFilters(): void {
    this.isFiltering = !this.isFiltering;
    if (!this.isFiltering) this.setFilters(NO_FILTERS);
    void this.#learnPeople();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#turn++;
    this.query = "";
    this.filters = NO_FILTERS;
    this.isFiltering = false;
    this.#forget();
  }

  async run(): Promise<void> {
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    if (this.query.trim() === "") {
      this.#forget();
      return;
    }
    this.isSearching = true;
    try {
      const page = await this.backend.call("message.search", this.#params());
      if (turn !== this.#turn) return;
      this.hits = page.hits;
      this.#next = page.next;
      this.hasMore = page.next !== undefined;
      this.error = undefined;
      this.isAnswered = true;
    } catch (error) {
      if (turn === this.#turn) this.error = BackendError.from(error);
    } finally {
      if (turn === this.#turn) this.isSearching = false;
    }
  }

  /** The next page, at the end of the list. */
  async more(): Promise<void> {
    if (this.#next === undefined || this.isSearching) return;
    const turn = this.#turn;
    this.isSearching = true;
    try {
      const page = await this.backend.call("message.search", { ...this.#params(), before: this.#next });
      if (turn !== this.#turn) return;
      this.hits = [...this.hits, ...page.hits];
      this.#next = page.next;
      this.hasMore = page.next !== undefined;
    } catch (error) {
      if (turn === this.#turn) this.error = BackendError.from(error);
    } finally {
      if (turn === this.#turn) this.isSearching = false;
    }
  }

  #ask(pause: number): void {
    clearTimeout(this.#timer);
    this.#turn++;
    this.isSearching = false;
    this.isAnswered = false;
    this.#timer = setTimeout(() => void this.run(), pause);
  }

  #params() {
    const { kind, sender, conversationId, since, order } = this.filters;
    return {
      query: this.query.trim(), order, limit: PAGE,
      ...(kind === "all" ? {} : { kind }), ...(sender ? { sender } : {}), ...(conversationId ? { conversationId } : {}),
      ...(since === 0 ? {} : { from: this.now() - since * DAY_MS }),
    };
  }

  #forget(): void {
    this.hits = [];
    this.#next = undefined;
    this.hasMore = false;
    this.isSearching = false;
    this.isAnswered = false;
    this.error = undefined;
  }

  /** People may be missing for a moment; messages and chats are found without them. */
  async #learnPeople(): Promise<void> {
    this.people = await this.backend.call("contact.list", {}).catch(() => this.people);
  }
}

export function contactName(contact: Contact): string {
  return contact.name || contact.displayName || contact.username;
}

function named<T>(query: string, items: readonly T[], nameOf: (item: T) => string): { item: T; parts: Part[] }[] {
  if (query.trim() === "") return [];
  const found = items.flatMap((item) => {
    const match = fuzzy(query, nameOf(item));
    // Scattered letters are for the palette: here they would bury the messages.
    return match && match.score > 1 ? [{ item, ...match }] : [];
  });
  return found.sort((a, b) => b.score - a.score).slice(0, NAMES_MAX);
}
