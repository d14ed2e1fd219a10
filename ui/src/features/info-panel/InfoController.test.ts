import { beforeEach, describe, expect, it, vi } from "vitest";
import { conversation, MemoryBackend, message } from "../../../tests/MemoryBackend";
import { BackendError } from "../../backend/backend";
import { EventFeed } from "../../backend/feed";
import type { GroupView } from "../../backend/generated/api";
import type { Conversation, Member, Role } from "../../backend/types";
import { InfoController } from "./InfoController.svelte";

let backend: MemoryBackend;
let feed: EventFeed;
let chat: Conversation;
const group = (over: Partial<GroupView> = {}): GroupView => ({
  memberCount: 3, ownRole: "admin", leaders: [], isMember: true, permissions: { add: "admins", editInfo: "admins", send: "everyone" }, sharesHistory: 0, needsApproval: false, requestCount: 0, ...over,
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
  it("follows who comes to wait", async () => {
    const info = await made();
    await vi.waitFor(() => expect(info.requests).toHaveLength(1));
    backend.handle("invite.requests", () => [{ accountId: "acc-jun", username: "jun", name: "Jun" }, { accountId: "acc-noor", username: "noor", name: "Noor" }]);
    backend.emit({ type: "conversation.changed", conversation: { ...chat, group: group({ requestCount: 2 }) } });
    await vi.waitFor(() => expect(info.requests).toHaveLength(2));
  });

  it("is a rule as it was set, at once, and as it was when that is refused", async () => {
    const info = await made();
    backend.handle("conversation.setPermissions", () => Promise.reject(new BackendError("NOT_ALLOWED", "Only admins may do this.")));
    const done = info.setPermissions({ needsApproval: true, send: "admins" });
    expect(info.group).toMatchObject({ needsApproval: true, permissions: { send: "admins", add: "admins" } });
    expect(await done).toBe(false);
    expect(info.group).toMatchObject({ needsApproval: false, permissions: { send: "everyone" } });
    expect(info.problem).toBeDefined();
  });

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
