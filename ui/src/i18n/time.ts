// Times and days as the person's system writes them. Times are milliseconds since 1970 (UTC); days are local.
// `now` comes in as an argument: a day's name changes at midnight, and callers decide when to look again.

import { t } from "./text";

/**
 * The system's own language and clock (24 h or 12 h). A system without a language (LANG=C) makes WebKit
 * name it "c", which is no language tag; then the engine's default serves.
 */
const LOCALE: string | undefined = usableLocale(globalThis.navigator?.language);

function usableLocale(tag: string | undefined): string | undefined {
  try {
    return tag === undefined ? undefined : Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

const clock = new Intl.DateTimeFormat(LOCALE, { timeStyle: "short" });
const weekdayShort = new Intl.DateTimeFormat(LOCALE, { weekday: "short" });
const weekdayLong = new Intl.DateTimeFormat(LOCALE, { weekday: "long" });
const dayMonth = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short" });
const dayMonthLong = new Intl.DateTimeFormat(LOCALE, { weekday: "long", day: "numeric", month: "long" });
const dayMonthYear = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "long", year: "numeric" });
const numericDate = new Intl.DateTimeFormat(LOCALE, { dateStyle: "short" });
const full = new Intl.DateTimeFormat(LOCALE, { dateStyle: "full", timeStyle: "short" });

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
  return clock.format(at);
}

/** What a day separator says. */
export function dayName(at: number, now: number): string {
  const days = daysAgo(at, now);
  if (days === 0) return t("conversation.today");
  if (days === 1) return t("conversation.yesterday");
  if (days > 1 && days < 7) return weekdayLong.format(at);
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (isThisYear ? dayMonthLong : dayMonthYear).format(at);
}

/** What a row of the chat list says: time today, then "Yesterday", a weekday, a date. */
export function rowTime(at: number, now: number): string {
  const days = daysAgo(at, now);
  if (days === 0) return timeOfDay(at);
  if (days === 1) return t("conversation.yesterday");
  if (days > 1 && days < 7) return weekdayShort.format(at);
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return (isThisYear ? dayMonth : numericDate).format(at);
}

/** Day and time in full, for tooltips. */
export function fullTime(at: number): string {
  return full.format(at);
}
