import { expect, it } from "vitest";
import { menuPlace } from "./menuPlace";

const window = { width: 1000, height: 700 };
const menu = { width: 200, height: 300 };
const at = (x: number, y: number) => ({ left: x, right: x, top: y, bottom: y });

it("opens below and towards reading", () => {
  expect(menuPlace(at(100, 50), menu, window, false)).toEqual({ x: 100, y: 54 });
  expect(menuPlace(at(400, 50), menu, window, true)).toEqual({ x: 200, y: 54 });
});

it("stays inside: above near the lower edge, shifted near a side", () => {
  expect(menuPlace(at(950, 650), menu, window, false)).toEqual({ x: 792, y: 346 });
  expect(menuPlace(at(5, 200), menu, { width: 1000, height: 320 }, true)).toEqual({ x: 8, y: 12 });
});
