import { describe, expect, it } from "vitest";
import { MemoryBackend } from "../../../tests/MemoryBackend";
import { OPTIONS_MAX, PollController } from "./PollController.svelte";

describe("a poll being made", () => {
  it("always has a line for one more, up to the most", () => {
    const poll = new PollController(new MemoryBackend(), "c1", () => {});
    for (let at = 0; at < OPTIONS_MAX; at++) poll.type(at, `Option ${at}`);
    expect(poll.options).toHaveLength(OPTIONS_MAX);
    poll.remove(0);
    expect(poll.options[0]).toBe("Option 1");
  });

  it("is sent with what was filled in, once each", async () => {
    const backend = new MemoryBackend();
    let done = 0;
    const poll = new PollController(backend, "c1", () => done++);
    poll.question = " When? ";
    poll.type(0, "Sat ");
    expect(poll.canSend).toBe(false);
    poll.type(1, "Sat");
    expect(poll.canSend).toBe(false);
    poll.type(2, "Sun");
    backend.fail("poll.create", "STORAGE_FULL");
    await poll.send();
    expect([poll.error !== undefined, done]).toEqual([true, 0]);
    backend.fail("poll.create", undefined);
    await poll.send();
    expect(backend.called("poll.create").at(-1)).toEqual({ conversationId: "c1", question: "When?", options: ["Sat", "Sun"], isMultiple: false });
    expect(done).toBe(1);
  });
});
