import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { MemoryBackend } from "../../../tests/MemoryBackend";
import { BackendError } from "../../backend/backend";
import { EventFeed } from "../../backend/feed";
import { LinkingController } from "./LinkingController.svelte";

let backend: MemoryBackend;
let linking: LinkingController;

beforeEach(async () => {
  vi.useFakeTimers();
  backend = new MemoryBackend();
  let shown = 0;
  backend.handle("device.showCode", () => ({ code: `CODE-000${shown += 1}`, invitation: "pipit://link/#", picture: "data:", lifeMs: 300_000 }));
  backend.handle("device.link", () => ({}));
  backend.handle("device.approve", () => ({}));
  backend.handle("device.cancel", () => ({}));
  const feed = new EventFeed(backend);
  linking = new LinkingController(backend, feed, () => "Desk", () => "here");
  await feed.start();
});
afterEach(() => {
  linking.dispose();
  vi.useRealTimers();
});

const called = (name: string): unknown[] => backend.calls.filter((call) => call.name === name).map((call) => call.params);

it("shows a code, counts down, and shows a new one when it has run out", async () => {
  await linking.show();
  expect(linking).toMatchObject({ secondsLeft: 300 });
  expect(linking.code?.code).toBe("CODE-0001");
  await vi.advanceTimersByTimeAsync(28_000);
  expect(linking.secondsLeft).toBe(272);
  // What is told of the code before, because of the new one, is not about the new one.
  await vi.advanceTimersByTimeAsync(272_000);
  backend.emit({ type: "link.changed", link: { state: "failed", why: "declined" } });
  expect(linking.code?.code).toBe("CODE-0002");
  expect(linking.failure).toBeUndefined();
});

it("asks the person, and passes on what they decide", async () => {
  linking.entered = "7kq4 m2xd";
  await linking.enter();
  expect(called("device.link")).toMatchObject([{ code: "7kq4 m2xd", server: "here" }]);
  backend.emit({ type: "link.changed", link: { state: "asked", name: "Kitchen", deviceId: "e5c13d90" } });
  expect(linking.link).toMatchObject({ state: "asked", name: "Kitchen" });
  await linking.answer(true);
  expect(called("device.approve")).toEqual([{ isWanted: true }]);
  backend.emit({ type: "link.changed", link: { state: "linked" } });
  await linking.reset();
  expect(called("device.cancel")).toEqual([]);
});

it("says what was wrong with a code, and why it ended", async () => {
  backend.handle("device.link", () => { throw new BackendError("BAD_REQUEST", "no code"); });
  linking.entered = "7";
  await linking.enter();
  expect(linking.problem).toBe("That is no code. It has eight letters and digits.");
  await linking.show();
  backend.emit({ type: "link.changed", link: { state: "failed", why: "wrongCode" } });
  expect(linking.code).toBeUndefined();
  expect(linking.failure).toMatch(/not right/u);
});

it("says nothing of an end that the person chose", async () => {
  await linking.show();
  await linking.reset();
  backend.emit({ type: "link.changed", link: { state: "failed", why: "declined" } });
  expect(linking).toMatchObject({ link: undefined, code: undefined });
});

it("ends what is under way when it is left", async () => {
  await linking.show();
  linking.dispose();
  await vi.runAllTimersAsync();
  expect(called("device.cancel")).toEqual([{}]);
});
