// What a chat is called on this screen.

import type { Conversation } from "../backend/types";
import { t } from "./text";

/** Notes to oneself have our name; others have theirs. */
export function conversationName(conversation: Pick<Conversation, "kind" | "name">): string {
  return conversation.kind === "self" ? t("list.noteToSelf") : conversation.name;
}
