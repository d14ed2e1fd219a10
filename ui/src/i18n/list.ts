// Names and the like one after another, joined as the language does.

import { language } from "./Language.svelte";

/** "Ines, Oskar and Jun" */
export function listOf(parts: readonly string[]): string {
  return new Intl.ListFormat(language.tag, { style: "long", type: "conjunction" }).format(parts);
}
