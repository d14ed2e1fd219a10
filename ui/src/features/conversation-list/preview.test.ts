import { describe, expect, it } from "vitest";
import { conversation, message, own } from "../../../tests/MemoryBackend";
import { conversationName } from "../../i18n/conversationName";
import { previewOf } from "./preview";

describe("a row's preview", () => {
  it("is the last message in one line, with who wrote it", () => {
    expect(previewOf(conversation("c", { lastMessage: message("m1", { text: " two\n lines " }) }), false).text).toBe("two lines");
    expect(previewOf(conversation("c", { lastMessage: own("m1", { text: "hi" }) }), false)).toMatchObject({ lead: "You:", text: "hi" });
    expect(previewOf(conversation("c", { kind: "self", lastMessage: own("m1", { text: "hi" }) }), false)).toMatchObject({ lead: "", text: "hi" });
    expect(previewOf(conversation("c", { kind: "group", lastMessage: message("m1", { text: "hi" }) }), false)).toMatchObject({ lead: "Ines:", text: "hi" });
  });

  it("is the draft, except for the open chat, where it stands in the composer", () => {
    const one = conversation("c", { draft: "half a", lastMessage: message("m1", { text: "hi" }) });
    expect(previewOf(one, false)).toEqual({ kind: "draft", lead: "Draft:", text: "half a" });
    expect(previewOf(one, true)).toEqual({ kind: "message", lead: "", text: "hi" });
    expect(previewOf({ ...one, draft: "  " }, false).kind).toBe("message");
  });

  it("says who types, in a group by name", () => {
    const group = conversation("c", { kind: "group", draft: "half" });
    expect(previewOf(conversation("c"), false, ["Ines"])).toEqual({ kind: "typing", lead: "", text: "typing…" });
    expect(previewOf(group, false, ["Ines"]).text).toBe("Ines is typing…");
    expect(previewOf(group, false, ["Ines", "Jun"]).text).toBe("2 are typing…");
  });

  it("says so when a message can't be read, or there is none", () => {
    expect(previewOf(conversation("c", { lastMessage: message("m1", { kind: "unreadable", text: "" }) }), false).text).toMatch(/can’t be read/u);
    expect(previewOf(conversation("c", { lastMessage: message("m1", { kind: "newer", text: "" }) }), false).text).toMatch(/newer Pipit/u);
    expect(previewOf(conversation("c"), false).kind).toBe("empty");
  });
});

it("calls notes by our name for them", () => expect(conversationName(conversation("c", { kind: "self", name: "mara" }))).toBe("Note to self"));
