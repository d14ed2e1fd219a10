// Messages that this person has saved, newest first, from all chats; by pages, and kept true while they are shown.

import { BackendError, type Backend } from "../../backend/backend";
import type { EventFeed } from "../../backend/feed";
import type { Message } from "../../backend/types";
import { failureText } from "../../i18n/failure";

/** Messages of one page. */
export const PAGE_LEN = 50;

export class SavedController {
  messages = $state.raw<readonly Message[]>([]);
  state = $state<"loading" | "ready" | "failed">("loading");
  hasMore = $state(false);
  problem = $state<string>();
  /** Counts pages that were asked for: the last one wins. */
  #turn = 0;
  readonly #stop: () => void;

  constructor(private readonly backend: Backend, feed: EventFeed) {
    this.#stop = feed.listen({
      event: (event) => {
        if (event.type === "message.changed") this.#changed(event.message);
        if (event.type === "message.removed") this.#drop(event.messageId);
      },
      missed: () => void this.load(),
    });
    void this.load();
  }

  dispose(): void {
    this.#stop();
  }

  async load(): Promise<void> {
    this.state = "loading";
    await this.#page(undefined);
  }

  async more(): Promise<void> {
    await this.#page(this.messages.at(-1)?.messageId);
  }

  async unstar({ messageId }: Message): Promise<void> {
    this.problem = undefined;
    try {
      await this.backend.call("message.star", { messageId, isStarred: false });
      this.#drop(messageId);
    } catch (error) {
      this.problem = failureText(BackendError.from(error));
    }
  }

  async #page(before: string | undefined): Promise<void> {
    const turn = ++this.#turn;
    this.problem = undefined;
    try {
      const page = await this.backend.call("message.starred", { limit: PAGE_LEN, ...(before === undefined ? {} : { before }) });
      if (turn !== this.#turn) return;
      this.messages = before === undefined ? page : [...this.messages, ...page];
      this.hasMore = page.length >= PAGE_LEN;
      this.state = "ready";
    } catch (error) {
      if (turn !== this.#turn) return;
      this.problem = failureText(BackendError.from(error));
      if (this.messages.length === 0) this.state = "failed";
    }
  }

  #changed(message: Message): void {
    const isHere = this.messages.some((one) => one.messageId === message.messageId);
    if (isHere && !message.isStarred) this.#drop(message.messageId);
    else if (isHere) this.messages = this.messages.map((one) => (one.messageId === message.messageId ? message : one));
    else if (message.isStarred) void this.#page(undefined);
  }

  #drop(messageId: string): void {
    this.messages = this.messages.filter((one) => one.messageId !== messageId);
  }
}
