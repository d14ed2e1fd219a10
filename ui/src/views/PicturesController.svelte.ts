// Pictures of people beside their messages and names: asked for when one is first shown, kept as long as they are among
// the last that were, and changed when the core says so.

import { SvelteMap } from "svelte/reactivity";
import type { Backend } from "../backend/backend";
import type { EventFeed } from "../backend/feed";
import type { Pictures } from "../kit/pictures";

/** Pictures that are kept: some 10 MB at most, and more than any window shows. */
export const KEPT_MAX = 300;

export class PicturesController implements Pictures {
  /** "" while it isn't known, and for people without one. */
  readonly #pictures = new SvelteMap<string, string>();
  /** People in the order in which they were shown first. */
  readonly #asked = new Set<string>();
  readonly #stop: () => void;

  constructor(private readonly backend: Backend, feed: EventFeed, private readonly ownAccountId: string | undefined) {
    this.#stop = feed.listen({
      event: (event) => {
        if (event.type === "contact.changed") this.#set(event.contact.accountId, event.contact.picture);
        if (event.type === "profile.changed" && ownAccountId !== undefined) this.#set(ownAccountId, event.profile.picture);
      },
      missed: () => {
        for (const accountId of this.#asked) void this.#ask(accountId);
      },
    });
  }

  dispose(): void {
    this.#stop();
  }

  of(accountId: string): string | undefined {
    const picture = this.#pictures.get(accountId);
    if (!this.#asked.has(accountId)) {
      this.#asked.add(accountId);
      // Not while something is being drawn.
      queueMicrotask(() => void this.#ask(accountId));
    }
    return picture || undefined;
  }

  async #ask(accountId: string): Promise<void> {
    try {
      const one = accountId === this.ownAccountId ? await this.backend.call("profile.get", {}) : await this.backend.call("contact.get", { accountId });
      this.#set(accountId, one.picture);
    } catch {
      // Initials stand there until it is shown again.
      this.#asked.delete(accountId);
    }
  }

  #set(accountId: string, picture: string | undefined): void {
    if (!this.#asked.has(accountId)) return;
    this.#pictures.set(accountId, picture ?? "");
    for (const oldest of this.#asked) {
      if (this.#asked.size <= KEPT_MAX) break;
      this.#asked.delete(oldest);
      this.#pictures.delete(oldest);
    }
  }
}
