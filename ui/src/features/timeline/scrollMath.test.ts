import { describe, expect, it } from "vitest";
import { message } from "../../../tests/MemoryBackend";
import { rowsOf } from "./rows";
import { dayAbove, followsEnd, sightOf, type ListMeasures, type Sight } from "./scrollMath";

/** A list of rows of 50 px in a view of 400. */
const list = (offset: number, rows = 100): ListMeasures => ({
  getScrollOffset: () => offset,
  getScrollSize: () => rows * 50,
  getViewportSize: () => 400,
  findItemIndex: (at) => Math.min(rows - 1, Math.max(0, Math.floor(at / 50))),
  getItemOffset: (index) => index * 50,
});
const at = (over: Partial<Sight>): Sight => ({ top: 0, bottom: 0, topHidden: 0, isNearEnd: false, offset: 0, ...over });

describe("sight", () => {
  it("tells the rows that can be seen, and how much of the first is hidden", () => {
    expect(sightOf(list(1_020))).toMatchObject({ top: 20, bottom: 28, topHidden: 20 });
  });

  it("doesn't count a row of which only the edge shows", () => {
    expect(sightOf(list(1_005)).bottom).toBe(27);
  });

  it("is near the end within 80 px", () => {
    expect(sightOf(list(4_600 - 80)).isNearEnd).toBe(true);
    expect(sightOf(list(4_600 - 81)).isNearEnd).toBe(false);
  });
});

describe("following the end", () => {
  it("begins near the end", () => expect(followsEnd(false, at({ isNearEnd: true }), 0)).toBe(true));
  it("goes on when the list grew and nobody scrolled up", () => expect(followsEnd(true, at({ offset: 500 }), 500)).toBe(true));
  it("ends when somebody scrolls up", () => expect(followsEnd(true, at({ offset: 400 }), 500)).toBe(false));
  it("doesn't begin by itself", () => expect(followsEnd(false, at({ offset: 600 }), 500)).toBe(false));
});

describe("the floating day", () => {
  const noon = new Date("2026-03-12T12:00:00").getTime();
  const rows = rowsOf([message("m1", { sentAt: noon }), message("m2", { sentAt: noon + 1 }), message("m3", { sentAt: noon + 86_400_000 })], undefined);

  it("is that of the top row", () => expect(dayAbove(rows, at({ top: 0, topHidden: 40 }))).toBe(noon));
  it("gives way to a day's own line", () => {
    expect(dayAbove(rows, at({ top: 0, topHidden: 10 }))).toBeUndefined();
    expect(dayAbove(rows, at({ top: 1 }))).toBeUndefined();
  });
});
