// What may concern the person beside the chats' own order, newest first, by pages, and kept true while it is shown.

import { BackendError, type Backend } from "../../backend/backend";
import type { EventFeed } from "../../backend/feed";
import type { ActivityFilter, ActivityView, NumberedEvent } from "../../backend/generated/api";
import { failureText } from "../../i18n/failure";

/** Entries of one page. */
export const PAGE_LEN = 50;
/** Milliseconds after something changed: more may change at once. */
export const RELOAD_PAUSE_MS = 250;
/** What may bring, change or take an entry. */
const CONCERNED: ReadonlySet<NumberedEvent["type"]> = new Set([
  "message.added", "message.changed", "message.removed", "conversation.changed", "conversation.removed", "devices.changed", "settings.changed", "history.filled",
]);

export type Only = "all" | ActivityFilter;
export type Entry = ActivityView;
export type EntryOf<K extends Entry["kind"]> = Extract<Entry, { kind: K }>;

export class ActivityController {
  entries = $state.raw<readonly Entry[]>([]);
  state = $state<"loading" | "ready" | "failed">("loading");
  only = $state<Only>("all");
  hasMore = $state(false);
  problem = $state<string>();
  /** New ones stand above the others for as long as the page is open. */
  readonly fresh = $derived(this.entries.filter((one) => one.isNew));
  readonly earlier = $derived(this.entries.filter((one) => !one.isNew));
  /** Counts pages that were asked for: the last one wins. */
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #stop: () => void;

  constructor(private readonly backend: Backend, feed: EventFeed) {
    this.#stop = feed.listen({
      event: (event) => CONCERNED.has(event.type) && this.#reloadSoon(),
      missed: () => void this.load(),
    });
    void this.load();
  }

  /** Leaves the page: what it has shown is seen. */
  dispose(): void {
    this.#stop();
    clearTimeout(this.#timer);
    this.#turn++;
    // Without an answer it stays new, here and elsewhere.
    if (this.only === "all" && this.fresh.length > 0) this.backend.call("activity.see", {}).catch(() => {});
  }

  async load(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#page(undefined, Math.max(PAGE_LEN, Math.min(this.entries.length, 200)));
  }

  async more(): Promise<void> {
    await this.#page(this.entries.at(-1)?.place, PAGE_LEN);
  }

  show(only: Only): void {
    if (only === this.only) return;
    this.only = only;
    this.entries = [];
    this.state = "loading";
    void this.load();
  }

  async markAllSeen(): Promise<void> {
    await this.#do("activity.see", {});
  }

  /** "It was me." */
  async confirm(entry: EntryOf<"ownDevice">): Promise<void> {
    await this.#do("device.confirm", { deviceId: entry.deviceId });
  }

  async signOut(entry: EntryOf<"ownDevice">): Promise<void> {
    await this.#do("device.revoke", { deviceId: entry.deviceId });
  }

  async accept(entry: EntryOf<"invitation">): Promise<void> {
    await this.#do("request.accept", { conversationId: entry.conversationId });
  }

  async decline(entry: EntryOf<"invitation">): Promise<void> {
    await this.#do("request.decline", { conversationId: entry.conversationId, block: false });
  }

  async #do<N extends "activity.see" | "device.confirm" | "device.revoke" | "request.accept" | "request.decline">(name: N, params: Parameters<typeof this.backend.call<N>>[1]): Promise<void> {
    this.problem = undefined;
    try {
      await this.backend.call(name, params);
      await this.load();
    } catch (error) {
      this.problem = failureText(BackendError.from(error));
    }
  }

  #reloadSoon(): void {
    this.#timer ??= setTimeout(() => void this.load(), RELOAD_PAUSE_MS);
  }

  async #page(before: string | undefined, limit: number): Promise<void> {
    const turn = ++this.#turn;
    const { only } = this;
    try {
      const page = await this.backend.call("activity.list", {
        limit, ...(before === undefined ? {} : { before }), ...(only === "all" ? {} : { only }),
      });
      if (turn !== this.#turn) return;
      this.entries = before === undefined ? page : [...this.entries, ...page];
      this.hasMore = page.length >= limit;
      this.state = "ready";
      this.problem = undefined;
    } catch (error) {
      if (turn !== this.#turn) return;
      this.problem = failureText(BackendError.from(error));
      if (this.entries.length === 0) this.state = "failed";
    }
  }
}

/** How many entries are new: for a number beside the way there. */
export async function newEntries(backend: Backend): Promise<number> {
  const page = await backend.call("activity.list", { limit: PAGE_LEN });
  return page.filter((one) => one.isNew).length;
}
