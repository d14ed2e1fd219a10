// Sends messages on to other chats: which ones, a word with them, and what came of it.

import { BackendError, type Backend } from "../../backend/backend";
import type { Conversation, Message } from "../../backend/types";
import { failureText } from "../../i18n/failure";

/** Chats at once. */
export const TARGETS_MAX = 20;
/** Rows that are drawn; typing finds the others. */
const ROWS_MAX = 60;

export interface Target { conversation: Conversation; name: string }

export class ForwardController {
  query = $state("");
  note = $state("");
  chosen = $state.raw<readonly Target[]>([]);
  isSending = $state(false);
  error = $state<string>();
  readonly shown = $derived(this.#found());

  constructor(
    private readonly backend: Backend,
    readonly messages: readonly Message[],
    private readonly targets: readonly Target[],
    private readonly onDone: (targets: readonly Target[]) => void,
  ) {}

  has(target: Target): boolean {
    return this.chosen.some((one) => one.conversation.conversationId === target.conversation.conversationId);
  }

  toggle(target: Target): void {
    this.error = undefined;
    if (this.has(target)) this.chosen = this.chosen.filter((one) => one.conversation.conversationId !== target.conversation.conversationId);
    else if (this.chosen.length < TARGETS_MAX) this.chosen = [...this.chosen, target];
    this.query = "";
  }

  async send(): Promise<void> {
    if (this.chosen.length === 0 || this.isSending) return;
    this.isSending = true;
    this.error = undefined;
    const conversationIds = this.chosen.map((one) => one.conversation.conversationId);
    try {
      await this.backend.call("message.forward", { messageIds: this.messages.map((one) => one.messageId), conversationIds });
      const text = this.note.trim();
      if (text !== "") await Promise.all(conversationIds.map((conversationId) => this.backend.call("message.send", { conversationId, text })));
      this.onDone(this.chosen);
    } catch (error) {
      this.error = failureText(BackendError.from(error));
    } finally {
      this.isSending = false;
    }
  }

  #found(): Target[] {
    const wanted = folded(this.query.trim());
    const open = this.targets.filter((one) => one.conversation.canSend && !one.conversation.request && !one.conversation.isBlocked);
    const found = open.filter((one) => wanted === "" || folded(one.name).split(/\s+/u).some((word) => word.startsWith(wanted)) || folded(one.name).startsWith(wanted) || (one.conversation.peer?.username ?? "").startsWith(wanted));
    return found.slice(0, ROWS_MAX);
  }
}

function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
