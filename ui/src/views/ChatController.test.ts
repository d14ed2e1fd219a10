import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { conversation, ME, MemoryBackend, message, own } from "../../tests/MemoryBackend";
import { EventFeed } from "../backend/feed";
import type { Conversation, Message } from "../backend/types";
import { ComposerController } from "../features/composer/ComposerController.svelte";
import { TimelineController } from "../features/timeline/TimelineController.svelte";
import { Toasts } from "../kit/Toasts.svelte";
import { ChatController } from "./ChatController.svelte";

let backend: MemoryBackend;
let chat: ChatController;
let toasts: Toasts;
let place: Conversation;
let left: number;
const NOWHERE = { x: 0, y: 0 };

beforeEach(async () => {
  backend = new MemoryBackend();
  const feed = new EventFeed(backend);
  await feed.start();
  place = conversation("c1", { peer: { accountId: "acc-ines", username: "ines", name: "ines" } });
  backend.put(place, [message("m1"), own("m2", { sentAt: Date.now() }), own("m3", { state: "queued" })]);
  toasts = new Toasts();
  left = 0;
  const timeline = new TimelineController(backend, feed, place, undefined);
  await vi.waitFor(() => expect(timeline.state).toBe("ready"));
  const composer = new ComposerController(backend);
  composer.open("c1", undefined);
  chat = new ChatController(backend, feed, timeline, composer, toasts, {
    conversation: () => place, ownAccountId: () => ME, targets: () => [], openLink: () => {}, leave: () => left++,
  });
});
afterEach(() => {
  chat.dispose();
  chat.timeline.dispose();
  for (const toast of toasts.all) toasts.close(toast.id);
});
const at = (n: number): Message => chat.timeline.messages[n]!;

it("who leads a group is known by their account, and nobody leads elsewhere", () => {
  expect(chat.roleOf("acc-ines")).toBe("member");
  const leaders = [{ accountId: "acc-ines", role: "owner" as const }, { accountId: "acc-jun", role: "admin" as const }];
  const permissions = { add: "admins", editInfo: "admins", send: "everyone" } as const;
  place = conversation("c1", { kind: "group", group: { memberCount: 3, ownRole: "member", leaders, isMember: true, permissions, sharesHistory: 0, needsApproval: false, requestCount: 0 } });
  expect(["acc-ines", "acc-jun", "acc-dad"].map((one) => chat.roleOf(one))).toEqual(["owner", "admin", "member"]);
});

describe("a reaction", () => {
  it("comes, and goes when it is one's own already", async () => {
    chat.react(at(0), "👍");
    chat.react({ ...at(0), reactions: [{ emoji: "👍", count: 2, isOwn: true, names: [] }] }, "👍");
    expect(backend.called("message.react").map((one) => one.isOn)).toEqual([true, false]);
  });

  it("that fails is told", async () => {
    backend.fail("message.react", "OFFLINE");
    chat.react(at(0), "👍");
    await vi.waitFor(() => expect(toasts.all.map((one) => one.text)).toEqual([expect.stringMatching(/offline/u)]));
  });
});

describe("deleting", () => {
  it("asks where others would see it", () => {
    chat.act("delete", at(1), NOWHERE);
    expect(chat.dialog).toMatchObject({ is: "delete" });
    expect(backend.called("message.delete")).toEqual([]);
  });

  it("goes at once where only this account does, and can be undone", async () => {
    chat.selection.toggle(at(0));
    chat.remove(chat.selection.messages);
    await vi.waitFor(() => expect(toasts.all).toHaveLength(1));
    expect(backend.called("message.delete")).toEqual([{ messageIds: ["m1"], forEveryone: false }]);
    expect(chat.selection.isOn).toBe(false);
    expect(toasts.undoLast()).toBe(true);
    expect(backend.called("message.restore")).toEqual([{ messageIds: ["m1"] }]);
  });

  it("for everyone has no way back", async () => {
    await chat.delete([at(1)], true);
    expect(backend.called("message.delete")).toEqual([{ messageIds: ["m2"], forEveryone: true }]);
    expect(toasts.all).toEqual([]);
  });

  it("that failed offers nothing to undo", async () => {
    backend.fail("message.delete", "STORAGE");
    await chat.delete([at(0)], false);
    expect(toasts.all.map((one) => one.undo)).toEqual([undefined]);
  });
});

describe("the composer", () => {
  it("answers and changes, the last own message that can be changed by one key", () => {
    chat.act("reply", at(0), NOWHERE);
    expect(chat.composer.replyTo?.messageId).toBe("m1");
    chat.editLast();
    expect(chat.composer.editing?.messageId).toBe("m2");
  });
});

describe("a jump", () => {
  it("to a message that is gone says so", async () => {
    chat.jumpTo("gone");
    await vi.waitFor(() => expect(toasts.all).toHaveLength(1));
  });
});

describe("saving", () => {
  it("saves what isn't saved yet, and takes all back when all are", async () => {
    chat.selection.toggle({ ...at(0), isStarred: true });
    chat.selection.toggle(at(1));
    await chat.starSelected();
    expect(backend.called("message.star")).toEqual([{ messageId: "m2", isStarred: true }]);
    chat.act("star", { ...at(0), isStarred: true }, NOWHERE);
    expect(backend.called("message.star").at(-1)).toEqual({ messageId: "m1", isStarred: false });
  });
});

describe("a stranger's chat", () => {
  it("is accepted, or declined and left", async () => {
    await chat.accept();
    expect(backend.called("request.accept")).toEqual([{ conversationId: "c1" }]);
    await chat.decline(true);
    expect(backend.called("request.decline")).toEqual([{ conversationId: "c1", block: true }]);
    expect(left).toBe(1);
  });

  it("is reported with the messages that the person wants to show", async () => {
    await chat.report({ reason: "spam", withMessages: true, block: true });
    expect(backend.called("contact.report")).toEqual([{ accountId: "acc-ines", reason: "spam", messageIds: ["m1"] }]);
    expect(backend.called("contact.block")).toEqual([{ accountId: "acc-ines", isBlocked: true }]);
  });
});

describe("members", () => {
  it("are asked for once, and again when the group changed", async () => {
    expect(await chat.members()).toEqual([]);
    place = { ...place, kind: "group" };
    backend.handle("conversation.members", () => []);
    await chat.members();
    await chat.members();
    expect(backend.called("conversation.members")).toHaveLength(1);
    backend.emit({ type: "conversation.changed", conversation: place });
    await chat.members();
    expect(backend.called("conversation.members")).toHaveLength(2);
  });
});
