// What a message says in one line, whatever its kind: for labels, quotes, lists and announcements.

import type { PersonRef } from "../backend/generated/api";
import type { Message } from "../backend/types";
import { plainText } from "../kit/markdown";
import { duration } from "./duration";
import { firstName } from "./firstName";
import { t } from "./text";

type Shown = Pick<Message, "kind" | "text" | "isOwn" | "senderName" | "system" | "poll">;

export function messageText(message: Shown): string {
  switch (message.kind) {
    case "text": return plainText(message.text);
    case "poll": return t("message.poll", { question: message.poll?.question ?? message.text });
    case "deleted": return message.isOwn ? t("message.deletedOwn") : t("message.deletedBy", { name: firstName(message.senderName) });
    case "unreadable": return t("message.unreadable");
    case "newer": return t("message.newer");
    case "system": return systemText(message);
  }
}

/** A line that nobody wrote: the core names what happened by a stable word. */
export function systemText(message: Pick<Message, "text" | "system">): string {
  const { word, actor, target, value = "" } = message.system ?? { word: message.text };
  const who = nameOf(actor);
  const whom = nameOf(target);
  const isMe = actor?.isOwn ?? false;
  switch (word) {
    case "history.gap": return t("system.historyGap");
    case "group.created": return isMe ? t("system.createdOwn", { value }) : t("system.created", { who, value });
    case "group.named": return isMe ? t("system.namedOwn", { value }) : t("system.named", { who, value });
    case "group.pictured": return isMe ? t("system.picturedOwn") : t("system.pictured", { who });
    case "group.described": return isMe ? t("system.describedOwn") : t("system.described", { who });
    case "group.added": return target?.isOwn ? t("system.addedMe", { who }) : isMe ? t("system.addedOwn", { whom }) : t("system.added", { who, whom });
    case "group.removed": return target?.isOwn ? t("system.removedMe", { who }) : isMe ? t("system.removedOwn", { whom }) : t("system.removed", { who, whom });
    case "group.left": return isMe ? t("system.leftOwn") : t("system.left", { who });
    case "group.joined": return isMe ? t("system.joinedOwn") : t("system.joined", { who });
    case "group.role": return roleText(target, whom, value);
    case "group.permissions": return isMe ? t("system.permissionsOwn") : t("system.permissions", { who });
    case "timer.set": return isMe ? t("system.timerOwn", { time: duration(Number(value)) }) : t("system.timer", { who, time: duration(Number(value)) });
    case "timer.off": return isMe ? t("system.timerOffOwn") : t("system.timerOff", { who });
    case "message.pinned": return isMe ? t("system.pinnedOwn") : t("system.pinned", { who });
    case "device.added":
      if (isMe) return t("system.deviceOwn");
      return value === "recovery" ? t("system.deviceByRecovery", { who }) : t("system.device", { who });
    case "key.changed": return t("system.key", { who });
    case "group.historyShared": return t("system.history", { who, count: Number(value) });
    default: return t("system.newer");
  }
}

function nameOf(person: PersonRef | undefined): string {
  return person === undefined ? t("system.somebody") : person.name;
}

function roleText(target: PersonRef | undefined, whom: string, value: string): string {
  const isMe = target?.isOwn ?? false;
  switch (value) {
    case "owner": return isMe ? t("system.ownerMe") : t("system.owner", { whom });
    case "admin": return isMe ? t("system.adminMe") : t("system.admin", { whom });
    default: return isMe ? t("system.memberMe") : t("system.member", { whom });
  }
}
