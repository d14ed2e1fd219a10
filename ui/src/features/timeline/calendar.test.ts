import { describe, expect, it } from "vitest";
import { daysOfMonth, moved } from "./calendar";

const day = (text: string): number => new Date(`${text}T00:00`).getTime();
const name = (at: number | undefined): string => (at === undefined ? "" : new Date(at).toLocaleDateString("sv"));

describe("a month", () => {
  it("begins below its weekday and has all its days", () => {
    const weeks = daysOfMonth(day("2026-02-17"), 1);
    expect(weeks).toHaveLength(5);
    expect(weeks[0]!.map(name)).toEqual(["", "", "", "", "", "", "2026-02-01"]);
    expect(weeks.flat().filter((one) => one !== undefined)).toHaveLength(28);
    expect(daysOfMonth(day("2026-02-17"), 0)[0]!.map(name)[0]).toBe("2026-02-01");
  });

  it("is walked by keys, over clock changes and into shorter months", () => {
    const from = day("2026-03-31");
    const to = (key: string, isRightToLeft = false): string => name(moved(from, key, isRightToLeft));
    expect([to("ArrowLeft"), to("ArrowRight"), to("ArrowUp"), to("ArrowDown")]).toEqual(["2026-03-30", "2026-04-01", "2026-03-24", "2026-04-07"]);
    expect(to("ArrowLeft", true)).toBe("2026-04-01");
    expect([to("PageUp"), to("PageDown"), to("Home"), to("End")]).toEqual(["2026-02-28", "2026-04-30", "2026-03-01", "2026-03-31"]);
    expect(moved(from, "x", false)).toBeUndefined();
  });
});
