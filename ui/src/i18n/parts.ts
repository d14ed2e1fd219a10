// A text in pieces, so that what was put into it can stand out: names in a sentence.

import { t, type PlainKey } from "./text";

export interface Part { text: string; isValue: boolean }

/** Marks that no text holds, around the name of a place. */
const OPEN = "\ue000";
const CLOSE = "\ue001";

/** The pieces of a text, in the language's order. */
export function parts(key: PlainKey, values: Record<string, string>): Part[] {
  const marked = Object.fromEntries(Object.keys(values).map((name) => [name, `${OPEN}${name}${CLOSE}`]));
  const pieces = t(key, marked).split(OPEN).flatMap((piece, at): Part[] => {
    if (at === 0) return [{ text: piece, isValue: false }];
    const [name = "", rest = ""] = piece.split(CLOSE);
    return [{ text: values[name] ?? "", isValue: true }, { text: rest, isValue: false }];
  });
  return pieces.filter((one) => one.text !== "");
}
