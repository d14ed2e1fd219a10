// Where a popup goes so that it stays in the window. Physical pixels: the answer to how it reads is an argument.

export interface Spot { x: number; y: number }
interface Box { left: number; right: number; top: number; bottom: number }
interface Size { width: number; height: number }

/** Between the popup and the edge of the window. */
const MARGIN = 8;
/** Between the popup and what opened it. */
const GAP = 4;

/** Its left upper corner: below the anchor when there is room, else above; aligned at the side where reading starts. */
export function menuPlace(anchor: Box, menu: Size, window: Size, isRightToLeft: boolean): Spot {
  const wanted = isRightToLeft ? anchor.right - menu.width : anchor.left;
  const x = Math.min(Math.max(wanted, MARGIN), Math.max(MARGIN, window.width - menu.width - MARGIN));
  const below = anchor.bottom + GAP;
  const above = anchor.top - GAP - menu.height;
  const fitsBelow = below + menu.height + MARGIN <= window.height;
  const y = fitsBelow ? below : above >= MARGIN ? above : Math.max(MARGIN, window.height - menu.height - MARGIN);
  return { x, y };
}
