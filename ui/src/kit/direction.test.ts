import { expect, it } from "vitest";
import { directionOf } from "./direction";

it("a text goes the way of its first letter", () => {
  expect(["See you", "  12: أراك عند", "**שלום** and more", "Tarn Hut أم", "ليلى", "10:47", "☕"].map(directionOf)).toEqual(["ltr", "rtl", "rtl", "ltr", "rtl", undefined, undefined]);
});
