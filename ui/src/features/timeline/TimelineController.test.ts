import { beforeEach, describe, expect, it, vi } from "vitest";
import { conversation, MemoryBackend, message, own } from "../../../tests/MemoryBackend";
import { EventFeed } from "../../backend/feed";
import type { ConversationView, MessageView } from "../../backend/generated/api";
import { HIGHLIGHT_MS, PAGE_LEN, TimelineController, WINDOW_LEN_MAX } from "./TimelineController.svelte";
import { SEEN_MS } from "./ReadMarker";
import type { Place } from "./ScrollMemory";

let backend: MemoryBackend;
let feed: EventFeed;

beforeEach(async () => {
  backend = new MemoryBackend();
  feed = new EventFeed(backend);
  await feed.start();
});

const history = (count: number): MessageView[] => Array.from({ length: count }, (_, at) => message(`m${at + 1}`));

async function opened(messages: MessageView[], over: Partial<ConversationView> = {}, place?: Place): Promise<TimelineController> {
  backend.put(conversation("c1", over), messages);
  const timeline = new TimelineController(backend, feed, backend.conversations.get("c1")!, place);
  await vi.waitFor(() => expect(timeline.state).not.toBe("loading"));
  return timeline;
}
const ids = (timeline: TimelineController): string[] => timeline.messages.map((one) => one.messageId);
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe("opening", () => {
  it("shows the newest page and stands at the end", async () => {
    const timeline = await opened(history(120));
    expect(ids(timeline)).toHaveLength(PAGE_LEN);
    expect(ids(timeline).at(-1)).toBe("m120");
    expect(timeline).toMatchObject({ hasOlder: true, hasNewer: false, start: { at: "end" }, isAtEnd: true });
  });

  it("knows when that was everything", async () => {
    expect(await opened(history(3))).toMatchObject({ hasOlder: false, hasNewer: false });
    expect(await opened([])).toMatchObject({ state: "ready", hasOlder: false, hasNewer: false });
  });

  it("stands at the first unread message, with messages around it", async () => {
    const timeline = await opened(history(300), { unread: 200, firstUnread: "m101" });
    expect(ids(timeline)).toContain("m101");
    expect(timeline).toMatchObject({ divider: { before: "m101", count: 200 }, start: { at: "divider" }, hasOlder: true, hasNewer: true, isAtEnd: false });
  });

  it("stands where it was left", async () => {
    const place = { messageId: "m60", offset: 12 };
    const timeline = await opened(history(300), {}, place);
    expect(timeline.start).toEqual({ at: "place", place });
    expect(ids(timeline)).toContain("m60");
  });

  it("stands at the end when the message where it was left is gone", async () => {
    const timeline = await opened(history(80), {}, { messageId: "gone", offset: 0 });
    expect(timeline).toMatchObject({ state: "ready", start: { at: "end" }, hasNewer: false });
    expect(ids(timeline).at(-1)).toBe("m80");
  });

  it("says that it failed, and opens when asked again", async () => {
    backend.fail("message.list", "STORAGE");
    const timeline = await opened(history(3));
    expect(timeline).toMatchObject({ state: "failed", error: { code: "STORAGE" } });
    backend.fail("message.list", undefined);
    await timeline.open(backend.conversations.get("c1")!);
    expect(timeline.state).toBe("ready");
  });
});

describe("the window", () => {
  it("grows by pages into the past and ends at the beginning", async () => {
    const timeline = await opened(history(120));
    await timeline.loadOlder();
    expect(ids(timeline)[0]).toBe("m21");
    await timeline.loadOlder();
    expect(ids(timeline)).toEqual(history(120).map((one) => one.messageId));
    expect(timeline.hasOlder).toBe(false);
    const calls = backend.called("message.list").length;
    await timeline.loadOlder();
    expect(backend.called("message.list")).toHaveLength(calls);
  });

  it("drops what is far away, and gets it back", async () => {
    const timeline = await opened(history(1_000));
    for (let page = 0; page < 12; page++) await timeline.loadOlder();
    expect(timeline.messages.length).toBeLessThanOrEqual(WINDOW_LEN_MAX);
    expect(timeline.hasNewer).toBe(true);
    while (timeline.hasNewer) await timeline.loadNewer();
    expect(ids(timeline).at(-1)).toBe("m1000");
    expect(timeline.messages.length).toBeLessThanOrEqual(WINDOW_LEN_MAX);
    expect(timeline.hasOlder).toBe(true);
    const positions = timeline.messages.map((one) => one.position);
    expect(positions).toEqual(positions.map((_, at) => positions[0]! + at));
  });

  it("never asks for the same page twice at once", async () => {
    const timeline = await opened(history(300));
    const before = backend.called("message.list").length;
    await Promise.all([timeline.loadOlder(), timeline.loadOlder()]);
    expect(backend.called("message.list")).toHaveLength(before + 1);
  });

  it("says when a page didn't come, and tries again when asked", async () => {
    const timeline = await opened(history(300));
    backend.fail("message.list", "STORAGE");
    await timeline.loadOlder();
    expect(timeline.older).toBe("failed");
    backend.fail("message.list", undefined);
    await timeline.loadOlder();
    expect(timeline.older).toBe("idle");
    expect(timeline.messages).toHaveLength(2 * PAGE_LEN);
  });

  it("ignores a page that belongs to an older window", async () => {
    const timeline = await opened(history(300), { unread: 200, firstUnread: "m101" });
    const release = backend.hold("message.list");
    const older = timeline.loadOlder();
    release();
    const end = timeline.toEnd();
    await Promise.all([older, end]);
    expect(ids(timeline).at(-1)).toBe("m300");
    expect(timeline.start).toEqual({ at: "end" });
    const positions = timeline.messages.map((one) => one.position);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });
});

describe("events", () => {
  it("append, change and remove", async () => {
    const timeline = await opened(history(3));
    backend.add(own("m4", { state: "queued" }));
    expect(ids(timeline)).toEqual(["m1", "m2", "m3", "m4"]);
    backend.emit({ type: "message.changed", message: own("m4", { state: "delivered" }) });
    expect(timeline.messages[3]!.state).toBe("delivered");
    backend.emit({ type: "message.removed", conversationId: "c1", messageId: "m4" });
    expect(ids(timeline)).toEqual(["m1", "m2", "m3"]);
  });

  it("of other chats change nothing, nor does the same message twice", async () => {
    const timeline = await opened(history(3));
    backend.emit({ type: "message.added", message: message("m9", { conversationId: "c2" }) });
    backend.emit({ type: "message.added", message: message("m3") });
    expect(ids(timeline)).toEqual(["m1", "m2", "m3"]);
  });

  it("take the place that the core gives them", async () => {
    const timeline = await opened([message("m1"), message("m5", { position: 5 })]);
    backend.emit({ type: "message.added", message: message("m3", { position: 3 }) });
    expect(ids(timeline)).toEqual(["m1", "m3", "m5"]);
  });

  it("count below when the end isn't seen, and not when it is", async () => {
    const timeline = await opened(history(3));
    backend.add(message("m4"));
    expect(timeline.newBelow).toBe(0);
    timeline.isAtEnd = false;
    backend.add(message("m5"));
    backend.add(own("m6"));
    expect(timeline.newBelow).toBe(1);
  });

  it("don't enter a window whose end is elsewhere; one's own message leads there", async () => {
    const timeline = await opened(history(300), { unread: 200, firstUnread: "m101" });
    const before = ids(timeline);
    backend.add(message("m301"));
    expect(ids(timeline)).toEqual(before);
    expect(timeline.newBelow).toBe(1);
    backend.add(own("m302"));
    await vi.waitFor(() => expect(ids(timeline).at(-1)).toBe("m302"));
    expect(timeline).toMatchObject({ hasNewer: false, newBelow: 0 });
  });

  it("don't let a flood grow the window without bound", async () => {
    const timeline = await opened(history(10));
    for (let n = 11; n < 600; n++) backend.add(message(`m${n}`));
    await settled();
    expect(timeline.messages.length).toBeLessThanOrEqual(WINDOW_LEN_MAX);
    expect(ids(timeline).at(-1)).toBe("m599");
    timeline.isAtEnd = false;
    for (let n = 600; n < 1_200; n++) backend.add(message(`m${n}`));
    await settled();
    expect(timeline.messages.length).toBeLessThanOrEqual(WINDOW_LEN_MAX);
    expect(timeline).toMatchObject({ hasNewer: true, newBelow: 600 });
  });

  it("take the divider away when one writes", async () => {
    const timeline = await opened(history(5), { unread: 2, firstUnread: "m4" });
    backend.add(message("m6"));
    expect(timeline.divider).toBeDefined();
    backend.add(own("m7"));
    expect(timeline.divider).toBeUndefined();
  });
});

describe("history from another device", () => {
  const filled = { type: "history.filled", conversationId: "c1" } as const;

  it("goes on above what was all there was", async () => {
    const all = history(120);
    const timeline = await opened(all.slice(115));
    expect(timeline.hasOlder).toBe(false);
    backend.put(conversation("c1"), all);
    backend.emit(filled);
    await vi.waitFor(() => expect(ids(timeline)).toHaveLength(PAGE_LEN + 5));
    expect(timeline).toMatchObject({ hasOlder: true, older: "idle" });
    expect(ids(timeline).at(-1)).toBe("m120");
  });

  it("fills a chat that was empty, and a gap", async () => {
    const timeline = await opened([]);
    backend.put(conversation("c1"), [message("m1"), message("m3")]);
    backend.emit(filled);
    await vi.waitFor(() => expect(ids(timeline)).toEqual(["m1", "m3"]));
    timeline.hasOlder = true;
    backend.put(conversation("c1"), history(3));
    backend.emit(filled);
    await vi.waitFor(() => expect(ids(timeline)).toEqual(["m1", "m2", "m3"]));
  });
});

describe("a missed event", () => {
  it("brings what was added and changed at the end", async () => {
    const timeline = await opened([...history(3), own("m4", { state: "queued" })]);
    const all = [...history(3), own("m4", { state: "delivered" }), message("m5"), message("m6")];
    backend.messages.set("c1", all);
    backend.lose();
    backend.add(message("m7"));
    await vi.waitFor(() => expect(ids(timeline)).toEqual(["m1", "m2", "m3", "m4", "m5", "m6", "m7"]));
    expect(timeline.messages[3]!.state).toBe("delivered");
  });

  it("removes what was removed", async () => {
    const timeline = await opened(history(4));
    backend.messages.set("c1", [message("m1"), message("m2"), message("m4")]);
    await timeline.refresh();
    expect(ids(timeline)).toEqual(["m1", "m2", "m4"]);
  });

  it("starts over at the end when nothing is common any more", async () => {
    const timeline = await opened(history(10));
    const generation = timeline.generation;
    backend.messages.set("c1", history(1_000));
    await timeline.refresh();
    expect(ids(timeline).at(-1)).toBe("m1000");
    expect(timeline.generation).toBe(generation + 1);
    expect(timeline.hasOlder).toBe(true);
  });

  it("updates a window in the past without moving it", async () => {
    const timeline = await opened([...history(300), own("m301")], { unread: 200, firstUnread: "m101" });
    const before = ids(timeline);
    backend.messages.set("c1", history(301).map((one) => ({ ...one, text: "healed" })));
    await timeline.refresh();
    expect(ids(timeline)).toEqual(before);
    expect(timeline.messages.every((one) => one.text === "healed")).toBe(true);
  });
});

describe("reading", () => {
  const marks = (): unknown[] => backend.called("message.markRead").map((one) => one.upTo);

  it("is told once for what was seen, while the window has focus", async () => {
    const timeline = await opened(history(5), { unread: 3, firstUnread: "m3" });
    timeline.saw(3);
    timeline.saw(4);
    await new Promise((resolve) => setTimeout(resolve, SEEN_MS + 30));
    expect(marks()).toEqual([]);
    timeline.isWindowFocused = true;
    await vi.waitFor(() => expect(marks()).toEqual(["m5"]));
    timeline.saw(4);
    timeline.saw(2);
    await new Promise((resolve) => setTimeout(resolve, SEEN_MS + 30));
    expect(marks()).toEqual(["m5"]);
  });

  it("skips one's own messages and says nothing when nothing is unread", async () => {
    const timeline = await opened([message("m1"), own("m2")]);
    timeline.isWindowFocused = true;
    timeline.saw(1);
    await new Promise((resolve) => setTimeout(resolve, SEEN_MS + 30));
    expect(marks()).toEqual([]);
    backend.emit({ type: "conversation.changed", conversation: conversation("c1", { unread: 1, firstUnread: "m1" }) });
    await vi.waitFor(() => expect(marks()).toEqual(["m1"]));
  });

  it("is told again after it failed", async () => {
    const timeline = await opened(history(2), { unread: 1, firstUnread: "m2" });
    backend.fail("message.markRead", "STORAGE");
    timeline.isWindowFocused = true;
    timeline.saw(1);
    await vi.waitFor(() => expect(marks()).toEqual(["m2"]));
    backend.fail("message.markRead", undefined);
    timeline.isWindowFocused = true;
    await vi.waitFor(() => expect(marks()).toEqual(["m2", "m2"]));
  });
});

describe("jumping", () => {
  it("stays in the window when the message is in it, and marks it for a moment", async () => {
    vi.useFakeTimers();
    try {
      backend.put(conversation("c1"), history(30));
      const timeline = new TimelineController(backend, feed, backend.conversations.get("c1")!, undefined);
      await vi.advanceTimersByTimeAsync(0);
      const { generation } = timeline;
      expect(await timeline.jumpTo("m5")).toBe(true);
      expect(timeline).toMatchObject({ generation, target: { messageId: "m5", takesFocus: true }, highlighted: "m5" });
      await vi.advanceTimersByTimeAsync(HIGHLIGHT_MS);
      expect(timeline.highlighted).toBeUndefined();
      timeline.dispose();
    } finally {
      vi.useRealTimers();
    }
  });

  it("brings the messages around it when it is far away", async () => {
    const timeline = await opened(history(500));
    expect(await timeline.jumpTo("m100", false)).toBe(true);
    expect(ids(timeline)).toContain("m100");
    expect(timeline).toMatchObject({ start: { at: "message", messageId: "m100", takesFocus: false }, hasOlder: true, hasNewer: true, isAtEnd: false, highlighted: "m100" });
    timeline.dispose();
  });

  it("says when the message is gone, and moves nothing", async () => {
    const timeline = await opened(history(10));
    const before = ids(timeline);
    expect(await timeline.jumpTo("gone")).toBe(false);
    expect(ids(timeline)).toEqual(before);
  });

  it("goes to the first message of a day", async () => {
    const timeline = await opened(history(100));
    const all = backend.messages.get("c1")!;
    backend.handle("message.list", ({ aroundDate }) => all.filter((one) => one.sentAt >= aroundDate! - 300_000).slice(0, 20));
    expect(await timeline.jumpToDate(all[39]!.sentAt)).toBe(true);
    expect(timeline.start).toMatchObject({ at: "message", messageId: "m40" });
    backend.handle("message.list", () => []);
    expect(await timeline.jumpToDate(0)).toBe(false);
    timeline.dispose();
  });

  it("opens at a message that was looked for, unread or not", async () => {
    backend.put(conversation("c1", { unread: 2, firstUnread: "m29" }), history(30));
    const timeline = new TimelineController(backend, feed, backend.conversations.get("c1")!, undefined, "m3");
    await vi.waitFor(() => expect(timeline.state).toBe("ready"));
    expect(timeline).toMatchObject({ start: { at: "message", messageId: "m3", takesFocus: false }, highlighted: "m3" });
    timeline.dispose();
  });
});
