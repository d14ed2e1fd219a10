import { beforeEach, expect, it } from "vitest";
import { MemoryBackend } from "../../../tests/MemoryBackend";
import { EventFeed } from "../../backend/feed";
import { HistoryController } from "./HistoryController.svelte";

let backend: MemoryBackend;
let history: HistoryController;

beforeEach(async () => {
  backend = new MemoryBackend();
  backend.handle("history.status", () => ({ state: "waiting", received: 0, total: 0 }));
  const feed = new EventFeed(backend);
  history = new HistoryController(backend, feed);
  await feed.start();
  await history.load();
});

it("says that it waits until the person has had enough of that", () => {
  expect(history.isShown).toBe(true);
  history.hide();
  expect(history.isShown).toBe(false);
  backend.emit({ type: "history.changed", history: { state: "coming", received: 0, total: 300 } });
  expect(history.isShown).toBe(true);
});

it("follows how it comes, and is gone when all is here", () => {
  backend.emit({ type: "history.changed", history: { state: "coming", received: 100, total: 300 } });
  expect(history.share).toBe(33);
  backend.emit({ type: "history.changed", history: { state: "complete", received: 300, total: 300 } });
  expect(history.isShown).toBe(false);
});

it("keeps what it knew when the core doesn't answer", async () => {
  backend.fail("history.status", "STORAGE");
  await history.load();
  expect(history.progress?.state).toBe("waiting");
});
