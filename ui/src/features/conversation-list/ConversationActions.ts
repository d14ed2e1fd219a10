// What is done to a chat as a whole. Shown at once; what can be taken back says so in a toast; what the core refuses
// is taken back and told.

import { BackendError, type Backend } from "../../backend/backend";
import type { Conversation } from "../../backend/types";
import { failureText } from "../../i18n/failure";
import { t } from "../../i18n/text";
import type { Toasts } from "../../kit/Toasts.svelte";
import { isUnread, type ConversationListController } from "./ConversationListController.svelte";

/** Chats that can be pinned at once. */
export const PINNED_MAX = 9;

export class ConversationActions {
  constructor(
    private readonly backend: Backend,
    private readonly list: ConversationListController,
    private readonly toasts: Toasts,
  ) {}

  pin({ conversationId, isPinned }: Conversation): void {
    if (!isPinned && this.list.pinned.length >= PINNED_MAX) {
      this.toasts.show(t("list.pinnedMax", { count: PINNED_MAX }));
      return;
    }
    void this.#pin(conversationId, !isPinned);
  }

  archive({ conversationId, isArchived }: Conversation): void {
    const isNow = !isArchived;
    void this.#archive(conversationId, isNow);
    this.toasts.show(isNow ? t("list.archivedToast") : t("list.unarchivedToast"), () => void this.#archive(conversationId, !isNow));
  }

  /** `until` in ms since 1970; without it, until it is turned off. */
  mute({ conversationId }: Conversation, until?: number): void {
    void this.#mute(conversationId, true, until);
    this.toasts.show(t("list.mutedToast"), () => void this.#mute(conversationId, false));
  }

  unmute({ conversationId, mutedUntil }: Conversation): void {
    void this.#mute(conversationId, false);
    this.toasts.show(t("list.unmutedToast"), () => void this.#mute(conversationId, true, mutedUntil));
  }

  /** Read becomes unread, unread becomes read. */
  toggleUnread(conversation: Conversation): void {
    const { conversationId, lastMessage } = conversation;
    if (!isUnread(conversation)) {
      void this.#do(conversationId, { isMarkedUnread: true }, () => this.backend.call("conversation.markUnread", { conversationId }));
    } else if (lastMessage) {
      const upTo = lastMessage.messageId;
      void this.#do(conversationId, { unread: 0, mentions: 0, isMarkedUnread: false }, () => this.backend.call("message.markRead", { conversationId, upTo }));
    }
  }

  async clear({ conversationId }: Conversation): Promise<void> {
    await this.#do(conversationId, { unread: 0 }, () => this.backend.call("conversation.clear", { conversationId }));
  }

  async leave({ conversationId }: Conversation): Promise<void> {
    await this.#do(conversationId, {}, () => this.backend.call("conversation.leave", { conversationId }));
  }

  async #pin(conversationId: string, isPinned: boolean): Promise<void> {
    await this.#do(conversationId, { isPinned, pinOrder: undefined }, () => this.backend.call("conversation.pin", { conversationId, isPinned }));
  }

  async #archive(conversationId: string, isArchived: boolean): Promise<void> {
    await this.#do(conversationId, { isArchived }, () => this.backend.call("conversation.archive", { conversationId, isArchived }));
  }

  async #mute(conversationId: string, isMuted: boolean, until?: number): Promise<void> {
    const params = { conversationId, isMuted, ...(until === undefined ? {} : { until }) };
    await this.#do(conversationId, { isMuted, mutedUntil: until }, () => this.backend.call("conversation.mute", params));
  }

  async #do(conversationId: string, change: Partial<Conversation>, call: () => Promise<unknown>): Promise<void> {
    const takeBack = this.list.foresee(conversationId, change);
    try {
      await call();
    } catch (error) {
      takeBack();
      this.toasts.show(failureText(BackendError.from(error)));
    }
  }
}
