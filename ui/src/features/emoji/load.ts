// Fetches the table of a language, once.

import type { LanguageTag } from "../../i18n/Language.svelte";
import type { EmojiGroup } from "./emoji";

const tables = {
  en: () => import("virtual:emoji/en"),
  de: () => import("virtual:emoji/de"),
  ar: () => import("virtual:emoji/ar"),
} as const;

const loaded = new Map<LanguageTag, EmojiGroup[]>();

export async function loadEmoji(tag: LanguageTag): Promise<EmojiGroup[]> {
  const known = loaded.get(tag);
  if (known) return known;
  const { default: table } = await tables[tag]();
  const groups = table.map(({ group, rows }) => ({
    group, emoji: rows.map(([text, name, words, hasTones]) => ({ text, name, words, hasTones: hasTones === 1 })),
  }));
  loaded.set(tag, groups);
  return groups;
}
