// Who stands under the name of a group: its first members by their first names, oneself last.

import type { Backend } from "../../backend/backend";
import type { EventFeed } from "../../backend/feed";
import type { Conversation, Member } from "../../backend/types";
import { shortNames } from "../../i18n/firstName";
import { t } from "../../i18n/text";

/** More than fit in the widest header. */
export const NAMES_MAX = 24;

export class MemberNames {
  #members = $state.raw<readonly Member[]>([]);
  #turn = 0;
  readonly #stop: () => void;

  constructor(private readonly backend: Backend, feed: EventFeed, private readonly conversation: Conversation) {
    const { conversationId } = conversation;
    this.#stop = feed.listen({
      event: (event) => {
        const isLine = event.type === "message.added" && event.message.conversationId === conversationId && event.message.kind === "system";
        const isName = event.type === "contact.changed" && this.#members.some((one) => one.accountId === event.contact.accountId && one.name !== event.contact.name);
        if (isLine || isName) void this.#load();
      },
      missed: () => void this.#load(),
    });
    void this.#load();
  }

  dispose(): void {
    this.#stop();
  }

  /** Empty while they aren't known. */
  readonly list = $derived.by<readonly string[]>(() => {
    const others = this.#members.filter((one) => !one.isOwn).map((one) => one.name);
    const isIn = this.#members.some((one) => one.isOwn);
    return [...shortNames(others), ...(isIn ? [t("info.you")] : [])];
  });

  async #load(): Promise<void> {
    if (this.conversation.kind !== "group") return;
    const turn = ++this.#turn;
    try {
      const members = await this.backend.call("conversation.members", { conversationId: this.conversation.conversationId, limit: NAMES_MAX });
      if (turn === this.#turn) this.#members = members;
    } catch {
      // The number of members stands there until the next change.
    }
  }
}
