// Every text on the screen comes from here. en.json is the source; a key that is not in it does not compile.
// Numbers choose their plural form by the rules of the language, and are written its way.

import { language, type Catalogue } from "./Language.svelte";

export type TextKey = keyof Catalogue;
/** Keys whose text depends on `count`. */
export type PluralKey = { [K in TextKey]: Catalogue[K] extends string ? never : K }[TextKey];
export type PlainKey = Exclude<TextKey, PluralKey>;
type Values = Record<string, string | number>;
type PluralForms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

export function t(key: PlainKey, values?: Values): string;
export function t(key: PluralKey, values: Values & { count: number }): string;
export function t(key: TextKey, values: Values = {}): string {
  const { catalogue, plurals } = language.now;
  const entry: string | PluralForms = catalogue[key];
  if (typeof entry === "string") return fill(entry, values);
  const form = entry[plurals.select(Number(values.count))] ?? entry.other;
  return fill(form, values);
}

/** A number the language's way. */
export function numberText(value: number): string {
  return language.now.numbers.format(value);
}

/** Puts values into `{name}` places; a place without a value stays visible, so that tests and people see it. */
function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    if (value === undefined) return place;
    return typeof value === "number" ? numberText(value) : isolated(value);
  });
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const LEFT_TO_RIGHT = /\p{Script=Latin}|\p{Script=Greek}|\p{Script=Cyrillic}|\p{N}/u;

/** Text of the other direction keeps its order to itself (FSI … PDI), so that a name can't reorder a sentence. */
function isolated(value: string): string {
  const foreign = language.now.direction === "ltr" ? RIGHT_TO_LEFT : LEFT_TO_RIGHT;
  return foreign.test(value) ? `\u2068${value}\u2069` : value;
}

/** For files and clipboards, where marks of direction would be in the way. */
export function withoutMarks(text: string): string {
  return text.replace(/[\u2066-\u2069]/gu, "");
}
