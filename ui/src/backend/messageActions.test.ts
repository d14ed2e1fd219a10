import { describe, expect, it } from "vitest";
import { conversation, message, own } from "../../tests/MemoryBackend";
import { isAllowed, mayDeleteForEveryone, type MessageAction } from "./messageActions";
import type { Conversation, Message } from "./types";

const ALL: MessageAction[] = ["reply", "react", "edit", "forward", "copy", "pin", "star", "select", "info", "history", "closePoll", "delete"];
const chat: Conversation = conversation("c1");
const allowed = (one: Message, place = chat): MessageAction[] => ALL.filter((action) => isAllowed(action, one, place));

describe("what can be done with a message", () => {
  it("depends on whose it is", () => {
    expect(allowed(message("m1"))).toEqual(["reply", "react", "forward", "copy", "pin", "star", "select", "delete"]);
    expect(allowed(own("m1", { sentAt: Date.now() }))).toEqual(["reply", "react", "edit", "forward", "copy", "pin", "star", "select", "info", "delete"]);
    expect(allowed(own("m1", { sentAt: Date.now() - 49 * 3_600_000 }))).not.toContain("edit");
  });

  it("depends on what it is and where it stands", () => {
    expect(allowed(message("m1", { kind: "system" }))).toEqual([]);
    expect(allowed({ ...message("m1"), kind: "deleted" })).toEqual(["select", "delete"]);
    expect(allowed(message("m1", { kind: "newer" }))).toEqual(["select", "delete"]);
    expect(allowed(own("m1", { state: "failed" }))).toEqual(["copy", "select"]);
    expect(allowed({ ...own("m1"), isForwarded: true, editedAt: 1 })).not.toContain("edit");
    expect(allowed({ ...message("m1"), editedAt: 1 })).toContain("history");
    expect(allowed({ ...message("m1"), timer: 60 })).not.toContain("forward");
    const poll = { question: "?", isMultiple: false, isClosed: false, voterCount: 0, options: [] };
    expect(allowed({ ...own("m1"), kind: "poll", poll })).toContain("closePoll");
    expect(allowed({ ...own("m1"), kind: "poll", poll: { ...poll, isClosed: true } })).not.toContain("closePoll");
  });

  it("depends on the chat", () => {
    expect(allowed(message("m1"), { ...chat, request: true })).toEqual(["forward", "copy", "star", "select", "delete"]);
    expect(allowed(message("m1"), { ...chat, canSend: false })).not.toContain("react");
    const group = { memberCount: 3, ownRole: "member" as const, leaders: [], isMember: true, permissions: { add: "admins", editInfo: "admins", send: "everyone" } as const, sharesHistory: 0, needsApproval: false, requestCount: 0 };
    expect(allowed(message("m1"), { ...chat, kind: "group", group })).not.toContain("pin");
    expect(allowed(message("m1"), { ...chat, kind: "group", group: { ...group, ownRole: "admin" } })).toContain("pin");
  });
});

describe("taking a message back from everyone", () => {
  it("is for one's own that others have", () => {
    expect(mayDeleteForEveryone(own("m1"), chat)).toBe(true);
    expect(mayDeleteForEveryone(message("m1"), chat)).toBe(false);
    expect(mayDeleteForEveryone(own("m1", { state: "queued" }), chat)).toBe(false);
    expect(mayDeleteForEveryone(own("m1"), { ...chat, kind: "self" })).toBe(false);
    expect(mayDeleteForEveryone(own("m1"), { ...chat, canSend: false })).toBe(false);
  });
});
