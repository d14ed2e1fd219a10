import { describe, expect, it } from "vitest";
import { secondsOf } from "./times";

describe("times to choose", () => {
  it("are seconds within a year", () => {
    expect(secondsOf(5, "minute")).toBe(300);
    expect(secondsOf(2, "week")).toBe(1_209_600);
    for (const amount of [0, -1, Number.NaN, null, 999]) expect(secondsOf(amount, "week")).toBeUndefined();
  });
});
