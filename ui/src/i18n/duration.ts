// Spans of time in the person's language: "1 week", "5 minutes".

import { language } from "./Language.svelte";
import { localeOf } from "./time";

const UNITS = [["week", 604_800], ["day", 86_400], ["hour", 3_600], ["minute", 60]] as const;

/** In the largest unit that measures it whole. */
export function duration(seconds: number): string {
  const [unit, length] = UNITS.find(([, one]) => seconds >= one && seconds % one === 0) ?? ["second", 1];
  const locale = localeOf(language.tag, globalThis.navigator?.languages ?? []);
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(seconds / length);
}
