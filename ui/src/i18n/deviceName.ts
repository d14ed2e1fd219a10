// What this device is called before its person gives it a name.

import { t } from "./text";

const SYSTEMS: readonly [RegExp, string][] = [[/Windows/u, "Windows"], [/Mac OS/u, "macOS"], [/Linux/u, "Linux"]];

export function deviceName(): string {
  const system = SYSTEMS.find(([pattern]) => pattern.test(navigator.userAgent))?.[1];
  return system === undefined ? t("linking.aComputer") : t("linking.computer", { system });
}
