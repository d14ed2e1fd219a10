// Times to choose from, for messages that disappear. Pure.

import type { PlainKey } from "../../i18n/text";

/** Seconds: a day, a week, four weeks. */
export const CHOICES: readonly number[] = [86_400, 604_800, 2_419_200];
export type Unit = "minute" | "hour" | "day" | "week";
export const UNITS: readonly { unit: Unit; name: PlainKey; seconds: number }[] = [
  { unit: "minute", name: "timer.minutes", seconds: 60 },
  { unit: "hour", name: "timer.hours", seconds: 3_600 },
  { unit: "day", name: "timer.days", seconds: 86_400 },
  { unit: "week", name: "timer.weeks", seconds: 604_800 },
];
/** A year; longer is as good as never. */
const SECONDS_MAX = 365 * 86_400;

export function secondsOf(amount: number | null | undefined, unit: Unit): number | undefined {
  const seconds = Math.round(amount ?? 0) * UNITS.find((one) => one.unit === unit)!.seconds;
  return seconds > 0 && seconds <= SECONDS_MAX ? seconds : undefined;
}
