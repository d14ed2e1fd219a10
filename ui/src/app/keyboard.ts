// Keys that work wherever focus is: shortcuts, panes, and typing that finds its way to the composer.

import { isTyping, matches } from "../kit/keys";
import type { MainController } from "../views/MainController.svelte";
import { pinnedShortcut, shortcuts, type Action } from "../views/shortcuts";

/** Returns whether the key was used. */
export function handleKey(event: KeyboardEvent, main: MainController, isNarrow: boolean): boolean {
  const action = (Object.keys(shortcuts) as Action[]).find((name) => matches(event, shortcuts[name].shortcut));
  // What was typed is undone by its field; an empty field has nothing to undo.
  if (action === "undo") return !hasText(event) && main.toasts.undoLast();
  if (action) return perform(action, main, isNarrow);
  if (main.hasDialog) return false;
  if (main.sides.settings) return event.key === "Escape" && pressSettingsBack(main);
  const pinned = main.list.pinned.findIndex((_, at) => matches(event, pinnedShortcut(at)));
  if (pinned >= 0) {
    main.go(main.list.pinned[pinned]!.conversationId);
    return true;
  }
  if (event.key === "Escape") return closeLayer(main, isNarrow);
  if (isTyping(event) && main.timeline && !takesText(event)) {
    // Focus moves before the character is written, so it is written there.
    document.querySelector<HTMLElement>("[data-composer]")?.focus();
  }
  return false;
}

/** What works while settings stand in place of the chats. */
const WITH_SETTINGS: readonly Action[] = ["shortcuts", "nextPane", "previousPane"];

function pressSettingsBack(main: MainController): boolean {
  main.sides.closeSettings();
  return true;
}

function perform(action: Exclude<Action, "undo">, main: MainController, isNarrow: boolean): boolean {
  if (main.sides.settings && !WITH_SETTINGS.includes(action)) return action === "back" && pressSettingsBack(main);
  const opensOver = action === "newChat" || action === "shortcuts" || action === "palette";
  if (main.hasDialog && !opensOver) return false;
  switch (action) {
    case "palette": main.openPalette(); return true;
    case "newChat": main.startNewConversation(); return true;
    case "searchAll": main.searchAll(); return true;
    case "find": main.sides.openFind(); return true;
    case "info": main.sides.toggleInfo(); return true;
    case "settings": main.sides.openSettings(); return true;
    case "shortcuts": main.showShortcuts(); return true;
    case "nextChat": main.go(main.list.neighbour(1)); return true;
    case "previousChat": main.go(main.list.neighbour(-1)); return true;
    case "nextUnread": main.go(main.list.unreadNeighbour(1)); return true;
    case "previousUnread": main.go(main.list.unreadNeighbour(-1)); return true;
    case "lastChat": main.go(main.list.lastUsed()); return true;
    case "mute": case "archive": case "pin": case "unread": return main.act(action);
    case "nextPane": cyclePane(1); return true;
    case "previousPane": cyclePane(-1); return true;
    case "back": return isNarrow && main.timeline !== undefined && pressBack();
  }
}

/** Escape closes one layer at a time; what lies above these closes by itself. */
function closeLayer(main: MainController, isNarrow: boolean): boolean {
  if (main.sides.find) {
    main.sides.closeFind();
    main.composer.focus();
    return true;
  }
  if (main.sides.info) {
    main.sides.closeInfo();
    main.composer.focus();
    return true;
  }
  if (main.list.place !== "chats" && !main.timeline) {
    main.list.goTo("chats");
    return true;
  }
  return isNarrow && main.timeline !== undefined && pressBack();
}

/** The header's Back knows where focus goes. */
function pressBack(): boolean {
  document.querySelector<HTMLElement>('[data-pane="header"] [data-pane-target]')?.click();
  return true;
}

function hasText(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement;
  return (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) && target.value !== "";
}

function takesText(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement;
  if (target.closest('input, textarea, select, [contenteditable], [role="menu"], dialog')) return true;
  // Space presses buttons and follows links.
  return event.key === " " && target.closest("button, a, [role='radio']") !== null;
}

const PANE_TARGETS = '[data-pane-target], [data-conversation][tabindex="0"], [data-result], [data-message][tabindex="0"]';

/** Moves focus to the next pane that can take it: list, header, messages, composer, panel. */
export function cyclePane(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>("[data-pane]")].filter((pane) => paneTarget(pane) !== undefined);
  if (panes.length === 0) return;
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const start = at < 0 && step < 0 ? 0 : at;
  const next = panes[(start + step + panes.length) % panes.length]!;
  paneTarget(next)?.focus();
}

function paneTarget(pane: HTMLElement): HTMLElement | undefined {
  if (pane.inert) return undefined;
  return pane.querySelector<HTMLElement>(PANE_TARGETS) ?? pane.querySelector<HTMLElement>("button:not([tabindex='-1']):not(:disabled)") ?? undefined;
}
