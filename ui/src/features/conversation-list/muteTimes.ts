// For how long a chat can be muted.

import { t } from "../../i18n/text";
import { timeOfDay } from "../../i18n/time";

const HOUR_MS = 3_600_000;
/** When a morning begins, for "until tomorrow". */
const MORNING_HOUR = 8;

export interface MuteTime {
  label: string;
  /** When it ends, ms since 1970; undefined: when it is turned off. */
  until: number | undefined;
}

export function muteTimes(now: number): MuteTime[] {
  const morning = new Date(now);
  morning.setDate(morning.getDate() + 1);
  morning.setHours(MORNING_HOUR, 0, 0, 0);
  return [
    { label: t("mute.hours", { count: 1 }), until: now + HOUR_MS },
    { label: t("mute.hours", { count: 8 }), until: now + 8 * HOUR_MS },
    { label: t("mute.tomorrow", { time: timeOfDay(morning.getTime()) }), until: morning.getTime() },
    { label: t("mute.week"), until: now + 7 * 24 * HOUR_MS },
    { label: t("mute.forever"), until: undefined },
  ];
}
