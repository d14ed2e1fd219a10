import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MemoryBackend, message, own } from "../../../tests/MemoryBackend";
import { ComposerController, DRAFT_PAUSE_MS, TEXT_BYTES_MAX } from "./ComposerController.svelte";

let backend: MemoryBackend;
let composer: ComposerController;

beforeEach(() => {
  vi.useFakeTimers();
  backend = new MemoryBackend();
  composer = new ComposerController(backend);
  composer.open("c1", undefined);
});
afterEach(() => vi.useRealTimers());

const drafts = (): unknown[] => backend.called("conversation.setDraft").map((one) => [one.conversationId, one.text]);
const pause = (): Promise<unknown> => vi.advanceTimersByTimeAsync(DRAFT_PAUSE_MS);

describe("drafts", () => {
  it("are saved at a pause in typing, once", async () => {
    composer.type("h");
    await vi.advanceTimersByTimeAsync(DRAFT_PAUSE_MS - 1);
    composer.type("he");
    await vi.advanceTimersByTimeAsync(DRAFT_PAUSE_MS - 1);
    expect(drafts()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(drafts()).toEqual([["c1", "he"]]);
    await pause();
    expect(drafts()).toHaveLength(1);
  });

  it("are saved when the chat changes, and each chat shows its own", async () => {
    composer.type("for one");
    composer.open("c2", "for two");
    expect(composer.text).toBe("for two");
    await pause();
    expect(drafts()).toEqual([["c1", "for one"]]);
    composer.open("c1", "old from the list");
    expect(composer.text).toBe("for one");
  });

  it("are not saved when nothing changed", async () => {
    composer.open("c2", "for two");
    composer.open("c1", undefined);
    await composer.flush();
    expect(drafts()).toEqual([]);
  });

  it("are cleared by an empty text", async () => {
    composer.open("c2", "for two");
    composer.type("");
    await pause();
    expect(drafts()).toEqual([["c2", ""]]);
  });

  it("that couldn't be saved say so, and are saved at the next pause", async () => {
    backend.fail("conversation.setDraft", "STORAGE");
    composer.type("kept");
    await pause();
    expect(composer.error).toBeDefined();
    backend.fail("conversation.setDraft", undefined);
    composer.type("kept!");
    expect(composer.error).toBeUndefined();
    await pause();
    expect(drafts().at(-1)).toEqual(["c1", "kept!"]);
    await composer.flush();
    expect(drafts()).toHaveLength(2);
  });
});

describe("sending", () => {
  it("clears the box at once, and the draft in the same call", async () => {
    composer.type("  hello\nyou ");
    await pause();
    const release = backend.hold("message.send");
    const sent = composer.send();
    expect(composer.text).toBe("");
    release();
    await sent;
    expect(backend.called("message.send")).toEqual([{ conversationId: "c1", text: "hello\nyou", endsDraft: true }]);
    expect(drafts()).toEqual([["c1", "  hello\nyou "]]);
  });

  it("does nothing with only spaces", async () => {
    composer.type(" \n ");
    expect(composer.canSend).toBe(false);
    await composer.send();
    expect(backend.called("message.send")).toEqual([]);
    expect(composer.text).toBe(" \n ");
  });

  it("gives text back that wasn't taken, before what was typed since", async () => {
    backend.fail("message.send", "STORAGE_FULL");
    composer.type("first");
    const release = backend.hold("message.send");
    const sent = composer.send();
    composer.type("second");
    release();
    await sent;
    expect(composer.text).toBe("first\nsecond");
    expect(composer.error).toMatch(/back here/u);
    expect(drafts().at(-1)).toEqual(["c1", "first\nsecond"]);
  });

  it("gives text back to the chat it was for", async () => {
    backend.fail("message.send", "STORAGE_FULL");
    composer.type("for one");
    const release = backend.hold("message.send");
    const sent = composer.send();
    composer.open("c2", undefined);
    release();
    await sent;
    expect(composer.text).toBe("");
    composer.open("c1", undefined);
    expect(composer.text).toBe("for one");
  });

  it("keeps text that is too long, by bytes", async () => {
    const long = "é".repeat(TEXT_BYTES_MAX / 2 + 1);
    composer.type(long);
    await composer.send();
    expect(backend.called("message.send")).toEqual([]);
    expect(composer.text).toBe(long);
    expect(composer.error).toMatch(/too long/u);
  });

  it("sends to the chat that was open when Enter was pressed", async () => {
    composer.type("for one");
    const sent = composer.send();
    composer.open("c2", undefined);
    await sent;
    expect(backend.called("message.send")).toEqual([{ conversationId: "c1", text: "for one", endsDraft: true }]);
  });
});

describe("drafts of other devices", () => {
  it("come in when nothing is typed here", async () => {
    composer.synced("c1", "from the other one");
    expect(composer.text).toBe("from the other one");
    await composer.flush();
    expect(drafts()).toEqual([]);
  });

  it("don't touch what is being typed, and own ones that come back late change nothing", async () => {
    composer.type("a");
    await pause();
    composer.type("ab");
    composer.synced("c1", "other");
    expect(composer.text).toBe("ab");
    await pause();
    composer.synced("c1", "a");
    expect(composer.text).toBe("ab");
  });

  it("don't bring back what was sent", async () => {
    composer.synced("c1", "half a thought");
    await composer.send();
    composer.synced("c1", "half a thought");
    expect(composer.text).toBe("");
    composer.synced("c1", "");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(composer.text).toBe("");
  });

  it("come in late when something was typed and saved here just before", async () => {
    composer.type("half a thought");
    await pause();
    composer.synced("c1", "half a thought");
    // Sent from the other device.
    composer.synced("c1", "");
    expect(composer.text).toBe("half a thought");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(composer.text).toBe("");
    composer.type("mine");
    await pause();
    composer.synced("c1", "theirs");
    composer.type("mine again");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(composer.text).toBe("mine again");
  });

  it("don't take away what was typed and saved while an older state was on its way", async () => {
    composer.type("one");
    await composer.send();
    composer.type("two");
    await composer.flush();
    composer.synced("c1", "");
    expect(composer.text).toBe("two");
  });

  it("wait while a message is changed", () => {
    composer.edit(own("m1", { text: "old" }));
    composer.synced("c1", "other");
    expect(composer.text).toBe("old");
    composer.cancel();
    expect(composer.text).toBe("other");
  });
});

describe("an answer", () => {
  it("goes with the message it answers, and stays with its chat until then", async () => {
    composer.reply(message("m7"));
    composer.type("yes");
    composer.open("c2", undefined);
    expect(composer.replyTo).toBeUndefined();
    composer.open("c1", undefined);
    expect(composer.replyTo?.messageId).toBe("m7");
    await composer.send();
    expect(backend.called("message.send").at(-1)).toEqual({ conversationId: "c1", text: "yes", endsDraft: true, replyTo: "m7" });
    expect(composer.replyTo).toBeUndefined();
  });

  it("can be given up without the text", () => {
    composer.type("yes");
    composer.reply(message("m7"));
    expect(composer.cancel()).toBe(true);
    expect([composer.replyTo, composer.text, composer.cancel()]).toEqual([undefined, "yes", false]);
  });

  it("comes back with its text when it wasn't taken", async () => {
    composer.reply(message("m7"));
    composer.type("yes");
    backend.fail("message.send", "STORAGE");
    await composer.send();
    expect([composer.text, composer.replyTo?.messageId]).toEqual(["yes", "m7"]);
  });
});

describe("a change", () => {
  const last = own("m9", { text: "**old**" });

  it("shows the message's text, and gives the draft back afterwards", async () => {
    composer.type("draft");
    composer.edit(last);
    expect(composer.text).toBe("**old**");
    composer.type("new");
    await composer.send();
    expect(backend.called("message.edit")).toEqual([{ messageId: "m9", text: "new" }]);
    expect(backend.called("message.send")).toEqual([]);
    expect([composer.text, composer.editing]).toEqual(["draft", undefined]);
    await pause();
    expect(drafts()).toEqual([["c1", "draft"]]);
  });

  it("that changes nothing isn't sent, and one that fails keeps its words", async () => {
    composer.edit(last);
    await composer.send();
    expect(backend.called("message.edit")).toEqual([]);
    composer.edit(last);
    composer.type("new");
    backend.fail("message.edit", "OFFLINE");
    await composer.send();
    expect([composer.text, composer.editing?.messageId]).toEqual(["new", "m9"]);
    expect(composer.error).toMatch(/wasn’t saved/u);
  });

  it("ends when another chat opens", () => {
    composer.edit(last);
    composer.open("c2", "two");
    expect([composer.text, composer.editing]).toEqual(["two", undefined]);
    composer.open("c1", undefined);
    expect(composer.text).toBe("");
  });
});

describe("mentions", () => {
  it("are names in the field and links in the draft and the message", async () => {
    const accountId = "a".repeat(64);
    composer.type("hi @Ann");
    composer.mention({ name: "Ann", accountId });
    await pause();
    expect(drafts()).toEqual([["c1", `hi [@Ann](pipit:account:${accountId})`]]);
    composer.open("c2", undefined);
    composer.open("c1", undefined);
    expect(composer.text).toBe("hi @Ann");
    await composer.send();
    expect(backend.called("message.send").at(-1)!.text).toBe(`hi [@Ann](pipit:account:${accountId})`);
  });
});
