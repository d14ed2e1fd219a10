// How shortcuts are recognised and drawn on this system: on a Mac, Control becomes Command and Alt Option.
// Names of keys in the person's language: i18n/shortcutText.ts.

export const isApple = /Mac|iPhone|iPad/u.test(globalThis.navigator?.platform ?? "");

export interface Shortcut {
  /** Control; Command on a Mac. */
  ctrl?: boolean;
  alt?: boolean;
  shift?: boolean;
  /** `KeyboardEvent.key`, letters small. */
  key: string;
}

export type KeyPress = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** Control Tab is Control on every system: Command Tab belongs to the Mac itself. */
export function matches(press: KeyPress, shortcut: Shortcut, onApple = isApple): boolean {
  const usesCommand = onApple && shortcut.key !== "Tab";
  const main = usesCommand ? press.metaKey : press.ctrlKey;
  const other = usesCommand ? press.ctrlKey : press.metaKey;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  return (
    key === shortcut.key && !other && main === (shortcut.ctrl ?? false) &&
    press.altKey === (shortcut.alt ?? false) && press.shiftKey === (shortcut.shift ?? false)
  );
}

const CAPS: Record<string, string> = {
  ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc",
};

/** The caps to draw, in the order they are pressed. */
export function capsOf(shortcut: Shortcut, onApple = isApple): string[] {
  const caps: string[] = [];
  if (shortcut.ctrl) caps.push(onApple && shortcut.key !== "Tab" ? "⌘" : "Ctrl");
  if (shortcut.alt) caps.push(onApple ? "⌥" : "Alt");
  if (shortcut.shift) caps.push(onApple ? "⇧" : "Shift");
  const cap = CAPS[shortcut.key] ?? shortcut.key;
  caps.push(cap.length === 1 ? cap.toUpperCase() : cap);
  return caps;
}

/** A key that writes a character, with nothing held that makes it a command. */
export function isTyping(press: KeyPress): boolean {
  return [...press.key].length === 1 && !press.ctrlKey && !press.metaKey && !press.altKey;
}

/** The letter that a key stands for, small; on a keyboard of another script, the one at its place on a Latin one. */
export function letterOf(press: { key: string; code?: string }): string | undefined {
  const key = press.key.toLowerCase();
  if (/^[a-z]$/u.test(key)) return key;
  const isOtherScript = /^\p{L}$/u.test(key) && !/^\p{Script=Latin}$/u.test(key);
  return isOtherScript ? /^Key([A-Z])$/u.exec(press.code ?? "")?.[1]?.toLowerCase() : undefined;
}
