import { beforeEach, describe, expect, it, vi } from "vitest";
import { conversation, MemoryBackend } from "../../../tests/MemoryBackend";
import { EventFeed } from "../../backend/feed";
import { Toasts } from "../../kit/Toasts.svelte";
import { ConversationActions } from "./ConversationActions";
import { ConversationListController } from "./ConversationListController.svelte";

let backend: MemoryBackend;
let list: ConversationListController;

beforeEach(async () => {
  backend = new MemoryBackend();
  for (const [id, updatedAt, unread] of [["a", 30, 0], ["b", 20, 2], ["c", 10, 1]] as const) backend.put(conversation(id, { updatedAt, unread }));
  const feed = new EventFeed(backend);
  await feed.start();
  list = new ConversationListController(backend, feed);
  await list.load();
});

const ids = (): string[] => list.rows.map((row) => row.conversationId);
const change = (id: string, over: object): void => {
  const one = { ...backend.conversations.get(id)!, ...over };
  backend.conversations.set(id, one);
  backend.emit({ type: "conversation.changed", conversation: one });
};

describe("the list", () => {
  it("is newest first and moves what changes", () => {
    expect(ids()).toEqual(["a", "b", "c"]);
    change("c", { updatedAt: 40 });
    expect(ids()).toEqual(["c", "a", "b"]);
    change("new", { ...conversation("new"), updatedAt: 50 });
    expect(ids()).toEqual(["new", "c", "a", "b"]);
  });

  it("begins with the pinned ones, in the order of their pins", () => {
    change("c", { isPinned: true, pinOrder: 1 });
    change("b", { isPinned: true, pinOrder: 2 });
    expect(ids()).toEqual(["c", "b", "a"]);
    change("b", { updatedAt: 99 });
    expect(ids()).toEqual(["c", "b", "a"]);
    change("c", { pinOrder: 3 });
    expect(ids()).toEqual(["b", "c", "a"]);
  });

  it("shows a new pin below the others before the core has answered", async () => {
    change("b", { isPinned: true, pinOrder: 1 });
    change("c", { isPinned: true, pinOrder: 2 });
    const actions = new ConversationActions(backend, list, new Toasts());
    const release = backend.hold("conversation.pin");
    actions.pin(list.find("b")!);
    expect(ids()).toEqual(["c", "a", "b"]);
    actions.pin(list.find("b")!);
    expect(ids()).toEqual(["c", "b", "a"]);
    release();
    await vi.waitFor(() => expect(backend.called("conversation.pin").map((one) => one.isPinned)).toEqual([false, true]));
  });

  it("counts what is unread", () => {
    expect(list).toMatchObject({ unreadTotal: 3, unreadChats: 2 });
    change("b", { unread: 0 });
    expect(list).toMatchObject({ unreadTotal: 1, unreadChats: 1 });
  });

  it("is asked for again after a missed event", async () => {
    backend.conversations.set("a", conversation("a", { updatedAt: 30, name: "renamed" }));
    backend.lose();
    change("b", {});
    await vi.waitFor(() => expect(list.rows[0]!.name).toBe("renamed"));
  });

  it("says when it didn't load and keeps what it had", async () => {
    backend.fail("conversation.list", "STORAGE");
    await list.load();
    expect(list.error?.code).toBe("STORAGE");
    expect(ids()).toHaveLength(3);
  });
});

describe("the unread filter", () => {
  it("shows unread chats, and keeps one in place after it was read", () => {
    list.setFilter("unread");
    expect(ids()).toEqual(["b", "c"]);
    list.select("b");
    change("b", { unread: 0 });
    expect(ids()).toEqual(["b", "c"]);
    list.select("c");
    list.setFilter("unread");
    expect(ids()).toEqual(["c"]);
    list.setFilter("all");
    expect(ids()).toEqual(["a", "b", "c"]);
  });
});

describe("moving between chats", () => {
  it("goes to neighbours and stops at the ends", () => {
    expect(list.neighbour(1)).toBe("a");
    expect(list.neighbour(-1)).toBe("c");
    list.select("a");
    expect(list.neighbour(1)).toBe("b");
    expect(list.neighbour(-1)).toBeUndefined();
  });

  it("goes to unread chats around the ends", () => {
    list.select("a");
    expect(list.unreadNeighbour(1)).toBe("b");
    expect(list.unreadNeighbour(-1)).toBe("c");
    list.select("c");
    expect(list.unreadNeighbour(1)).toBe("b");
    list.select("b");
    change("c", { unread: 0 });
    expect(list.unreadNeighbour(1)).toBeUndefined();
  });

  it("goes back to the chat before", () => {
    list.select("a");
    expect(list.lastUsed()).toBeUndefined();
    list.select("c");
    list.select("b");
    expect(list.lastUsed()).toBe("c");
    list.select("c");
    expect(list.lastUsed()).toBe("b");
  });

  it("knows who is there, until something was missed", () => {
    backend.emit({ type: "presence", accountId: "acc-ines", isOnline: true });
    expect([...list.online]).toEqual(["acc-ines"]);
    backend.emit({ type: "presence", accountId: "acc-ines", isOnline: false });
    expect(list.online.size).toBe(0);
    backend.emit({ type: "presence", accountId: "acc-ines", isOnline: true });
    backend.lose();
    backend.emit({ type: "presence", accountId: "acc-dad", isOnline: true });
    expect([...list.online]).toEqual(["acc-dad"]);
  });

  it("goes along with a request that is accepted while it is open", () => {
    change("b", { request: true });
    list.select("b");
    expect(list.place).toBe("requests");
    change("b", { request: false });
    expect(list.place).toBe("chats");
  });

  it("lets a chat go that is removed", () => {
    backend.emit({ type: "conversation.removed", conversationId: "b" });
    expect(ids()).not.toContain("b");
  });

  it("comes to know a chat that isn't in the list yet", async () => {
    backend.put(conversation("z", { updatedAt: 99 }));
    await list.know("z");
    expect(ids()[0]).toBe("z");
  });
});
