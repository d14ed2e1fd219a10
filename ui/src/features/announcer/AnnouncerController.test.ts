import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { MemoryBackend, message, own } from "../../../tests/MemoryBackend";
import { EventFeed } from "../../backend/feed";
import { AnnouncerController, POLITE_GAP_MS } from "./AnnouncerController.svelte";

let backend: MemoryBackend;
let announcer: AnnouncerController;

beforeEach(async () => {
  vi.useFakeTimers();
  backend = new MemoryBackend();
  const feed = new EventFeed(backend);
  announcer = new AnnouncerController(feed, () => "c1", (id) => `Chat ${id}`);
  await feed.start();
});
afterEach(() => vi.useRealTimers());

const arrive = (id: string, over = {}): void => backend.emit({ type: "message.added", message: message(id, over) });

it("speaks a message of the open chat, and counts for others", () => {
  arrive("m1", { text: "Roof box is yours" });
  vi.advanceTimersByTime(0);
  expect(announcer.polite).toBe("Ines: Roof box is yours");
  for (const id of ["m2", "m3", "m4"]) arrive(id, { conversationId: "c2" });
  vi.advanceTimersByTime(POLITE_GAP_MS);
  expect(announcer.polite).toBe("3 new in Chat c2");
});

it("speaks at most every five seconds", () => {
  arrive("m1", { text: "one" });
  vi.advanceTimersByTime(0);
  arrive("m2", { text: "two" });
  arrive("m3", { text: "three" });
  vi.advanceTimersByTime(POLITE_GAP_MS - 1);
  expect(announcer.polite).toBe("Ines: one");
  vi.advanceTimersByTime(1);
  expect(announcer.polite).toBe("Ines: two. Ines: three");
});

it("never speaks one's own messages", () => {
  backend.emit({ type: "message.added", message: own("m1") });
  vi.advanceTimersByTime(POLITE_GAP_MS);
  expect(announcer.polite).toBe("");
});

it("says at once that a message didn't go, once per failure", () => {
  const failed = { type: "message.changed", message: own("m1", { text: "hi", state: "failed" }) } as const;
  backend.emit(failed);
  expect(announcer.assertive).toBe("Not sent: hi");
  announcer.assertive = "";
  backend.emit(failed);
  expect(announcer.assertive).toBe("");
  backend.emit({ type: "message.changed", message: own("m1", { state: "queued" }) });
  backend.emit(failed);
  expect(announcer.assertive).toBe("Not sent: hi");
});

it("says at once that something is wrong with keys, where no banner says it", () => {
  const alarm = { kind: "device", accountId: "acc-ines", name: "Ines", conversationId: "c2", at: 1 } as const;
  backend.emit({ type: "alarm", alarm });
  expect(announcer.assertive).toMatch(/device that Ines didn’t add/u);
  announcer.assertive = "";
  backend.emit({ type: "alarm", alarm: { ...alarm, conversationId: "c1" } });
  expect(announcer.assertive).toBe("");
});
