// What can be done with a message, and when. Only what the screen offers: the core decides again.

import type { Conversation, Message } from "./types";

export type MessageAction =
  | "reply" | "react" | "edit" | "forward" | "copy" | "pin" | "star" | "select" | "info" | "history" | "closePoll" | "delete";

/** Milliseconds in which the core takes a change of a message (crates/client, content::edit::WINDOW). */
const EDIT_WINDOW_MS = 48 * 60 * 60_000;

/** A message that other people may have. */
const isOut = (message: Message): boolean => message.state !== "queued" && message.state !== "failed";

export function isAllowed(action: MessageAction, message: Message, conversation: Conversation): boolean {
  if (message.kind === "system") return false;
  const isWhole = message.kind === "text" || message.kind === "poll";
  const canSend = conversation.canSend && !conversation.request;
  switch (action) {
    case "reply": return isWhole && isOut(message) && canSend;
    case "react": return isWhole && isOut(message) && canSend;
    case "edit": return message.isOwn && message.kind === "text" && !message.isForwarded && isOut(message) && canSend && message.sentAt > Date.now() - EDIT_WINDOW_MS;
    case "copy": return isWhole;
    case "forward": return isWhole && isOut(message) && message.timer === undefined;
    case "pin": return isWhole && isOut(message) && canSend && mayEditInfo(conversation);
    case "star": return isWhole && isOut(message);
    case "select": return true;
    case "info": return isWhole && message.isOwn && isOut(message) && conversation.kind !== "self";
    case "history": return message.editedAt !== undefined && message.kind === "text";
    case "closePoll": return message.kind === "poll" && message.isOwn && message.poll?.isClosed === false && canSend;
    case "delete": return message.state !== "failed";
  }
}

/** Whether it can be taken back from everyone: one's own, and in groups others' too for who leads them. */
export function mayDeleteForEveryone(message: Message, conversation: Conversation): boolean {
  const isWhole = message.kind === "text" || message.kind === "poll";
  if (!isWhole || !isOut(message) || conversation.kind === "self" || !conversation.canSend) return false;
  return message.isOwn || leads(conversation);
}

function leads(conversation: Conversation): boolean {
  return conversation.group?.ownRole === "owner" || conversation.group?.ownRole === "admin";
}

function mayEditInfo(conversation: Conversation): boolean {
  return conversation.group === undefined || conversation.group.permissions.editInfo === "everyone" || leads(conversation);
}
