// Names of months and days for a calendar, and where a week begins, as the language and the system have them.

import { language } from "./Language.svelte";
import { localeOf } from "./time";

const locale = (): string | undefined => localeOf(language.tag, globalThis.navigator?.languages ?? []);

export function monthName(at: number): string {
  return new Intl.DateTimeFormat(locale(), { month: "long", year: "numeric" }).format(at);
}

export function fullDay(at: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "full" }).format(at);
}

export function dayNumber(at: number): string {
  return new Intl.NumberFormat(locale()).format(new Date(at).getDate());
}

interface WeekInfo { firstDay: number }
type LocaleWithWeeks = Intl.Locale & { getWeekInfo?: () => WeekInfo; weekInfo?: WeekInfo };

/** 0 is Sunday. Monday where the engine doesn't know. */
export function firstWeekday(): number {
  const one = new Intl.Locale(locale() ?? "en") as LocaleWithWeeks;
  return ((one.getWeekInfo?.() ?? one.weekInfo)?.firstDay ?? 1) % 7;
}

/** In the order of the week. */
export function weekdayLetters(): string[] {
  const format = new Intl.DateTimeFormat(locale(), { weekday: "narrow" });
  // 7 January 2024 was a Sunday.
  return Array.from({ length: 7 }, (_, at) => format.format(new Date(2024, 0, 7 + firstWeekday() + at)));
}
