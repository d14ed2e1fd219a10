// What a screen reader hears without being asked: new messages, politely and at most every five seconds; a
// message that didn't go, or keys that must not be, at once. Typing and history are never announced.

import type { EventFeed } from "../../backend/feed";
import type { NumberedEvent, MessageView } from "../../backend/generated/api";
import { alarmText } from "../../i18n/alarm";
import { messageText } from "../../i18n/messageText";
import { t } from "../../i18n/text";

/** Milliseconds between polite announcements. */
export const POLITE_GAP_MS = 5_000;
/** Characters of a message that are read out. */
const SPOKEN_LEN_MAX = 300;

export class AnnouncerController {
  polite = $state("");
  assertive = $state("");
  #waiting: MessageView[] = [];
  #last = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Messages whose failure was told. */
  #failed = new Set<string>();

  constructor(
    feed: EventFeed,
    private readonly openConversation: () => string | undefined,
    private readonly nameOf: (conversationId: string) => string,
  ) {
    feed.listen({ event: (event) => this.#apply(event) });
  }

  #apply(event: NumberedEvent): void {
    // In the open chat the banner speaks for itself.
    if (event.type === "alarm" && event.alarm.conversationId !== this.openConversation()) {
      const { what, why } = alarmText(event.alarm);
      this.assertive = `${what} ${why}`;
    }
    if (event.type === "message.added" && !event.message.isOwn) {
      this.#waiting.push(event.message);
      this.#timer ??= setTimeout(() => this.#speak(), Math.max(0, this.#last + POLITE_GAP_MS - Date.now()));
    }
    if (event.type !== "message.added" && event.type !== "message.changed") return;
    const { messageId, state, isOwn } = event.message;
    if (state !== "failed" || !isOwn) {
      this.#failed.delete(messageId);
    } else if (!this.#failed.has(messageId)) {
      this.#failed.add(messageId);
      this.assertive = t("announce.notSent", { text: short(messageText(event.message)) });
    }
  }

  #speak(): void {
    this.#timer = undefined;
    this.#last = Date.now();
    const open = this.openConversation();
    const parts = this.#waiting.filter((one) => one.conversationId === open)
      .map((one) => t("announce.message", { sender: one.senderName, text: short(messageText(one)) }));
    const elsewhere = new Map<string, number>();
    for (const one of this.#waiting) {
      if (one.conversationId !== open) elsewhere.set(one.conversationId, (elsewhere.get(one.conversationId) ?? 0) + 1);
    }
    for (const [id, count] of elsewhere) parts.push(t("announce.inChat", { count, name: this.nameOf(id) }));
    this.#waiting = [];
    this.polite = parts.join(". ");
  }
}

function short(text: string): string {
  return text.length > SPOKEN_LEN_MAX ? `${text.slice(0, SPOKEN_LEN_MAX)}…` : text;
}
