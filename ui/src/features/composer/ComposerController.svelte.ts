// What is being written. Each chat has its own draft; a draft is saved at each pause in typing, when the chat
// closes and when the window loses focus. Text is never lost: what couldn't be sent comes back.

import { BackendError, type Backend } from "../../backend/backend";
import { failureText } from "../../i18n/failure";
import { t } from "../../i18n/text";

/** Milliseconds without a key that count as a pause. */
export const DRAFT_PAUSE_MS = 500;
/** Most bytes of one message (crates/domain, limits: TEXT_LEN_MAX). */
export const TEXT_BYTES_MAX = 32 * 1024;

export class ComposerController {
  text = $state("");
  /** What went wrong last, until the next key. */
  error = $state<string>();
  conversationId = $state<string>();
  /** Rises when focus should come here. */
  focusRequests = $state(0);
  /** Drafts of this window, which are newer than what a list says. */
  #drafts = new Map<string, string>();
  /** What the core has, by chat. */
  #saved = new Map<string, string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly backend: Backend) {}

  get canSend(): boolean {
    return this.text.trim() !== "";
  }

  /** Shows a chat's draft; the one before is saved. */
  open(conversationId: string, draft: string | undefined): void {
    if (this.conversationId === conversationId) return;
    void this.flush();
    if (!this.#saved.has(conversationId)) this.#saved.set(conversationId, draft ?? "");
    this.conversationId = conversationId;
    this.text = this.#drafts.get(conversationId) ?? draft ?? "";
    this.error = undefined;
  }

  close(): void {
    void this.flush();
    this.conversationId = undefined;
    this.text = "";
    this.error = undefined;
  }

  type(text: string): void {
    this.text = text;
    this.error = undefined;
    if (this.conversationId) this.#keep(this.conversationId, text);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), DRAFT_PAUSE_MS);
  }

  focus(): void {
    this.focusRequests++;
  }

  /** Saves the open chat's draft now. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.conversationId) await this.#save(this.conversationId);
  }

  async send(): Promise<void> {
    const conversationId = this.conversationId;
    const text = this.text.trim();
    if (!conversationId || text === "") return;
    if (new TextEncoder().encode(text).length > TEXT_BYTES_MAX) {
      this.error = t("composer.tooLong");
      return;
    }
    this.type("");
    clearTimeout(this.#timer);
    try {
      await this.backend.call("message.send", { conversationId, text });
    } catch (error) {
      this.#giveBack(conversationId, text, BackendError.from(error));
    }
    await this.#save(conversationId);
  }

  /** Puts text that wasn't taken before whatever was typed since. */
  #giveBack(conversationId: string, text: string, error: BackendError): void {
    const since = this.#drafts.get(conversationId) ?? "";
    const whole = since === "" ? text : `${text}\n${since}`;
    this.#keep(conversationId, whole);
    if (this.conversationId !== conversationId) return;
    this.text = whole;
    this.error = error.code === "TOO_LARGE" ? t("composer.tooLong") : `${t("composer.notSaved")} ${failureText(error)}`;
  }

  #keep(conversationId: string, text: string): void {
    this.#drafts.set(conversationId, text);
  }

  async #save(conversationId: string): Promise<void> {
    const text = this.#drafts.get(conversationId);
    if (text === undefined || text === this.#saved.get(conversationId)) return;
    const before = this.#saved.get(conversationId);
    this.#saved.set(conversationId, text);
    try {
      await this.backend.call("conversation.setDraft", { conversationId, text });
    } catch {
      if (before === undefined) this.#saved.delete(conversationId);
      else this.#saved.set(conversationId, before);
      if (this.conversationId === conversationId) this.error ??= t("composer.draftNotSaved");
    }
  }
}
