// Every shortcut of the main screen, once: the keys are read from here, and the dialog shows the same list.

import { keyCaps, spokenKeys } from "../i18n/shortcutText";
import { t, type PlainKey } from "../i18n/text";
import type { Shortcut } from "../kit/keys";

export type Action =
  | "newChat" | "nextChat" | "previousChat" | "nextUnread" | "previousUnread" | "lastChat"
  | "nextPane" | "previousPane" | "back" | "undo" | "shortcuts";

interface Entry { label: PlainKey; shortcut: Shortcut }

export const shortcuts: Record<Action, Entry> = {
  newChat: { label: "shortcuts.newChat", shortcut: { ctrl: true, key: "n" } },
  nextChat: { label: "shortcuts.nextChat", shortcut: { alt: true, key: "ArrowDown" } },
  previousChat: { label: "shortcuts.previousChat", shortcut: { alt: true, key: "ArrowUp" } },
  nextUnread: { label: "shortcuts.nextUnread", shortcut: { alt: true, shift: true, key: "ArrowDown" } },
  previousUnread: { label: "shortcuts.previousUnread", shortcut: { alt: true, shift: true, key: "ArrowUp" } },
  lastChat: { label: "shortcuts.lastChat", shortcut: { ctrl: true, key: "Tab" } },
  nextPane: { label: "shortcuts.nextPane", shortcut: { key: "F6" } },
  previousPane: { label: "shortcuts.previousPane", shortcut: { shift: true, key: "F6" } },
  back: { label: "shortcuts.back", shortcut: { alt: true, key: "ArrowLeft" } },
  undo: { label: "shortcuts.undo", shortcut: { ctrl: true, key: "z" } },
  shortcuts: { label: "shortcuts.list", shortcut: { ctrl: true, key: "/" } },
};

/** Keys that components handle themselves: where focus is decides. */
const inChat: readonly Entry[] = [
  { label: "shortcuts.send", shortcut: { key: "Enter" } },
  { label: "shortcuts.newLine", shortcut: { shift: true, key: "Enter" } },
  { label: "shortcuts.toMessages", shortcut: { shift: true, key: "Tab" } },
];
const onMessage = (): { label: PlainKey; keys: readonly string[] }[] => [
  { label: "shortcuts.moveMessages", keys: ["↑", "↓"] },
  { label: "shortcuts.firstLast", keys: [t("keys.home"), t("keys.end")] },
  { label: "shortcuts.copyMessage", keys: keyCaps({ ctrl: true, key: "c" }) },
];

export function shown(action: Action): { caps: string[]; spoken: string } {
  const { shortcut } = shortcuts[action];
  return { caps: keyCaps(shortcut), spoken: spokenKeys(shortcut) };
}

export function dialogGroups(): { title: PlainKey; entries: { label: PlainKey; keys: readonly string[] }[] }[] {
  const entry = ({ label, shortcut }: Entry): { label: PlainKey; keys: string[] } => ({ label, keys: keyCaps(shortcut) });
  return [
    { title: "shortcuts.anywhere", entries: Object.values(shortcuts).map(entry) },
    { title: "shortcuts.inChat", entries: inChat.map(entry) },
    { title: "shortcuts.onMessage", entries: onMessage() },
  ];
}
