// What an alarm says: what was found, and what it may mean.

import type { AlarmView } from "../backend/generated/api";
import { t } from "./text";

export function alarmText(alarm: AlarmView): { what: string; why: string } {
  const { name } = alarm;
  switch (alarm.kind) {
    case "device": return { what: t("alarm.device", { name }), why: t("alarm.deviceWhy") };
    case "keys": return { what: t("alarm.keys", { name }), why: t("alarm.keysWhy") };
    case "name": return { what: t("alarm.name", { name }), why: t("alarm.nameWhy") };
    case "change": return { what: t("alarm.change"), why: t("alarm.changeWhy") };
  }
}
