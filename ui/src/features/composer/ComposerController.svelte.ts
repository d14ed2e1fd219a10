// What is being written: a new message, an answer, or a change of a message. Each chat has its own draft; a draft is
// saved at each pause in typing, when the chat closes and when the window loses focus. Text is never lost: what
// couldn't be sent comes back, and a draft waits while another message is edited.

import { BackendError, type Backend } from "../../backend/backend";
import type { Message } from "../../backend/types";
import { failureText } from "../../i18n/failure";
import { t } from "../../i18n/text";
import { markupOf, shownText, type Mention } from "./mentions";

/** Milliseconds without a key that count as a pause. */
export const DRAFT_PAUSE_MS = 500;
/** Most bytes of one message (crates/domain, limits: TEXT_LEN_MAX). */
export const TEXT_BYTES_MAX = 32 * 1024;

/** Own drafts of a chat that are known again when the core says them. */
const SAID_MAX = 20;

/** Milliseconds after a key here in which other drafts wait: until then, an older state may still be on its way. */
const OWN_MS = 5_000;

export class ComposerController {
  text = $state("");
  /** What went wrong last, until the next key. */
  error = $state<string>();
  conversationId = $state<string>();
  /** The message that is answered. */
  replyTo = $state.raw<Message>();
  /** The message that is changed. */
  editing = $state.raw<Message>();
  /** Rises when focus should come here. */
  focusRequests = $state(0);
  #focusesGiven = 0;
  /** People mentioned in the text. */
  #mentions: Mention[] = [];
  /** Drafts of this window, which are newer than what a list says. As they are kept: mentions are links. */
  #drafts = new Map<string, string>();
  #replies = new Map<string, Message>();
  /** What the core has, by chat. */
  #saved = new Map<string, string>();
  /** Drafts that this window saved lately, by chat: the core says them back, later than what was typed since. */
  #said = new Map<string, string[]>();
  /** When something was typed here last, by chat. */
  #typedAt = new Map<string, number>();
  /** Drafts of other devices that wait until the own state is surely known, by chat. */
  #waiting = new Map<string, ReturnType<typeof setTimeout>>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly backend: Backend) {}

  get canSend(): boolean {
    return this.text.trim() !== "";
  }

  /** Shows a chat's draft; the one before is saved. */
  open(conversationId: string, draft: string | undefined): void {
    if (this.conversationId === conversationId) return;
    this.close();
    if (!this.#saved.has(conversationId)) this.#saved.set(conversationId, draft ?? "");
    this.conversationId = conversationId;
    this.replyTo = this.#replies.get(conversationId);
    this.#show(this.#drafts.get(conversationId) ?? draft ?? "");
  }

  close(): void {
    this.#endEdit();
    void this.flush();
    this.conversationId = undefined;
    this.replyTo = undefined;
    this.#show("");
  }

  /** A draft from another device. What is being typed here stays. */
  synced(conversationId: string, draft: string): void {
    const saved = this.#saved.get(conversationId) ?? "";
    const isTyped = (this.#drafts.get(conversationId) ?? saved) !== saved;
    clearTimeout(this.#waiting.get(conversationId));
    this.#waiting.delete(conversationId);
    if (draft === saved || isTyped || this.#isEcho(conversationId, draft)) return;
    const left = (this.#typedAt.get(conversationId) ?? -Infinity) + OWN_MS - Date.now();
    if (left > 0) {
      this.#waiting.set(conversationId, setTimeout(() => this.synced(conversationId, draft), left));
      return;
    }
    this.#saved.set(conversationId, draft);
    this.#keep(conversationId, draft);
    if (this.conversationId === conversationId && !this.editing) this.#show(draft);
  }

  type(text: string): void {
    this.text = text;
    this.error = undefined;
    if (this.conversationId) this.#touch(this.conversationId);
    if (text !== "" && !this.editing) this.#tellTyping();
    this.#keepDraft();
  }

  /** Somebody was chosen after an "@": their name is in the text now. */
  mention(mention: Mention): void {
    this.#mentions = [...this.#mentions, mention];
    this.#keepDraft();
  }

  reply(message: Message): void {
    this.#endEdit();
    this.replyTo = message;
    if (this.conversationId) this.#replies.set(this.conversationId, message);
    this.focus();
  }

  edit(message: Message): void {
    void this.flush();
    this.editing = message;
    this.#show(message.text);
    this.focus();
  }

  /** Gives up the change or the answer; false when there is none. */
  cancel(): boolean {
    if (this.editing) {
      this.#endEdit();
      return true;
    }
    if (!this.replyTo) return false;
    this.#endReply();
    return true;
  }

  focus(): void {
    this.focusRequests++;
  }

  /** For the text field: whether focus was asked for since the last time. */
  takeFocusRequest(): boolean {
    const isNew = this.focusRequests > this.#focusesGiven;
    this.#focusesGiven = this.focusRequests;
    return isNew;
  }

  /** Saves the open chat's draft now. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.conversationId) await this.#save(this.conversationId);
  }

  async send(): Promise<void> {
    const conversationId = this.conversationId;
    const text = markupOf(this.text, this.#mentions).trim();
    if (!conversationId || text === "") return;
    if (new TextEncoder().encode(text).length > TEXT_BYTES_MAX) {
      this.error = t("composer.tooLong");
      return;
    }
    if (this.editing) return await this.#change(this.editing, text);
    const replyTo = this.replyTo;
    this.#touch(conversationId);
    this.#endReply();
    this.#mentions = [];
    this.text = "";
    this.error = undefined;
    this.#keep(conversationId, "");
    clearTimeout(this.#timer);
    try {
      if (this.#saved.get(conversationId)) this.#says(conversationId, "");
      await this.backend.call("message.send", { conversationId, text, endsDraft: true, ...(replyTo ? { replyTo: replyTo.messageId } : {}) });
      this.#saved.set(conversationId, "");
    } catch (error) {
      this.#giveBack(conversationId, text, replyTo, BackendError.from(error));
    }
    await this.#save(conversationId);
  }

  async #change(message: Message, text: string): Promise<void> {
    if (text === message.text) return this.#endEdit();
    try {
      await this.backend.call("message.edit", { messageId: message.messageId, text });
      if (this.editing?.messageId === message.messageId) this.#endEdit();
    } catch (error) {
      // The words stay in the field, to be tried again.
      if (this.editing?.messageId === message.messageId) this.error = `${t("composer.notChanged")} ${failureText(BackendError.from(error))}`;
    }
  }

  /** The core says back what this window saved, in order: what came before it is over. */
  #isEcho(conversationId: string, draft: string): boolean {
    const said = this.#said.get(conversationId) ?? [];
    const at = said.indexOf(draft);
    if (at >= 0) this.#said.set(conversationId, said.slice(at + 1));
    return at >= 0;
  }

  #says(conversationId: string, draft: string): void {
    this.#said.set(conversationId, [...(this.#said.get(conversationId) ?? []), draft].slice(-SAID_MAX));
  }

  /** What the core says of this draft from now on may be older than what is done here. */
  #touch(conversationId: string): void {
    this.#typedAt.set(conversationId, Date.now());
    clearTimeout(this.#waiting.get(conversationId));
    this.#waiting.delete(conversationId);
  }

  #endEdit(): void {
    if (!this.editing) return;
    this.editing = undefined;
    this.#show((this.conversationId && (this.#drafts.get(this.conversationId) ?? this.#saved.get(this.conversationId))) ?? "");
  }

  #endReply(): void {
    this.replyTo = undefined;
    if (this.conversationId) this.#replies.delete(this.conversationId);
  }

  #show(markup: string): void {
    const { text, mentions } = shownText(markup);
    this.text = text;
    this.#mentions = mentions;
    this.error = undefined;
  }

  /** Puts text that wasn't taken before whatever was typed since. */
  #giveBack(conversationId: string, text: string, replyTo: Message | undefined, error: BackendError): void {
    const since = this.#drafts.get(conversationId) ?? "";
    const whole = since === "" ? text : `${text}\n${since}`;
    this.#keep(conversationId, whole);
    if (replyTo && !this.#replies.has(conversationId)) this.#replies.set(conversationId, replyTo);
    if (this.conversationId !== conversationId || this.editing) return;
    this.#show(whole);
    this.replyTo = this.#replies.get(conversationId);
    this.error = error.code === "TOO_LARGE" ? t("composer.tooLong") : `${t("composer.notSaved")} ${failureText(error)}`;
  }

  #keepDraft(): void {
    if (this.editing || !this.conversationId) return;
    this.#keep(this.conversationId, markupOf(this.text, this.#mentions));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), DRAFT_PAUSE_MS);
  }

  #keep(conversationId: string, markup: string): void {
    this.#drafts.set(conversationId, markup);
  }

  /** The core says it on, not more often than it should. Nothing is lost when it can't. */
  #tellTyping(): void {
    if (this.conversationId) this.backend.call("conversation.typing", { conversationId: this.conversationId }).catch(() => {});
  }

  async #save(conversationId: string): Promise<void> {
    const text = this.#drafts.get(conversationId);
    if (text === undefined || text === this.#saved.get(conversationId)) return;
    const before = this.#saved.get(conversationId);
    this.#saved.set(conversationId, text);
    this.#says(conversationId, text);
    try {
      await this.backend.call("conversation.setDraft", { conversationId, text });
    } catch {
      if (before === undefined) this.#saved.delete(conversationId);
      else this.#saved.set(conversationId, before);
      if (this.conversationId === conversationId) this.error ??= t("composer.draftNotSaved");
    }
  }
}
