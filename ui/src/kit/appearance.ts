// How large messages are and how close rows stand; remembered on this computer.

export type Density = "comfortable" | "compact";
export interface Appearance {
  density: Density;
  /** Of messages, in pixels. */
  textSize: number;
}

export const TEXT_SIZE_MIN = 12;
export const TEXT_SIZE_MAX = 20;
export const TEXT_SIZE_DEFAULT = 14;
const KEY = "pipit.appearance";

export function savedAppearance(storage: Pick<Storage, "getItem">): Appearance {
  const [density, size] = (storage.getItem(KEY) ?? "").split(" ");
  const textSize = Math.round(Number(size));
  return {
    density: density === "compact" ? "compact" : "comfortable",
    textSize: textSize >= TEXT_SIZE_MIN && textSize <= TEXT_SIZE_MAX ? textSize : TEXT_SIZE_DEFAULT,
  };
}

/** Sets it now and for later. */
export function applyAppearance({ density, textSize }: Appearance, root: HTMLElement, storage: Pick<Storage, "setItem">): void {
  showAppearance({ density, textSize }, root);
  storage.setItem(KEY, `${density} ${textSize}`);
}

export function showAppearance({ density, textSize }: Appearance, root: HTMLElement): void {
  if (density === "compact") root.dataset.density = density;
  else delete root.dataset.density;
  if (textSize === TEXT_SIZE_DEFAULT) root.style.removeProperty("--text-message");
  else root.style.setProperty("--text-message", `${textSize}px`);
}
