import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { MemoryBackend } from "../../../tests/MemoryBackend";
import { EventFeed } from "../../backend/feed";
import { ConnectionController, QUIET_MS } from "./ConnectionController.svelte";

let backend: MemoryBackend;
let connection: ConnectionController;

beforeEach(async () => {
  vi.useFakeTimers();
  backend = new MemoryBackend();
  const feed = new EventFeed(backend);
  connection = new ConnectionController(backend, feed);
  await feed.start();
});
afterEach(() => vi.useRealTimers());

it("counts down to the next try and stops at it", () => {
  backend.emit({ type: "connection", state: "offline", retryAt: Date.now() + 2_500 });
  expect(connection).toMatchObject({ isShown: true, state: "offline", secondsLeft: 3 });
  vi.advanceTimersByTime(1_000);
  expect(connection.secondsLeft).toBe(2);
  vi.advanceTimersByTime(2_000);
  expect(connection.secondsLeft).toBeUndefined();
});

it("says nothing of a connection that takes a moment", () => {
  backend.emit({ type: "connection", state: "connecting" });
  vi.advanceTimersByTime(QUIET_MS - 1);
  expect(connection.isShown).toBe(false);
  backend.emit({ type: "connection", state: "online" });
  vi.advanceTimersByTime(QUIET_MS);
  expect(connection.isShown).toBe(false);
});

it("says that it is reconnecting when that takes long, and stays shown between tries", () => {
  backend.emit({ type: "connection", state: "connecting" });
  vi.advanceTimersByTime(QUIET_MS);
  expect(connection.isShown).toBe(true);
  backend.emit({ type: "connection", state: "offline", retryAt: Date.now() + 9_000 });
  backend.emit({ type: "connection", state: "connecting" });
  expect(connection).toMatchObject({ isShown: true, state: "connecting" });
  backend.emit({ type: "connection", state: "online" });
  expect(connection).toMatchObject({ isShown: false, secondsLeft: undefined });
});

it("says that the core is gone, before anything of the server", () => {
  backend.emit({ type: "connection", state: "offline" });
  backend.transport("lost");
  expect(connection.state).toBe("coreGone");
  backend.transport("restarted");
  expect(connection.state).toBe("offline");
});

it("asks the core to connect at once, but only while there is something to wait for", async () => {
  await connection.tryNow();
  expect(backend.calls.map((call) => call.name)).not.toContain("connection.retry");
  backend.emit({ type: "connection", state: "offline", retryAt: Date.now() + 60_000 });
  await connection.tryNow();
  expect(backend.calls.map((call) => call.name)).toContain("connection.retry");
});

it("says that the device was removed, and does not count down to a try that can't succeed", async () => {
  const status = { state: "revoked", connection: "offline", retryAt: Date.now() + 60_000, recoveryKeyPending: false } as const;
  backend.emit({ type: "account.changed", status });
  expect(connection).toMatchObject({ isShown: true, state: "revoked", secondsLeft: undefined });
  await connection.tryNow();
  expect(backend.calls.map((call) => call.name)).not.toContain("connection.retry");
});
