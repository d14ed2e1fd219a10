// Shortcuts as people read and hear them: keys have their names in each language.

import { capsOf, type Shortcut } from "../kit/keys";
import { t, type PlainKey } from "./text";

/** Caps that differ between languages. */
const NAMED: Record<string, PlainKey> = {
  Ctrl: "keys.ctrl", Shift: "keys.shift", Alt: "keys.alt", Enter: "keys.enter", Esc: "keys.escape", Tab: "keys.tab",
  Home: "keys.home", End: "keys.end", Delete: "keys.delete", " ": "keys.space",
};

/** Caps that are drawn as signs, by what is said for them. */
const SPOKEN: Record<string, PlainKey> = {
  "⌘": "keys.command", "⌥": "keys.option", "⇧": "keys.shift", "←": "keys.left", "→": "keys.right", "↑": "keys.up", "↓": "keys.down",
  "/": "keys.slash", ".": "keys.period", ",": "keys.comma", Ctrl: "keys.control",
};

export function keyCaps(shortcut: Shortcut): string[] {
  return capsOf(shortcut).map((cap) => {
    const key = NAMED[cap];
    return key ? t(key) : cap;
  });
}

/** For labels and tooltips: "Control N". */
export function spokenKeys(shortcut: Shortcut): string {
  return capsOf(shortcut).map((cap) => {
    const key = SPOKEN[cap] ?? NAMED[cap];
    return key ? t(key) : cap;
  }).join(" ");
}
