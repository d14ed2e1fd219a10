// Finding one person by their exact username or by their link, and opening the chat with them.

import { BackendError, type Backend } from "../../backend/backend";
import type { ContactView } from "../../backend/generated/api";
import { failureText } from "../../i18n/failure";
import { t } from "../../i18n/text";
import { isPersonLink } from "../../kit/links";

/** Milliseconds after the last key before the server is asked: each question is counted there. */
export const FIND_PAUSE_MS = 400;

export class NewConversationController {
  username = $state("");
  found = $state.raw<ContactView>();
  isSearching = $state(false);
  isOpening = $state(false);
  /** Nobody, or why it can't be said. */
  problem = $state<string>();
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly backend: Backend,
    private readonly onOpened: (conversationId: string) => Promise<void>,
  ) {}

  type(username: string): void {
    this.username = username;
    this.#forget();
    if (this.#name !== "") this.#timer = setTimeout(() => void this.find(), FIND_PAUSE_MS);
  }

  /** Enter: looks first if that wasn't done, then opens. */
  async submit(): Promise<void> {
    if (!this.found && this.#name !== "") await this.find();
    if (this.found) await this.open(this.found);
  }

  async find(): Promise<void> {
    this.#forget();
    const turn = this.#turn;
    this.isSearching = true;
    try {
      const contact = await this.#ask();
      if (turn === this.#turn) this.found = contact;
    } catch (error) {
      if (turn !== this.#turn) return;
      const failure = BackendError.from(error);
      const isNobody = failure.code === "UNKNOWN_ACCOUNT" || failure.code === "USERNAME_INVALID";
      this.problem = isNobody ? t("newChat.nobody") : failureText(failure);
    } finally {
      if (turn === this.#turn) this.isSearching = false;
    }
  }

  #ask(): Promise<ContactView> {
    const link = this.username.trim();
    return isPersonLink(link) ? this.backend.call("contact.findByLink", { link }) : this.backend.call("contact.find", { username: this.#name });
  }

  async open(contact: ContactView): Promise<void> {
    if (this.isOpening) return;
    this.isOpening = true;
    this.problem = undefined;
    try {
      const { conversationId } = await this.backend.call("conversation.open", { accountId: contact.accountId });
      await this.onOpened(conversationId);
    } catch (error) {
      this.problem = failureText(BackendError.from(error));
    } finally {
      this.isOpening = false;
    }
  }

  get #name(): string {
    return this.username.trim().replace(/^@/u, "").toLowerCase();
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#turn++;
    this.found = undefined;
    this.problem = undefined;
    this.isSearching = false;
  }
}
