import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SAVE_MS, ScrollMemory } from "./ScrollMemory";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function storage(): Pick<Storage, "getItem" | "setItem"> & { text: string | null } {
  return {
    text: null,
    getItem() { return this.text; },
    setItem(_key, value) { this.text = value; },
  };
}

it("keeps places over a reload, and forgets chats that are at their end", () => {
  const kept = storage();
  const memory = new ScrollMemory(kept);
  memory.set("c1", { messageId: "m1", offset: 7 });
  memory.set("c2", { messageId: "m2", offset: 0 });
  memory.set("c2", undefined);
  memory.save();
  const after = new ScrollMemory(kept);
  expect(after.get("c1")).toEqual({ messageId: "m1", offset: 7 });
  expect(after.get("c2")).toBeUndefined();
});

it("keeps a bounded number and starts empty from what it can't read", () => {
  const kept = storage();
  const memory = new ScrollMemory(kept);
  for (let n = 0; n < 500; n++) memory.set(`c${n}`, { messageId: "m", offset: 0 });
  expect(memory.get("c0")).toBeUndefined();
  expect(memory.get("c499")).toBeDefined();
  kept.text = "{broken";
  expect(new ScrollMemory(kept).get("c499")).toBeUndefined();
});

it("is written once while a chat is scrolled, and not before a moment has passed", () => {
  const kept = storage();
  const memory = new ScrollMemory(kept);
  for (let offset = 0; offset < 60; offset++) memory.set("c1", { messageId: "m1", offset });
  expect(kept.text).toBeNull();
  vi.advanceTimersByTime(SAVE_MS);
  expect(new ScrollMemory(kept).get("c1")).toEqual({ messageId: "m1", offset: 59 });
  kept.text = null;
  memory.save();
  expect(kept.text).toBeNull();
});
