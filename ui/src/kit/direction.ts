// Which way a text is read: by its first letter, as the Unicode rules for paragraphs have it.

const RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;

/** Undefined for a text without letters: it goes with the screen. */
export function directionOf(text: string): "ltr" | "rtl" | undefined {
  const first = /\p{L}/u.exec(text)?.[0];
  return first === undefined ? undefined : RTL.test(first) ? "rtl" : "ltr";
}
