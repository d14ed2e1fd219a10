import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { conversation, MemoryBackend, message } from "../../../tests/MemoryBackend";
import { EventFeed } from "../../backend/feed";
import type { Message } from "../../backend/types";
import { PinnedController } from "./PinnedController.svelte";
import { PresenceController, TYPING_MS } from "./PresenceController.svelte";

let backend: MemoryBackend;
let feed: EventFeed;
beforeEach(async () => {
  vi.useFakeTimers();
  backend = new MemoryBackend();
  feed = new EventFeed(backend);
  await feed.start();
});
afterEach(() => vi.useRealTimers());

describe("pinned messages", () => {
  const pinned = (id: string): Message => ({ ...message(id), isPinned: true });

  it("are asked for when there are some, newest first, and stepped through", async () => {
    backend.handle("conversation.pinned", () => [pinned("m1"), pinned("m3"), pinned("m2")]);
    const pins = new PinnedController(backend, feed, { ...conversation("c1"), pinnedCount: 3 });
    await vi.advanceTimersByTimeAsync(0);
    expect([pins.step(), pins.step(), pins.step(), pins.step()].map((one) => one?.messageId)).toEqual(["m3", "m2", "m1", "m3"]);
  });

  it("follow pins and unpins of this chat, and nothing is asked without any", async () => {
    let list: Message[] = [];
    backend.handle("conversation.pinned", () => list);
    const pins = new PinnedController(backend, feed, conversation("c1"));
    backend.emit({ type: "message.changed", message: { ...message("m1"), conversationId: "c2", isPinned: true } });
    backend.emit({ type: "message.changed", message: message("m1") });
    await vi.advanceTimersByTimeAsync(0);
    expect(backend.called("conversation.pinned")).toEqual([]);
    list = [pinned("m1")];
    backend.emit({ type: "message.changed", message: list[0]! });
    await vi.advanceTimersByTimeAsync(0);
    expect(pins.current?.messageId).toBe("m1");
    list = [];
    backend.emit({ type: "message.removed", conversationId: "c1", messageId: "m1" });
    await vi.advanceTimersByTimeAsync(0);
    expect(pins.current).toBeUndefined();
  });
});

describe("who is there", () => {
  const typing = (accountId: string, isTyping: boolean, conversationId = "c1"): void => backend.emit({ type: "typing", conversationId, accountId, name: accountId, isTyping });

  it("types until it ends, a message comes, or nothing is said any more", async () => {
    const presence = new PresenceController(backend, feed, conversation("c1"));
    typing("ines", true);
    typing("acc-ines", true);
    typing("jun", true, "c2");
    expect(presence.typists.map((one) => one.name)).toEqual(["ines", "acc-ines"]);
    backend.emit({ type: "message.added", message: message("m1") });
    expect(presence.typists.map((one) => one.name)).toEqual(["ines"]);
    typing("ines", false);
    expect(presence.typists).toEqual([]);
    typing("ines", true);
    await vi.advanceTimersByTimeAsync(TYPING_MS);
    expect(presence.typists).toEqual([]);
  });

  it("is online or was seen, for the other person of a 1:1 only", () => {
    const presence = new PresenceController(backend, feed, { ...conversation("c1"), peer: { accountId: "acc-ines", username: "ines", name: "ines" } });
    backend.emit({ type: "presence", accountId: "acc-jun", isOnline: true });
    expect(presence.isOnline).toBe(false);
    backend.emit({ type: "presence", accountId: "acc-ines", isOnline: true });
    expect(presence.isOnline).toBe(true);
    backend.emit({ type: "presence", accountId: "acc-ines", isOnline: false, lastSeen: 5 });
    expect(presence).toMatchObject({ isOnline: false, lastSeen: 5 });
  });
});
