// What the second line of a chat row says.

import type { Conversation, Message } from "../../backend/types";
import { firstName } from "../../i18n/firstName";
import { messageText } from "../../i18n/messageText";
import { t } from "../../i18n/text";
import { plainText } from "../../kit/markdown";

/** Characters of a preview that can be seen at most; longer texts are cut before they reach the page. */
const PREVIEW_LEN_MAX = 200;

/** Of a text, before its marks are read: they are longer than what is shown of them. */
const READ_LEN_MAX = 1_000;

export interface Preview {
  kind: "typing" | "draft" | "message" | "empty";
  /** Who wrote it, or that it is a draft; stands before the text, which keeps its own direction. */
  lead: string;
  text: string;
}

/** The draft of the open chat stays out of the list: it stands in the composer. */
export function previewOf(conversation: Conversation, isOpen: boolean, typists: readonly string[] = []): Preview {
  if (typists.length > 0) return { kind: "typing", lead: "", text: typingText(conversation, typists) };
  const draft = conversation.draft?.trim() ?? "";
  if (draft !== "" && !isOpen) return { kind: "draft", lead: t("list.draft"), text: oneLine(plainText(draft.slice(0, READ_LEN_MAX))) };
  const message = conversation.lastMessage;
  if (!message) return { kind: "empty", lead: "", text: t("list.noMessages") };
  return { kind: "message", lead: leadOf(conversation, message), text: bodyOf(message) };
}

function leadOf(conversation: Conversation, message: Message): string {
  if (conversation.kind === "self" || message.kind === "system") return "";
  if (message.isOwn) return t("list.you");
  return conversation.kind === "group" ? t("list.sender", { name: firstName(message.senderName) }) : "";
}

function typingText(conversation: Conversation, typists: readonly string[]): string {
  if (conversation.kind !== "group") return t("list.typing");
  if (typists.length === 1) return t("list.typingOne", { name: firstName(typists[0]!) });
  return t("list.typingMany", { count: typists.length });
}

function bodyOf(message: Message): string {
  switch (message.kind) {
    case "deleted": return t("list.deleted");
    case "poll": return t("list.poll", { question: oneLine(message.poll?.question ?? message.text) });
    default: return oneLine(messageText({ ...message, text: message.text.slice(0, READ_LEN_MAX) }));
  }
}

function oneLine(text: string): string {
  return text.slice(0, PREVIEW_LEN_MAX).replace(/\s+/gu, " ").trim();
}
