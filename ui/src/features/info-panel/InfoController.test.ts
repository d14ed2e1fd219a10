import { beforeEach, describe, expect, it, vi } from "vitest";
import { conversation, MemoryBackend, message } from "../../../tests/MemoryBackend";
import { EventFeed } from "../../backend/feed";
import type { Conversation, GroupView, Member, Role } from "../../backend/planned";
import { InfoController } from "./InfoController.svelte";

let backend: MemoryBackend;
let feed: EventFeed;
let chat: Conversation;
const group = (over: Partial<GroupView> = {}): GroupView => ({
  memberCount: 3, ownRole: "admin", isMember: true, permissions: { add: "admins", editInfo: "admins", send: "everyone" }, sharesHistory: 0, needsApproval: false, requestCount: 0, ...over,
});
const member = (name: string, role: Role, isOwn = false): Member => ({ accountId: `acc-${name}`, username: name, name, role, isOwn, isContact: true });

beforeEach(async () => {
  backend = new MemoryBackend();
  feed = new EventFeed(backend);
  await feed.start();
  chat = { ...conversation("g1", { kind: "group" }), group: group() };
  backend.handle("conversation.members", () => [member("zoe", "member"), member("me", "admin", true), member("tomas", "owner")]);
  backend.handle("invite.get", () => ({ link: "pipit://join/abc" }));
  backend.handle("invite.requests", () => [{ accountId: "acc-jun", username: "jun", name: "Jun" }]);
});

const made = async (): Promise<InfoController> => {
  const info = new InfoController(backend, feed, "g1", () => chat);
  await vi.waitFor(() => expect(info.state).not.toBe("loading"));
  return info;
};

describe("what an admin sees", () => {
  it("is members by role, the link and who wants to join", async () => {
    const info = await made();
    expect(info.members.map((one) => one.name)).toEqual(["tomas", "me", "zoe"]);
    await vi.waitFor(() => expect(info.requests).toHaveLength(1));
    expect(info).toMatchObject({ link: "pipit://join/abc", isAdmin: true, canAdd: true });
    await info.answer(info.requests[0]!, true);
    expect(info.requests).toEqual([]);
    expect(backend.called("invite.approve")).toEqual([{ conversationId: "g1", accountId: "acc-jun" }]);
    await info.revokeLink();
    expect(info.link).toBeUndefined();
  });

  it("follows changes of the group", async () => {
    await made();
    const before = backend.called("conversation.members").length;
    backend.emit({ type: "message.added", message: message("m1", { conversationId: "g1", kind: "system" }) });
    backend.emit({ type: "message.added", message: message("m2", { conversationId: "g1" }) });
    expect(backend.called("conversation.members")).toHaveLength(before + 1);
  });
});

describe("what a member sees", () => {
  it("is no link and no requests, and may add when everyone may", async () => {
    chat = { ...chat, group: group({ ownRole: "member" }) };
    expect(await made()).toMatchObject({ isAdmin: false, canAdd: false, link: undefined });
    chat = { ...chat, group: group({ ownRole: "member", permissions: { add: "everyone", editInfo: "admins", send: "everyone" } }) };
    expect(await made()).toMatchObject({ canAdd: true, canEdit: false });
    expect(backend.called("invite.get")).toEqual([]);
  });
});

describe("failures", () => {
  it("are told and change nothing", async () => {
    const info = await made();
    backend.fail("conversation.remove", "OFFLINE");
    await info.remove("acc-zoe");
    expect(info.problem).toMatch(/offline/u);
    expect(info.members).toHaveLength(3);
    backend.fail("conversation.members", "STORAGE");
    expect((await made()).state).toBe("failed");
  });
});
