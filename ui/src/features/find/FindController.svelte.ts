// Finding in one chat: steps through the hits, newest first, and shows each in its place.

import { BackendError, type Backend } from "../../backend/backend";
import type { SearchHit } from "../../backend/generated/api";
import { failureText } from "../../i18n/failure";

/** Milliseconds after the last key before the core is asked. */
export const FIND_PAUSE_MS = 150;
const PAGE = 100;
const DAY_MS = 86_400_000;

/** Days back; 0 is any time. */
export type Since = 0 | 1 | 7 | 30 | 365;

export class FindController {
  query = $state("");
  sender = $state("");
  since = $state<Since>(0);
  hits = $state.raw<readonly SearchHit[]>([]);
  /** The hit that is shown, from 0; -1 without any. */
  at = $state(-1);
  hasMore = $state(false);
  isAnswered = $state(false);
  problem = $state<string>();
  /** Rises when focus should come to the field. */
  focusRequests = $state(1);
  #next: string | undefined;
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly backend: Backend,
    readonly conversationId: string,
    private readonly onShow: (messageId: string) => void,
    private readonly now: () => number = Date.now,
  ) {}

  get shownId(): string | undefined {
    return this.hits[this.at]?.messageId;
  }

  focus(): void {
    this.focusRequests++;
  }

  type(query: string): void {
    this.query = query;
    this.#ask(FIND_PAUSE_MS);
  }

  narrow(change: { sender?: string; since?: Since }): void {
    this.sender = change.sender ?? this.sender;
    this.since = change.since ?? this.since;
    this.#ask(0);
  }

  /** 1 goes to the next older hit, -1 to the next newer one; around the ends when all are known. */
  async step(by: 1 | -1): Promise<void> {
    if (!this.isAnswered && this.query.trim() !== "") {
      await this.run();
      return;
    }
    if (by === 1 && this.at === this.hits.length - 1 && this.hasMore) await this.#more();
    if (this.hits.length === 0) return;
    this.at = (this.at + by + this.hits.length) % this.hits.length;
    this.#show();
  }

  async run(): Promise<void> {
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    this.problem = undefined;
    if (this.query.trim() === "") {
      this.hits = [];
      this.at = -1;
      this.hasMore = false;
      this.isAnswered = false;
      return;
    }
    try {
      const page = await this.backend.call("message.search", this.#params());
      if (turn !== this.#turn) return;
      this.hits = page.hits;
      this.#next = page.next;
      this.hasMore = page.next !== undefined;
      this.isAnswered = true;
      this.at = page.hits.length > 0 ? 0 : -1;
      this.#show();
    } catch (error) {
      if (turn === this.#turn) this.problem = failureText(BackendError.from(error));
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#turn++;
  }

  async #more(): Promise<void> {
    const turn = this.#turn;
    try {
      const page = await this.backend.call("message.search", { ...this.#params(), ...(this.#next ? { before: this.#next } : {}) });
      if (turn !== this.#turn) return;
      this.hits = [...this.hits, ...page.hits];
      this.#next = page.next;
      this.hasMore = page.next !== undefined;
    } catch (error) {
      if (turn === this.#turn) this.problem = failureText(BackendError.from(error));
    }
  }

  #ask(pause: number): void {
    clearTimeout(this.#timer);
    this.#turn++;
    this.isAnswered = false;
    this.#timer = setTimeout(() => void this.run(), pause);
  }

  #show(): void {
    if (this.shownId) this.onShow(this.shownId);
  }

  #params() {
    return {
      query: this.query.trim(), conversationId: this.conversationId, order: "time" as const, limit: PAGE,
      ...(this.sender ? { sender: this.sender } : {}), ...(this.since === 0 ? {} : { from: this.now() - this.since * DAY_MS }),
    };
  }
}
