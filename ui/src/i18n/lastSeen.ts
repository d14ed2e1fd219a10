// When somebody was last here, as exact as it is worth.

import { t } from "./text";
import { daysAgo, rowTime, timeOfDay } from "./time";

export function lastSeenText(at: number, now: number): string {
  const days = daysAgo(at, now);
  if (days === 0) return t("presence.seenToday", { time: timeOfDay(at) });
  if (days === 1) return t("presence.seenYesterday", { time: timeOfDay(at) });
  return t("presence.seen", { time: rowTime(at, now) });
}
