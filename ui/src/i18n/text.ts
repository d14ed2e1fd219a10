// Every text on the screen comes from here. en.json is the source; a key that is not in it does not compile.
// Numbers choose their plural form by the rules of the language, and are written its way.

import en from "./en.json";

type Catalogue = typeof en;
export type TextKey = keyof Catalogue;
/** Keys whose text depends on `count`. */
export type PluralKey = { [K in TextKey]: Catalogue[K] extends string ? never : K }[TextKey];
export type PlainKey = Exclude<TextKey, PluralKey>;
type Values = Record<string, string | number>;
type PluralForms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

/** The language of the catalogue in use, not of the system. */
const LANGUAGE = "en";
const plurals = new Intl.PluralRules(LANGUAGE);
const numbers = new Intl.NumberFormat(LANGUAGE);

export function t(key: PlainKey, values?: Values): string;
export function t(key: PluralKey, values: Values & { count: number }): string;
export function t(key: TextKey, values: Values = {}): string {
  const entry: string | PluralForms = en[key];
  if (typeof entry === "string") return fill(entry, values);
  const form = entry[plurals.select(Number(values.count))] ?? entry.other;
  return fill(form, values);
}

/** Puts values into `{name}` places; a place without a value stays visible, so that tests and people see it. */
function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    if (value === undefined) return place;
    return typeof value === "number" ? numbers.format(value) : value;
  });
}
