// Where each chat was scrolled to, while the window lives and over a reload. Only ids and numbers: no text.

export interface Place {
  /** The first message that could be seen. */
  messageId: string;
  /** Pixels of it that are above the top. */
  offset: number;
}

/** Chats whose place is kept; the oldest go. */
const PLACES_MAX = 200;
const KEY = "pipit.places";
/** Milliseconds after a change before it is kept: scrolling changes a place with every frame, and each writing costs one. */
export const SAVE_MS = 500;

export class ScrollMemory {
  #places = new Map<string, Place>();
  #saving: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly storage: Pick<Storage, "getItem" | "setItem"> | undefined) {
    try {
      const saved: unknown = JSON.parse(storage?.getItem(KEY) ?? "[]");
      if (Array.isArray(saved)) this.#places = new Map(saved as [string, Place][]);
    } catch {
      // Unreadable: start without places.
    }
  }

  get(conversationId: string): Place | undefined {
    return this.#places.get(conversationId);
  }

  /** Undefined: the chat is at its end, where it opens anyway. */
  set(conversationId: string, place: Place | undefined): void {
    this.#places.delete(conversationId);
    if (place) this.#places.set(conversationId, place);
    for (const oldest of this.#places.keys()) {
      if (this.#places.size <= PLACES_MAX) break;
      this.#places.delete(oldest);
    }
    this.#saving ??= setTimeout(() => this.save(), SAVE_MS);
  }

  /** At once: the page is about to go. */
  save(): void {
    if (this.#saving === undefined) return;
    clearTimeout(this.#saving);
    this.#saving = undefined;
    try {
      this.storage?.setItem(KEY, JSON.stringify([...this.#places]));
    } catch {
      // Full or forbidden: places last as long as the window.
    }
  }
}
