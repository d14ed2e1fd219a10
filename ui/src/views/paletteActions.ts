// What the palette can do, with the shortcuts of the main screen beside it.

import Archive from "@lucide/svelte/icons/archive";
import Bell from "@lucide/svelte/icons/bell";
import BellOff from "@lucide/svelte/icons/bell-off";
import Bookmark from "@lucide/svelte/icons/bookmark";
import Keyboard from "@lucide/svelte/icons/keyboard";
import Link from "@lucide/svelte/icons/link";
import Mail from "@lucide/svelte/icons/mail";
import PanelRight from "@lucide/svelte/icons/panel-right";
import Pin from "@lucide/svelte/icons/pin";
import Search from "@lucide/svelte/icons/search";
import Settings from "@lucide/svelte/icons/settings";
import SquarePen from "@lucide/svelte/icons/square-pen";
import TextSearch from "@lucide/svelte/icons/text-search";
import Users from "@lucide/svelte/icons/users";
import type { ConversationListController } from "../features/conversation-list/ConversationListController.svelte";
import { isUnread } from "../features/conversation-list/ConversationListController.svelte";
import type { PaletteAction } from "../features/palette/PaletteController.svelte";
import { settingEntries } from "../features/settings/pageTitle";
import { keyCaps } from "../i18n/shortcutText";
import { t } from "../i18n/text";
import type { MainController } from "./MainController.svelte";
import { pinnedShortcut, shown } from "./shortcuts";

export function paletteActions(main: MainController): PaletteAction[] {
  return [...chatActions(main), ...appActions(main), ...settingsActions(main)];
}

/** The caps that open a pinned chat; none for others. */
export function pinnedCaps(list: ConversationListController, conversationId: string): readonly string[] {
  const at = list.pinned.findIndex((one) => one.conversationId === conversationId);
  return at >= 0 && at < 9 ? keyCaps(pinnedShortcut(at)) : [];
}

function chatActions(main: MainController): PaletteAction[] {
  const chat = main.list.selected;
  if (!chat) return [];
  const { sides } = main;
  const group = "chat" as const;
  return [
    { id: "find", group, label: t("find.label"), icon: TextSearch, caps: shown("find").caps, run: () => sides.openFind() },
    { id: "info", group, label: t("shortcuts.info"), icon: PanelRight, caps: shown("info").caps, run: () => sides.toggleInfo() },
    { id: "mute", group, label: chat.isMuted ? t("list.unmute") : t("list.muteFor"), icon: chat.isMuted ? Bell : BellOff, caps: shown("mute").caps, run: () => sides.mute(chat) },
    { id: "pin", group, label: chat.isPinned ? t("list.unpin") : t("list.pin"), icon: Pin, caps: shown("pin").caps, run: () => sides.actions.pin(chat) },
    { id: "archive", group, label: chat.isArchived ? t("list.unarchive") : t("list.archive"), icon: Archive, caps: shown("archive").caps, run: () => sides.actions.archive(chat) },
    { id: "unread", group, label: isUnread(chat) ? t("list.markRead") : t("list.markUnread"), icon: Mail, caps: shown("unread").caps, run: () => sides.actions.toggleUnread(chat) },
  ];
}

function appActions(main: MainController): PaletteAction[] {
  const group = "app" as const;
  return [
    { id: "newChat", group, label: t("list.newChat"), icon: SquarePen, caps: shown("newChat").caps, run: () => main.startNewConversation() },
    ...groupActions(main),
    { id: "search", group, label: t("shortcuts.searchAll"), icon: Search, caps: shown("searchAll").caps, run: () => main.searchAll() },
    { id: "nextUnread", group, label: t("shortcuts.nextUnread"), icon: Mail, caps: shown("nextUnread").caps, run: () => main.go(main.list.unreadNeighbour(1)) },
    { id: "archiveList", group, label: t("accountMenu.archived"), icon: Archive, run: () => main.list.goTo("archive") },
    { id: "activity", group, label: t("activity.title"), icon: Bell, run: () => main.openActivity() },
    { id: "copyLink", group, label: t("empty.copyLink"), icon: Link, run: () => void main.copyOwnLink() },
    { id: "saved", group, label: t("saved.title"), icon: Bookmark, run: () => main.sides.openSaved() },
    { id: "settings", group, label: t("settings.title"), icon: Settings, caps: shown("settings").caps, run: () => main.sides.openSettings() },
    { id: "shortcuts", group, label: t("shortcuts.title"), icon: Keyboard, caps: shown("shortcuts").caps, run: () => main.showShortcuts() },
  ];
}

function groupActions(main: MainController): PaletteAction[] {
  const group = "app" as const;
  return [
    { id: "newGroup", group, label: t("group.new"), icon: Users, run: () => main.startGroup() },
    { id: "join", group, label: t("join.title"), icon: Link, run: () => main.startJoin() },
  ];
}

function settingsActions(main: MainController): PaletteAction[] {
  return settingEntries().map(({ page, label }) => ({ id: `setting-${page}-${label}`, group: "settings" as const, label, icon: Settings, run: () => main.sides.openSettings(page) }));
}
