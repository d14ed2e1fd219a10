// Lines that the core writes into a conversation: it names them by a stable word, people read them in their language.

import type { MessageView } from "./generated/api";

export type SystemLine = "system.historyGap" | "system.newer";

export function systemLineOf(message: Pick<MessageView, "text">): SystemLine {
  return message.text === "history.gap" ? "system.historyGap" : "system.newer";
}
