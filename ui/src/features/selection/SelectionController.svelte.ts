// Messages that are picked, to do something with all of them. Picking is on while any is picked.

import { SvelteMap } from "svelte/reactivity";
import type { Message } from "../../backend/types";

/** What one command takes. */
export const SELECTED_MAX = 100;

export class SelectionController {
  readonly #picked = new SvelteMap<string, Message>();

  get isOn(): boolean {
    return this.#picked.size > 0;
  }

  get count(): number {
    return this.#picked.size;
  }

  /** In the order of the conversation. */
  get messages(): Message[] {
    return [...this.#picked.values()].sort((a, b) => a.position - b.position);
  }

  has(messageId: string): boolean {
    return this.#picked.has(messageId);
  }

  toggle(message: Message): void {
    if (this.#picked.delete(message.messageId) || this.#picked.size >= SELECTED_MAX) return;
    this.#picked.set(message.messageId, message);
  }

  /** A newer version of a message, or none: it is gone. */
  changed(messageId: string, message: Message | undefined): void {
    if (!this.#picked.has(messageId)) return;
    if (message) this.#picked.set(messageId, message);
    else this.#picked.delete(messageId);
  }

  clear(): void {
    this.#picked.clear();
  }
}
