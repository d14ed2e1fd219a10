// Where the list of messages stands: opens where it should, follows the end, holds still otherwise, fetches what
// comes near, and says what can be seen. The list itself is virtua's; sizes change below this all the time.

import { tick } from "svelte";
import type { Place } from "./ScrollMemory";
import { dayAbove, FETCH_ROWS, followsEnd, sightOf, type ListMeasures } from "./scrollMath";
import type { TimelineController } from "./TimelineController.svelte";

/** What is needed of virtua's handle. */
export interface List extends ListMeasures {
  scrollToIndex(index: number, options: { align: "start" | "center" | "end" | "nearest"; offset?: number }): void;
}

/** A hidden window draws no frames: then this many milliseconds stand for two. */
const FRAMES_MS = 100;

/** A row that isn't in the page after so many frames was taken away meanwhile. */
const TURNS_MAX = 10;

/** One to measure, one to stand there. */
async function twoFrames(): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, FRAMES_MS);
    requestAnimationFrame(() => requestAnimationFrame(() => { clearTimeout(timer); resolve(); }));
  });
}

export class FeedScroll {
  /** The list stands where it should begin; before that it isn't shown. */
  isPlaced = $state(false);
  /** A time of the topmost message's day, while no day's own line says it. */
  floatingDay = $state<number>();
  isScrolling = $state(false);
  #offsetBefore = 0;

  constructor(
    private readonly timeline: TimelineController,
    /** Gone while the list is taken down; its last callbacks still come. */
    private readonly list: () => List | null | undefined,
    private readonly viewLength: () => number,
    private readonly onPlace: (place: Place | undefined) => void,
  ) {}

  toEnd(): void {
    this.list()?.scrollToIndex(this.timeline.rows.length - 1, { align: "end" });
  }

  indexOf(messageId: string | undefined): number {
    return this.timeline.rows.findIndex((row) => row.message.messageId === messageId);
  }

  /** Goes to where this window of messages begins. Resolves when it stands there. */
  async place(): Promise<void> {
    const { start, divider } = this.timeline;
    const id = start.at === "divider" ? divider?.before : start.at === "place" ? start.place.messageId : start.at === "message" ? start.messageId : undefined;
    const at = this.indexOf(id);
    const list = this.list();
    if (start.at === "end" || at < 0) this.toEnd();
    else if (start.at === "message") list?.scrollToIndex(at, { align: "center" });
    else list?.scrollToIndex(at, { align: "start", offset: start.at === "place" ? start.place.offset : -this.viewLength() / 3 });
    await twoFrames();
    this.isPlaced = true;
    this.look();
  }

  /** Brings a row into the window and waits until it is in the page. */
  async reach(at: number, align: "center" | "nearest", isThere: () => boolean): Promise<void> {
    this.list()?.scrollToIndex(at, { align });
    await tick();
    for (let turn = 0; turn < TURNS_MAX && !isThere(); turn++) await twoFrames();
  }

  /** New rows at the end are followed. */
  follow(): void {
    if (this.isPlaced && this.timeline.isAtEnd && !this.timeline.isShifting) this.toEnd();
  }

  /** After sizes changed: stay at the end when there, and see what can be seen now. */
  settle(): void {
    if (!this.isPlaced || this.timeline.rows.length === 0) return;
    if (this.timeline.isAtEnd) this.toEnd();
    this.look();
  }

  look(): void {
    const list = this.list();
    const { timeline } = this;
    const { rows } = timeline;
    if (!list || !this.isPlaced || rows.length === 0) return;
    const sight = sightOf(list);
    timeline.isAtEnd = !timeline.hasNewer && followsEnd(timeline.isAtEnd, sight, this.#offsetBefore);
    this.#offsetBefore = sight.offset;
    if (timeline.isAtEnd) timeline.newBelow = 0;
    if (sight.top < FETCH_ROWS && timeline.older === "idle") void timeline.loadOlder();
    if (sight.bottom > rows.length - FETCH_ROWS && timeline.newer === "idle") void timeline.loadNewer();
    timeline.saw(sight.bottom);
    this.floatingDay = dayAbove(rows, sight);
    const top = rows[sight.top];
    this.onPlace(timeline.isAtEnd || !top ? undefined : { messageId: top.message.messageId, offset: Math.round(sight.topHidden) });
  }
}
