// What a scroll position means: how far from the end, which rows can be seen. Pure, over the virtual list's numbers.

import type { TimelineRow } from "./rows";

/** Pixels from the end within which new messages are followed. */
export const FOLLOW_PX = 80;
/** Rows from an end of the window at which the next page is fetched. */
export const FETCH_ROWS = 15;

/** Pixels that a day's own line takes at the top of its row. */
const DAY_LINE_PX = 36;

/** The part of virtua's handle that is needed here. */
export interface ListMeasures {
  getScrollOffset(): number;
  getScrollSize(): number;
  getViewportSize(): number;
  findItemIndex(offset: number): number;
  getItemOffset(index: number): number;
}

export interface Sight {
  /** First and last row that can be seen. */
  top: number;
  bottom: number;
  /** Pixels of the top row that are above the edge. */
  topHidden: number;
  isNearEnd: boolean;
  offset: number;
}

export function sightOf(list: ListMeasures): Sight {
  const offset = list.getScrollOffset();
  const view = list.getViewportSize();
  const top = list.findItemIndex(offset);
  return {
    offset, top, topHidden: offset - list.getItemOffset(top),
    // A row counts as seen when more than its edge shows.
    bottom: list.findItemIndex(Math.max(0, offset + view - 12)),
    isNearEnd: list.getScrollSize() - offset - view <= FOLLOW_PX,
  };
}

/** New messages are followed from near the end until somebody scrolls up. Growth alone doesn't stop it. */
export function followsEnd(wasFollowing: boolean, sight: Sight, offsetBefore: number): boolean {
  if (sight.isNearEnd) return true;
  return wasFollowing && sight.offset >= offsetBefore;
}

/** A time of the top row's day, when no day's own line stands near: what a floating label may say. */
export function dayAbove(rows: readonly TimelineRow[], sight: Sight): number | undefined {
  const row = rows[sight.top];
  if (!row || (row.startsDay && sight.topHidden < DAY_LINE_PX) || rows[sight.top + 1]?.startsDay) return undefined;
  return row.message.sentAt;
}
