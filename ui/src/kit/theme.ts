// Light, dark, or whatever the system says; remembered on this computer.

export type Theme = "system" | "light" | "dark";

const KEY = "pipit.theme";

export function savedTheme(storage: Pick<Storage, "getItem">): Theme {
  const saved = storage.getItem(KEY);
  return saved === "light" || saved === "dark" ? saved : "system";
}

/** Sets it now and for later. Nothing fades while colours change. */
export function applyTheme(theme: Theme, root: HTMLElement, storage: Pick<Storage, "setItem" | "removeItem">): void {
  root.dataset.switching = "";
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  if (theme === "system") storage.removeItem(KEY);
  else storage.setItem(KEY, theme);
  requestAnimationFrame(() => requestAnimationFrame(() => delete root.dataset.switching));
}
