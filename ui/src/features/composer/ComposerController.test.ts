import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MemoryBackend } from "../../../tests/MemoryBackend";
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
  it("clears the box at once and the draft after", async () => {
    composer.type("  hello\nyou ");
    await pause();
    const release = backend.hold("message.send");
    const sent = composer.send();
    expect(composer.text).toBe("");
    release();
    await sent;
    expect(backend.called("message.send")).toEqual([{ conversationId: "c1", text: "hello\nyou" }]);
    expect(drafts()).toEqual([["c1", "  hello\nyou "], ["c1", ""]]);
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
    expect(backend.called("message.send")).toEqual([{ conversationId: "c1", text: "for one" }]);
  });
});
