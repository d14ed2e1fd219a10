import { beforeEach, describe, expect, it } from "vitest";
import { conversation, MemoryBackend, message } from "../../../tests/MemoryBackend";
import { ForwardController, type Target } from "./ForwardController.svelte";

let backend: MemoryBackend;
let done: (readonly Target[])[];
let forward: ForwardController;
const target = (id: string, name: string, over = {}): Target => ({ name, conversation: { ...conversation(id), ...over } });

beforeEach(() => {
  backend = new MemoryBackend();
  backend.handle("message.forward", () => ({}));
  done = [];
  const targets = [target("c1", "Jun Park"), target("c2", "Ösk Nyström"), target("c3", "Closed", { canSend: false }), target("c4", "Stranger", { request: true })];
  forward = new ForwardController(backend, [message("m1"), message("m2")], targets, (chosen) => done.push(chosen));
});

describe("forwarding", () => {
  it("offers chats that can be written to, by the beginnings of their names", () => {
    expect(forward.shown.map((one) => one.name)).toEqual(["Jun Park", "Ösk Nyström"]);
    forward.query = "nys";
    expect(forward.shown.map((one) => one.name)).toEqual(["Ösk Nyström"]);
  });

  it("sends all messages to all chosen chats, and the note after them", async () => {
    for (const one of forward.shown) forward.toggle(one);
    forward.toggle(forward.shown[0]!);
    forward.toggle(forward.shown[0]!);
    forward.note = " look ";
    await forward.send();
    expect(backend.called("message.forward")).toEqual([{ messageIds: ["m1", "m2"], conversationIds: ["c2", "c1"] }]);
    expect(backend.called("message.send").map((one) => one.text)).toEqual(["look", "look"]);
    expect(done).toHaveLength(1);
  });

  it("says what didn't work and can be tried again", async () => {
    forward.toggle(forward.shown[0]!);
    backend.fail("message.forward", "STORAGE_FULL");
    await forward.send();
    expect(forward.error).toMatch(/disk is full/u);
    expect(done).toEqual([]);
    backend.fail("message.forward", undefined);
    await forward.send();
    expect(done).toHaveLength(1);
  });

  it("sends nothing to nobody", async () => {
    await forward.send();
    expect(backend.calls).toEqual([]);
  });
});
