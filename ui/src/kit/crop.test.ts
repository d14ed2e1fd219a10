import { describe, expect, it } from "vitest";
import { bytesOf, moved, squareOf } from "./crop";

const middle = { zoom: 1, x: 0.5, y: 0.5 };

describe("the square", () => {
  it("is the largest in the middle, and smaller with zoom", () => {
    expect(squareOf(400, 200, middle)).toEqual({ left: 100, top: 0, side: 200 });
    expect(squareOf(400, 200, { ...middle, zoom: 2 })).toEqual({ left: 150, top: 50, side: 100 });
  });

  it("never leaves the picture, however far it is moved", () => {
    expect(squareOf(400, 200, { zoom: 2, x: 1, y: 0 })).toEqual({ left: 300, top: 0, side: 100 });
    const far = moved(400, 200, middle, 50, -50);
    expect(squareOf(400, 200, far)).toEqual({ left: 200, top: 0, side: 200 });
    // Coming back is felt at once: what was held back was not added up.
    expect(squareOf(400, 200, moved(400, 200, far, -0.5, 0)).left).toBe(100);
  });
});

it("counts the bytes of a data URL", () => {
  expect(bytesOf("data:image/webp;base64,QUJD")).toBe(3);
  expect(bytesOf("data:image/webp;base64,QQ==")).toBe(1);
});
