import { describe, expect, it } from "vitest";
import { message, own } from "../../tests/MemoryBackend";
import type { Message } from "../backend/types";
import { messageText } from "./messageText";

const ines = { accountId: "a", name: "Ines", isOwn: false };
const me = { accountId: "m", name: "Mara", isOwn: true };
const line = (word: string, over: object = {}): string => messageText({ ...message("m1", { text: word }), kind: "system", system: { word, ...over } });

describe("what a message says in one line", () => {
  it("is its text without marks, or what became of it", () => {
    expect(messageText(message("m1", { text: "**hi** `x`" }))).toBe("hi x");
    expect(messageText({ ...message("m1"), kind: "deleted" })).toBe("Ines deleted this message");
    expect(messageText({ ...own("m1"), kind: "deleted" })).toBe("You deleted this message");
    expect(messageText({ ...message("m1", { text: "When?" }), kind: "poll" })).toBe("Poll: When?");
    expect(messageText(message("m1", { kind: "newer" }))).toMatch(/newer Pipit/u);
  });

  it("says for each word of the core who did what, to others and to oneself", () => {
    expect(line("group.created", { actor: me, value: "Walkers" })).toBe("You created the group “Walkers”");
    expect(line("group.added", { actor: ines, target: { ...ines, name: "Jun" } })).toBe("Ines added Jun");
    expect(line("group.added", { actor: ines, target: me })).toBe("Ines added you");
    expect(line("group.removed", { actor: me, target: ines })).toBe("You removed Ines");
    expect(line("group.role", { target: ines, value: "admin" })).toBe("Ines is an admin now");
    expect(line("group.role", { target: me, value: "member" })).toBe("You are not an admin any more");
    expect(line("timer.set", { actor: ines, value: "604800" })).toBe("Ines set messages to disappear after 1 week");
    expect(line("timer.set", { actor: me, value: "5400" })).toBe("You set messages to disappear after 90 minutes");
    expect(line("group.historyShared", { actor: ines, value: "3" })).toBe("Ines shared the last 3 messages");
    for (const word of ["group.named", "group.pictured", "group.described", "group.left", "group.joined", "group.permissions", "timer.off", "message.pinned", "device.added", "key.changed"]) {
      expect(line(word, { actor: ines, value: "x" }), word).toMatch(/^Ines/u);
    }
  });

  it("knows lines of the core without more than their word, and says so when it doesn't know one", () => {
    const bare: Message = message("m1", { kind: "system", text: "history.gap" });
    expect(messageText(bare)).toMatch(/were dropped/u);
    expect(line("something.newer")).toMatch(/needs a newer Pipit/u);
    expect(line("group.left")).toBe("Somebody left");
  });
});
