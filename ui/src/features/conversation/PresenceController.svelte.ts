// Who is there: whether the other person of the open 1:1 is online, and who types. Both end by themselves when
// nothing comes any more.

import type { Backend } from "../../backend/backend";
import type { EventFeed } from "../../backend/feed";
import type { Conversation } from "../../backend/types";

/** Longer than the core's own end of typing: only for one that never comes. */
export const TYPING_MS = 8_000;

export interface Typist { accountId: string; name: string }

export class PresenceController {
  typists = $state.raw<readonly Typist[]>([]);
  isOnline = $state(false);
  /** ms; only when they share it. */
  lastSeen = $state<number>();
  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #stop: () => void;

  constructor(private readonly backend: Backend, feed: EventFeed, private readonly conversation: Conversation) {
    const { conversationId, peer } = conversation;
    this.#stop = feed.listen({
      event: (event) => {
        if (event.type === "message.added" && event.message.conversationId === conversationId) this.#ends(event.message.sender);
        if (event.type === "typing" && event.conversationId === conversationId) this.#types(event, event.isTyping);
        if (event.type === "presence" && event.accountId === peer?.accountId) {
          this.isOnline = event.isOnline;
          this.lastSeen = event.lastSeen ?? this.lastSeen;
        }
      },
      missed: () => this.#watch(),
    });
    this.#watch();
  }

  dispose(): void {
    this.#stop();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #watch(): void {
    const { kind, conversationId } = this.conversation;
    this.backend.call("presence.watch", kind === "direct" ? { conversationId } : {}).catch(() => {});
  }

  #types(typist: Typist, isTyping: boolean): void {
    this.#ends(typist.accountId);
    if (!isTyping) return;
    this.typists = [...this.typists, { accountId: typist.accountId, name: typist.name }];
    this.#timers.set(typist.accountId, setTimeout(() => this.#ends(typist.accountId), TYPING_MS));
  }

  #ends(accountId: string): void {
    clearTimeout(this.#timers.get(accountId));
    this.#timers.delete(accountId);
    if (this.typists.some((one) => one.accountId === accountId)) this.typists = this.typists.filter((one) => one.accountId !== accountId);
  }
}
