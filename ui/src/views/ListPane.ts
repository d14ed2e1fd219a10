// How wide the list of chats is: dragged, snapped to a rail of avatars, remembered on this computer.

/** Pixels; the same as in tokens.css, which can't be read while dragging without a reflow. */
export const LIST_MIN = 248;
export const LIST_MAX = 420;
export const LIST_DEFAULT = 320;
export const LIST_RAIL = 76;
/** Below this, the list becomes the rail. */
const SNAP = 200;
const KEY = "pipit.listWidth";

export function snappedWidth(width: number): number {
  if (width < SNAP) return LIST_RAIL;
  return Math.min(Math.max(Math.round(width), LIST_MIN), LIST_MAX);
}

/** The next width for a step of the keyboard: the gap between rail and list is jumped. */
export function steppedWidth(from: number, to: number): number {
  if (from === LIST_RAIL && to > from) return LIST_MIN;
  if (from === LIST_MIN && to < from) return LIST_RAIL;
  return snappedWidth(to);
}

export function savedWidth(storage: Pick<Storage, "getItem">): number {
  const saved = Number(storage.getItem(KEY));
  return saved > 0 ? snappedWidth(saved) : LIST_DEFAULT;
}

export function saveWidth(storage: Pick<Storage, "setItem">, width: number): void {
  storage.setItem(KEY, String(width));
}
