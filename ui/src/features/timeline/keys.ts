// Single keys on a focused message.

import type { MessageAction } from "../../backend/messageActions";
import type { Message } from "../../backend/types";
import { letterOf, type KeyPress } from "../../kit/keys";
import type { TimelineActions } from "./actions";

const LETTERS: Record<string, MessageAction> = { r: "reply", e: "react", f: "forward", p: "pin", s: "star", i: "info" };

export type MessageKey = MessageAction | "menu" | "open";

export function messageKey(press: KeyPress & { code?: string }): MessageKey | undefined {
  if (press.shiftKey && press.key === "F10") return "menu";
  const isCommand = press.ctrlKey || press.metaKey;
  if (isCommand && !press.altKey && !press.shiftKey && letterOf(press) === "c") return "copy";
  if (isCommand || press.altKey || press.shiftKey) return undefined;
  switch (press.key) {
    case "ContextMenu": return "menu";
    case " ": return "select";
    case "Enter": return "open";
    case "Delete": return "delete";
    default: return LETTERS[letterOf(press) ?? ""];
  }
}

/** What Enter opens in a message: the rest of a long text, what it answers, its first link. */
const OPENS = "button[aria-expanded]:not([aria-haspopup]), button.reply, .body a";

/** Does what a key means on a message whose element has focus. While messages are picked, all keys pick. */
export function actByKey(key: MessageKey, message: Message, element: HTMLElement | null, actions: TimelineActions): void {
  if (!element || message.kind === "system") return;
  const anchor = element.querySelector<HTMLElement>(".bubble") ?? element;
  const isSelecting = actions.selection.isOn;
  const inside = key === "open" && !isSelecting ? element.querySelector<HTMLElement>(OPENS) : null;
  if (inside) inside.click();
  else if (isSelecting && (key === "open" || key === "menu")) actions.act("select", message, anchor);
  else if (key === "open" || key === "menu") actions.openMenu(message, anchor);
  else if (actions.can(key, message)) actions.act(key, message, anchor);
}
