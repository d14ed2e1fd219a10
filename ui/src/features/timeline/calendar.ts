// Days of a month in weeks, and where keys lead among them. Days are local midnights in ms. Pure.

import { firstWeekday } from "../../i18n/calendar";

/** The month of `at`: rows of seven, with holes before the first and after the last day. */
export function daysOfMonth(at: number, first = firstWeekday()): (number | undefined)[][] {
  const year = new Date(at).getFullYear();
  const month = new Date(at).getMonth();
  const length = new Date(year, month + 1, 0).getDate();
  const before = (new Date(year, month, 1).getDay() - first + 7) % 7;
  const cells = Array.from({ length: Math.ceil((before + length) / 7) * 7 }, (_, cell) => {
    const day = cell - before + 1;
    return day < 1 || day > length ? undefined : new Date(year, month, day).getTime();
  });
  return Array.from({ length: cells.length / 7 }, (_, row) => cells.slice(row * 7, row * 7 + 7));
}

/** The day that a key leads to; undefined when it means nothing here. */
export function moved(at: number, key: string, isRightToLeft: boolean): number | undefined {
  const date = new Date(at);
  const side = isRightToLeft ? -1 : 1;
  const days: Record<string, number> = { ArrowLeft: -side, ArrowRight: side, ArrowUp: -7, ArrowDown: 7 };
  const step = days[key];
  if (step !== undefined) return new Date(date.getFullYear(), date.getMonth(), date.getDate() + step).getTime();
  const months: Record<string, number> = { PageUp: -1, PageDown: 1 };
  const by = months[key];
  if (by !== undefined) {
    const length = new Date(date.getFullYear(), date.getMonth() + by + 1, 0).getDate();
    return new Date(date.getFullYear(), date.getMonth() + by, Math.min(date.getDate(), length)).getTime();
  }
  if (key === "Home") return new Date(date.getFullYear(), date.getMonth(), 1).getTime();
  return key === "End" ? new Date(date.getFullYear(), date.getMonth() + 1, 0).getTime() : undefined;
}
