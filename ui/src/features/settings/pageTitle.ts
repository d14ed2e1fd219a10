// Titles of the pages, and what can be found on each.

import { t } from "../../i18n/text";
import type { Page } from "./SettingsController.svelte";

export function pageTitle(page: Page): string {
  switch (page) {
    case "profile": return t("settings.profile");
    case "devices": return t("settings.devices");
    case "privacy": return t("settings.privacy");
    case "notifications": return t("settings.notifications");
    case "appearance": return t("accountMenu.theme");
    case "blocked": return t("settings.blocked");
  }
}

export interface SettingEntry { page: Page; label: string }

/** Every setting by its label. */
export function settingEntries(): SettingEntry[] {
  const on = (page: Page, ...labels: string[]): SettingEntry[] => labels.map((label) => ({ page, label }));
  return [
    ...on("profile", t("settings.profile"), t("picture.change"), t("settings.name"), t("settings.about"), t("onboarding.account.username")),
    ...on("devices", t("settings.devices"), t("linking.title"), t("devices.name"), t("devices.signOut"), t("devices.signOutOthers"), t("twoStep.title"), t("password.title")),
    ...on("privacy", t("settings.privacy"), t("settings.lastSeen"), t("settings.online"), t("settings.readReceipts"), t("settings.typing"), t("settings.strangers")),
    ...on("blocked", t("settings.blocked")),
    ...on("notifications", t("settings.notifications"), t("settings.show"), t("settings.sound")),
    ...on("appearance", t("accountMenu.theme"), t("accountMenu.themeDark"), t("accountMenu.themeLight"), t("settings.language"), t("settings.textSize"), t("settings.density")),
  ];
}
