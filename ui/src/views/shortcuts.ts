// Every shortcut of the main screen, once: the keys are read from here, and the dialog shows the same list.

import type { ListKeys } from "../features/conversation-list/ListKeys";
import { keyCaps, spokenKeys } from "../i18n/shortcutText";
import { t, type PlainKey } from "../i18n/text";
import type { Shortcut } from "../kit/keys";

export type Action =
  | "palette" | "newChat" | "searchAll" | "find" | "nextChat" | "previousChat" | "nextUnread" | "previousUnread" | "lastChat"
  | "info" | "mute" | "archive" | "pin" | "unread" | "nextPane" | "previousPane" | "back" | "undo" | "settings" | "shortcuts";

interface Entry { label: PlainKey; shortcut: Shortcut }

export const shortcuts: Record<Action, Entry> = {
  palette: { label: "shortcuts.palette", shortcut: { ctrl: true, key: "k" } },
  newChat: { label: "shortcuts.newChat", shortcut: { ctrl: true, key: "n" } },
  searchAll: { label: "shortcuts.searchAll", shortcut: { ctrl: true, shift: true, key: "f" } },
  find: { label: "shortcuts.find", shortcut: { ctrl: true, key: "f" } },
  nextChat: { label: "shortcuts.nextChat", shortcut: { alt: true, key: "ArrowDown" } },
  previousChat: { label: "shortcuts.previousChat", shortcut: { alt: true, key: "ArrowUp" } },
  nextUnread: { label: "shortcuts.nextUnread", shortcut: { alt: true, shift: true, key: "ArrowDown" } },
  previousUnread: { label: "shortcuts.previousUnread", shortcut: { alt: true, shift: true, key: "ArrowUp" } },
  lastChat: { label: "shortcuts.lastChat", shortcut: { ctrl: true, key: "Tab" } },
  info: { label: "shortcuts.info", shortcut: { ctrl: true, key: "." } },
  mute: { label: "shortcuts.mute", shortcut: { ctrl: true, shift: true, key: "m" } },
  archive: { label: "shortcuts.archive", shortcut: { ctrl: true, shift: true, key: "a" } },
  pin: { label: "shortcuts.pin", shortcut: { ctrl: true, shift: true, key: "p" } },
  unread: { label: "shortcuts.unread", shortcut: { ctrl: true, key: "u" } },
  nextPane: { label: "shortcuts.nextPane", shortcut: { key: "F6" } },
  previousPane: { label: "shortcuts.previousPane", shortcut: { shift: true, key: "F6" } },
  back: { label: "shortcuts.back", shortcut: { alt: true, key: "ArrowLeft" } },
  undo: { label: "shortcuts.undo", shortcut: { ctrl: true, key: "z" } },
  settings: { label: "shortcuts.settings", shortcut: { ctrl: true, key: "," } },
  shortcuts: { label: "shortcuts.list", shortcut: { ctrl: true, key: "/" } },
};

/** The shortcut of the pinned chat at a place of the list, from 0. */
export function pinnedShortcut(at: number): Shortcut {
  return { ctrl: true, key: String(at + 1) };
}

/** Keys that components handle themselves: where focus is decides. */
const inChat: readonly Entry[] = [
  { label: "shortcuts.send", shortcut: { key: "Enter" } },
  { label: "shortcuts.newLine", shortcut: { shift: true, key: "Enter" } },
  { label: "shortcuts.editLast", shortcut: { key: "ArrowUp" } },
  { label: "shortcuts.bold", shortcut: { ctrl: true, key: "b" } },
  { label: "shortcuts.italic", shortcut: { ctrl: true, key: "i" } },
  { label: "composer.emoji", shortcut: { ctrl: true, key: "e" } },
  { label: "shortcuts.toMessages", shortcut: { shift: true, key: "Tab" } },
];
/** What a single key does with a message. */
const letters: readonly { label: PlainKey; key: string }[] = [
  { label: "action.reply", key: "R" }, { label: "action.react", key: "E" }, { label: "action.forward", key: "F" },
  { label: "action.pin", key: "P" }, { label: "action.star", key: "S" }, { label: "action.info", key: "I" },
];
const onMessage = (): { label: PlainKey; keys: readonly string[] }[] => [
  ...letters.map(({ label, key }) => ({ label, keys: [key] })),
  { label: "action.select", keys: [t("keys.space")] },
  { label: "shortcuts.openMessage", keys: [t("keys.enter")] },
  { label: "action.delete", keys: [t("keys.delete")] },
  { label: "shortcuts.messageMenu", keys: keyCaps({ shift: true, key: "F10" }) },
  { label: "shortcuts.moveMessages", keys: ["↑", "↓"] },
  { label: "shortcuts.firstLast", keys: [t("keys.home"), t("keys.end")] },
  { label: "shortcuts.copyMessage", keys: keyCaps({ ctrl: true, key: "c" }) },
];

export function shown(action: Action): { caps: string[]; spoken: string } {
  const { shortcut } = shortcuts[action];
  return { caps: keyCaps(shortcut), spoken: spokenKeys(shortcut) };
}

/** What the list shows beside its actions. */
export function listKeys(): ListKeys {
  const drawn = (action: Action): string => shown(action).caps.join(" ");
  return {
    newChat: shown("newChat").spoken, search: shown("searchAll").spoken, searchCaps: shown("searchAll").caps,
    pin: drawn("pin"), mute: drawn("mute"), archive: drawn("archive"), unread: drawn("unread"),
  };
}

export function dialogGroups(): { title: PlainKey; entries: { label: PlainKey; keys: readonly string[] }[] }[] {
  const ofChat: readonly Action[] = ["find", "info", "mute", "archive", "pin", "unread"];
  const anywhere = Object.entries(shortcuts).filter(([action]) => !ofChat.some((one) => one === action)).map(([, one]) => one);
  const entry = ({ label, shortcut }: Entry): { label: PlainKey; keys: string[] } => ({ label, keys: keyCaps(shortcut) });
  return [
    { title: "shortcuts.anywhere", entries: [...anywhere.map(entry), { label: "shortcuts.pinned", keys: [...keyCaps({ ctrl: true, key: "1" }), "…", "9"] }] },
    { title: "shortcuts.inChat", entries: [...ofChat.map((action) => shortcuts[action]), ...inChat].map(entry) },
    { title: "shortcuts.onMessage", entries: onMessage() },
  ];
}
