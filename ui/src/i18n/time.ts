// Times and days in the screen's language, by the clock (24 h or 12 h) of the system. Times are milliseconds since 1970 (UTC); days are local.
// `now` comes in as an argument: a day's name changes at midnight, and callers decide when to look again.

import { language, type LanguageTag } from "./Language.svelte";
import { t } from "./text";

interface Formats {
  clock: Intl.DateTimeFormat;
  weekdayShort: Intl.DateTimeFormat;
  weekdayLong: Intl.DateTimeFormat;
  dayMonth: Intl.DateTimeFormat;
  dayMonthLong: Intl.DateTimeFormat;
  dayMonthYear: Intl.DateTimeFormat;
  numericDate: Intl.DateTimeFormat;
  full: Intl.DateTimeFormat;
}

/** Making formats is slow; there are as many as languages were used. */
const made = new Map<LanguageTag, Formats>();

function formats(): Formats {
  const tag = language.tag;
  const known = made.get(tag);
  if (known) return known;
  const locale = localeOf(tag, globalThis.navigator?.languages ?? []);
  const hourCycle = new Intl.DateTimeFormat(localeOf(undefined, globalThis.navigator?.languages ?? []), { hour: "numeric" }).resolvedOptions().hourCycle;
  const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => new Intl.DateTimeFormat(locale, options);
  const one: Formats = {
    clock: format({ timeStyle: "short", hourCycle }),
    weekdayShort: format({ weekday: "short" }),
    weekdayLong: format({ weekday: "long" }),
    dayMonth: format({ day: "numeric", month: "short" }),
    dayMonthLong: format({ weekday: "long", day: "numeric", month: "long" }),
    dayMonthYear: format({ day: "numeric", month: "long", year: "numeric" }),
    numericDate: format({ dateStyle: "short" }),
    full: format({ dateStyle: "full", timeStyle: "short", hourCycle }),
  };
  made.set(tag, one);
  return one;
}

/**
 * The system's own variant of a language ("en-GB") when it has one, else the language; without a language, what
 * the system uses. A system without any (LANG=C) makes WebKit name it "c", which is no language tag.
 */
export function localeOf(tag: LanguageTag | undefined, systems: readonly string[]): string | undefined {
  const usable = systems.map(canonical).filter((one) => one !== undefined);
  if (tag === undefined) return usable[0];
  const locale = usable.find((one) => one.split("-")[0] === tag) ?? tag;
  // Times stand beside counts, and both are written alike.
  return tag === "ar" && !locale.includes("-u-") ? `${locale}-u-nu-arab` : locale;
}

function canonical(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

/** Local midnight that begins the day of `at`. */
export function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

export function isSameDay(a: number, b: number): boolean {
  return startOfDay(a) === startOfDay(b);
}

/** Whole local days from the day of `at` to the day of `now`; negative for the future. */
export function daysAgo(at: number, now: number): number {
  // Days are 23 to 25 hours long around clock changes: rounding hides that.
  return Math.round((startOfDay(now) - startOfDay(at)) / 86_400_000);
}

/** "10:47" */
export function timeOfDay(at: number): string {
  return formats().clock.format(at);
}

/** What a day separator says. */
export function dayName(at: number, now: number): string {
  const days = daysAgo(at, now);
  if (days === 0) return t("conversation.today");
  if (days === 1) return t("conversation.yesterday");
  if (days > 1 && days < 7) return formats().weekdayLong.format(at);
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (isThisYear ? formats().dayMonthLong : formats().dayMonthYear).format(at);
}

/** What a row of the chat list says: time today, then "Yesterday", a weekday, a date. */
export function rowTime(at: number, now: number): string {
  const days = daysAgo(at, now);
  if (days === 0) return timeOfDay(at);
  if (days === 1) return t("conversation.yesterday");
  if (days > 1 && days < 7) return formats().weekdayShort.format(at);
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (isThisYear ? formats().dayMonth : formats().numericDate).format(at);
}

/** Day and time in full, for tooltips. */
export function fullTime(at: number): string {
  return formats().full.format(at);
}
