// en.json against the sources: every key is used, every use has its values, every text keeps the tone. The other
// languages against en.json: the same keys, the same places, each plural form that the language has.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import ar from "../src/i18n/ar.json";
import de from "../src/i18n/de.json";
import en from "../src/i18n/en.json";

const SRC = join(import.meta.dirname, "../src");
const source = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.(ts|svelte)$/u.test(file) && !file.endsWith(".test.ts"))
  .map((file) => readFileSync(join(SRC, file), "utf8"))
  .join("\n");

describe("en.json", () => {
  it("has no key that nothing uses", () => {
    const unused = Object.keys(en).filter((key) => !source.includes(`"${key}"`) && !source.includes(`'${key}'`));
    expect(unused).toEqual([]);
  });

  it("has every plural's general form, with the same places in all forms", () => {
    for (const [key, entry] of Object.entries(en)) {
      if (typeof entry === "string") continue;
      expect(Object.keys(entry), key).toContain("other");
      const places = Object.values(entry).map((text) => [...text.matchAll(/\{(\w+)\}/gu)].map((match) => match[1]).sort().join());
      expect(new Set(places).size, key).toBe(1);
      expect(places[0], key).toContain("count");
    }
  });

  it("keeps to the tone: no exclamation marks, no blame, no jargon", () => {
    for (const [key, entry] of Object.entries(en)) {
      for (const text of typeof entry === "string" ? [entry] : Object.values(entry)) {
        expect(text, key).not.toMatch(/!|\b(oops|invalid|error|session|protocol|identity)\b/iu);
      }
    }
  });

  it("gives every call the values that its text has places for", () => {
    const calls = source.matchAll(/\bt\("([\w.]+)"(?:,\s*\{([^}]*)\})?\)/gu);
    for (const [call, key, given = ""] of calls) {
      const entry = en[key as keyof typeof en];
      const text = typeof entry === "string" ? entry : entry.other;
      if (given.includes("...")) continue;
      const names = [...given.matchAll(/(\w+)(?=\s*[:,]|\s*$)/gu)].map((match) => match[1]);
      for (const [, place] of text.matchAll(/\{(\w+)\}/gu)) expect(names, call).toContain(place);
    }
  });
});

type Entry = string | Record<string, string>;
const placesOf = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)\}/gu)].map((match) => match[1]!))].sort();
const formsOf = (entry: Entry): string[] => (typeof entry === "string" ? [entry] : Object.values(entry));

describe.each([["de", de], ["ar", ar]] as [string, Record<string, Entry>][])("%s.json", (tag, catalogue) => {
  it("has the keys of en.json in the same order", () => {
    expect(Object.keys(catalogue)).toEqual(Object.keys(en));
  });

  it("has a text for each, in each plural form of the language", () => {
    const forms = [...new Intl.PluralRules(tag).resolvedOptions().pluralCategories].sort();
    for (const [key, entry] of Object.entries(en) as [string, Entry][]) {
      const other = catalogue[key]!;
      expect(typeof other, key).toBe(typeof entry);
      expect(formsOf(other).every((text) => text.trim() !== ""), key).toBe(true);
      if (typeof other !== "string") expect(Object.keys(other).sort(), key).toEqual(forms);
    }
  });

  it("has the places of en.json; a form for one number may say it in words", () => {
    for (const [key, entry] of Object.entries(en) as [string, Entry][]) {
      const wanted = placesOf(formsOf(entry)[0]!);
      const translated = catalogue[key]!;
      if (typeof translated === "string") {
        expect(placesOf(translated), key).toEqual(wanted);
        continue;
      }
      for (const [form, text] of Object.entries(translated)) {
        const places = placesOf(text);
        const isOneNumber = tag === "ar" && ["zero", "one", "two"].includes(form);
        expect(isOneNumber ? [...new Set([...places, "count"])].sort() : places, `${key} ${form}`).toEqual(wanted);
      }
    }
  });
});
