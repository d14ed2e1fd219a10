// Tells the core what was read: messages that were on the screen while the window had focus. One call for many
// messages, and none when nothing is unread.

import type { Backend } from "../../backend/backend";
import type { Message } from "../../backend/types";

/** Milliseconds that messages must have been seen, so that flying past isn't reading. */
export const SEEN_MS = 150;

export class ReadMarker {
  #isFocused = false;
  #seen: string | undefined;
  #told: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly backend: Backend,
    private readonly conversationId: string,
    /** Unread messages by the core's count. */
    private unread: number,
  ) {}

  setUnread(unread: number): void {
    this.unread = unread;
    this.#schedule();
  }

  setFocused(isFocused: boolean): void {
    this.#isFocused = isFocused;
    if (isFocused) this.#schedule();
  }

  /** `messageId`, at `index` of `messages`, is the newest message of another person that is on the screen. */
  saw(messageId: string, index: number, messages: readonly Message[]): void {
    const before = this.#seen === undefined ? -1 : messages.findIndex((one) => one.messageId === this.#seen);
    if (before >= index) return;
    this.#seen = messageId;
    this.#schedule();
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (!this.#isFocused || this.#seen === undefined || this.#seen === this.#told || this.unread === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#tell(), SEEN_MS);
  }

  async #tell(): Promise<void> {
    const upTo = this.#seen;
    if (upTo === undefined || !this.#isFocused || upTo === this.#told) return;
    this.#told = upTo;
    try {
      await this.backend.call("message.markRead", { conversationId: this.conversationId, upTo });
    } catch {
      // Said again with the next message that is seen, or when the window gets focus.
      this.#told = undefined;
    }
  }
}
