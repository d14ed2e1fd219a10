// The lines of a message's menu, in their order.

import type { Component } from "svelte";
import Bookmark from "@lucide/svelte/icons/bookmark";
import Copy from "@lucide/svelte/icons/copy";
import Forward from "@lucide/svelte/icons/forward";
import History from "@lucide/svelte/icons/history";
import Info from "@lucide/svelte/icons/info";
import LockKeyhole from "@lucide/svelte/icons/lock-keyhole";
import Pencil from "@lucide/svelte/icons/pencil";
import Pin from "@lucide/svelte/icons/pin";
import Reply from "@lucide/svelte/icons/reply";
import SquareCheck from "@lucide/svelte/icons/square-check";
import Trash2 from "@lucide/svelte/icons/trash-2";
import type { MessageAction } from "../../backend/messageActions";
import type { Message } from "../../backend/types";
import { keyCaps } from "../../i18n/shortcutText";
import { t, type PlainKey } from "../../i18n/text";

export interface Entry {
  action: MessageAction;
  name: PlainKey;
  hint: string;
  icon: Component<{ size: number; strokeWidth: number }>;
  isMirrored?: boolean;
}

export function entriesFor(message: Message): Entry[] {
  return [
    { action: "reply", name: "action.reply", hint: "R", icon: Reply, isMirrored: true },
    { action: "edit", name: "action.edit", hint: "", icon: Pencil },
    { action: "forward", name: "action.forward", hint: "F", icon: Forward, isMirrored: true },
    { action: "copy", name: "action.copy", hint: keyCaps({ ctrl: true, key: "c" }).join(" "), icon: Copy },
    { action: "pin", name: message.isPinned ? "action.unpin" : "action.pin", hint: "P", icon: Pin },
    { action: "star", name: message.isStarred ? "action.unstar" : "action.star", hint: "S", icon: Bookmark },
    { action: "select", name: "action.select", hint: t("keys.space"), icon: SquareCheck },
    { action: "info", name: "action.info", hint: "I", icon: Info },
    { action: "history", name: "action.history", hint: "", icon: History },
    { action: "closePoll", name: "action.closePoll", hint: "", icon: LockKeyhole },
    { action: "delete", name: "action.delete", hint: t("keys.delete"), icon: Trash2 },
  ];
}
