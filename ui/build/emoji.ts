// Gives the bundle its list of emoji: order, groups and skin tones from Unicode, names and search words from CLDR in
// each of our languages. Made while building, so that the bundle has a small table per language, fetched when the
// picker first opens, and the project has no generated file to keep true.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";

const PREFIX = "virtual:emoji/";
/** Newer emoji are left out: common fonts draw them as boxes. */
const VERSION_MAX = 15.1;
const require = createRequire(import.meta.url);

interface Group { slug: string; emojis: { emoji: string; name: string; skin_tone_support: boolean; emoji_version: string }[] }
interface Annotation { default?: string[]; tts?: string[] }
type Annotations = Record<string, Annotation>;

/** [characters, name, search words, takes skin tones] */
export type Row = [string, string, string, 0 | 1];
export type Table = { group: string; rows: Row[] }[];

export function emojiTable(language: string): Table {
  const groups = read<Group[]>("unicode-emoji-json/data-by-group.json");
  const words = read<{ annotations: { annotations: Annotations } }>(`cldr-annotations-modern/annotations/${language}/annotations.json`).annotations.annotations;
  return groups.map((group) => ({
    group: group.slug,
    rows: group.emojis.filter((one) => Number(one.emoji_version) <= VERSION_MAX).map((one): Row => {
      const { name, search } = namesOf(one.emoji, one.name, words, language);
      return [one.emoji, name, search, one.skin_tone_support ? 1 : 0];
    }),
  }));
}

function namesOf(emoji: string, english: string, words: Annotations, language: string): { name: string; search: string } {
  const found = annotationOf(emoji, words);
  if (found) return { name: found.tts?.[0] ?? english, search: (found.default ?? []).join(" ") };
  const region = regionOf(emoji);
  if (region !== undefined) return { name: new Intl.DisplayNames(language, { type: "region" }).of(region) ?? english, search: `${english} ${region}` };
  // A sequence without a name of its own, like a woman with red hair: the names of its parts.
  const parts = emoji.split("\u200d").map((part) => annotationOf(part, words)?.tts?.[0]);
  return { name: parts.length > 1 && parts.every((part) => part !== undefined) ? parts.join(", ") : english, search: english };
}

function annotationOf(emoji: string, words: Annotations): Annotation | undefined {
  return words[emoji] ?? words[emoji.replaceAll("\ufe0f", "")];
}

function regionOf(emoji: string): string | undefined {
  const letters = [...emoji].map((one) => one.codePointAt(0)! - 0x1f1e6);
  return letters.length === 2 && letters.every((one) => one >= 0 && one < 26) ? String.fromCharCode(...letters.map((one) => one + 65)) : undefined;
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(require.resolve(path), "utf8")) as T;
}

export function emoji(): Plugin {
  return {
    name: "pipit-emoji",
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load: (id) => (id.startsWith(`\0${PREFIX}`) ? `export default JSON.parse(${JSON.stringify(JSON.stringify(emojiTable(id.slice(PREFIX.length + 1))))});` : undefined),
  };
}
