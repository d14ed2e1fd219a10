import { expect, it } from "vitest";
import { message, own } from "../../tests/MemoryBackend";
import { deliveryOf } from "./delivery";

it("gives each state of an own message its own mark and word", () => {
  const states = ["queued", "accepted", "delivered", "read", "failed"] as const;
  expect(states.map((state) => deliveryOf(own("m1", { state }))?.mark)).toEqual(["clock", "tick", "ticks", "ticks-bold", "alert"]);
  expect(new Set(states.map((state) => deliveryOf(own("m1", { state }))?.label)).size).toBe(5);
});

it("gives none to what others wrote, or nobody", () => {
  expect(deliveryOf(message("m1"))).toBeUndefined();
  expect(deliveryOf(own("m1", { kind: "system" }))).toBeUndefined();
});
