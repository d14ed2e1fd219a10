// What the second line of a chat row says.

import type { ConversationView, MessageView } from "../../backend/generated/api";
import { systemLineOf } from "../../backend/systemLine";
import { t } from "../../i18n/text";

/** Characters of a preview that can be seen at most; longer texts are cut before they reach the page. */
const PREVIEW_LEN_MAX = 200;

export interface Preview {
  kind: "draft" | "message" | "empty";
  text: string;
}

/** The name to show: notes to oneself have ours. */
export function conversationName(conversation: ConversationView): string {
  return conversation.kind === "self" ? t("list.noteToSelf") : conversation.name;
}

/** The draft of the open chat stays out of the list: it stands in the composer. */
export function previewOf(conversation: ConversationView, isOpen: boolean): Preview {
  const draft = conversation.draft?.trim() ?? "";
  if (draft !== "" && !isOpen) return { kind: "draft", text: oneLine(draft) };
  const message = conversation.lastMessage;
  if (!message) return { kind: "empty", text: t("list.noMessages") };
  const text = bodyOf(message);
  if (conversation.kind === "self") return { kind: "message", text };
  if (message.isOwn && message.kind !== "system") return { kind: "message", text: t("list.you", { text }) };
  if (conversation.kind === "group" && message.kind !== "system") {
    return { kind: "message", text: t("announce.message", { sender: message.senderName, text }) };
  }
  return { kind: "message", text };
}

function bodyOf(message: MessageView): string {
  if (message.kind === "unreadable") return t("message.unreadable");
  if (message.kind === "newer") return t("message.newer");
  if (message.kind === "system") return t(systemLineOf(message));
  return oneLine(message.text);
}

function oneLine(text: string): string {
  return text.slice(0, PREVIEW_LEN_MAX).replace(/\s+/gu, " ").trim();
}
