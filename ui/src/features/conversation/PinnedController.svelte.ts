// The pinned messages of the open chat, newest first, and which of them stands in the bar.

import type { Backend } from "../../backend/backend";
import type { EventFeed } from "../../backend/feed";
import type { Conversation, Message } from "../../backend/types";

export class PinnedController {
  messages = $state.raw<readonly Message[]>([]);
  at = $state(0);
  #turn = 0;
  readonly #stop: () => void;

  constructor(private readonly backend: Backend, feed: EventFeed, private readonly conversation: Conversation) {
    this.#stop = feed.listen({
      event: (event) => {
        if (event.type === "message.changed" && event.message.conversationId === conversation.conversationId) this.#changed(event.message);
        if (event.type === "message.removed" && this.messages.some((one) => one.messageId === event.messageId)) void this.load();
      },
      missed: () => void this.load(),
    });
    if (conversation.pinnedCount > 0) void this.load();
  }

  get current(): Message | undefined {
    return this.messages[Math.min(this.at, this.messages.length - 1)];
  }

  async load(): Promise<void> {
    const turn = ++this.#turn;
    try {
      const messages = await this.backend.call("conversation.pinned", { conversationId: this.conversation.conversationId });
      if (turn === this.#turn) this.messages = messages.toSorted((a, b) => b.position - a.position);
    } catch {
      // What is shown stays; the next change asks again.
    }
  }

  /** The one to go to; the next press goes to the one before it. */
  step(): Message | undefined {
    const { current } = this;
    this.at = this.messages.length === 0 ? 0 : (Math.min(this.at, this.messages.length - 1) + 1) % this.messages.length;
    return current;
  }

  dispose(): void {
    this.#stop();
  }

  #changed(message: Message): void {
    const isHere = this.messages.some((one) => one.messageId === message.messageId);
    if (isHere || message.isPinned) void this.load();
  }
}
