import { beforeEach, describe, expect, it } from "vitest";
import { MemoryBackend } from "../../../tests/MemoryBackend";
import type { SearchHit } from "../../backend/generated/api";
import { FindController } from "./FindController.svelte";

const hit = (messageId: string): SearchHit => ({
  messageId, conversationId: "c1", conversationName: "Ines", sender: "acc-ines", senderName: "Ines", isOwn: false, sentAt: 1, kind: "text", snippet: [],
});
let backend: MemoryBackend;
let find: FindController;
let shown: string[];

beforeEach(() => {
  backend = new MemoryBackend();
  shown = [];
  find = new FindController(backend, "c1", (id) => shown.push(id));
  backend.handle("message.search", () => ({ hits: [hit("m3"), hit("m2"), hit("m1")] }));
});

describe("finding in a chat", () => {
  it("shows the newest hit, then steps, around the ends", async () => {
    find.query = "hut";
    await find.run();
    await find.step(1);
    await find.step(1);
    await find.step(1);
    await find.step(-1);
    expect(shown).toEqual(["m3", "m2", "m1", "m3", "m1"]);
    expect(backend.called("message.search")[0]).toEqual({ query: "hut", conversationId: "c1", order: "time", limit: 100 });
  });

  it("looks first when Enter comes before the pause is over", async () => {
    find.type("hut");
    await find.step(1);
    expect(shown).toEqual(["m3"]);
  });

  it("fetches the next page when the last known hit is passed", async () => {
    backend.handle("message.search", ({ before }) => (before ? { hits: [hit("m1")] } : { hits: [hit("m2")], next: "more" }));
    find.query = "hut";
    await find.run();
    expect(find.hasMore).toBe(true);
    await find.step(1);
    expect(shown).toEqual(["m2", "m1"]);
    await find.step(1);
    expect(shown.at(-1)).toBe("m2");
  });

  it("narrows by sender, says when nothing is there and when it failed", async () => {
    backend.handle("message.search", () => ({ hits: [] }));
    find.query = "hut";
    find.narrow({ sender: "acc-ines" });
    await find.run();
    expect(backend.called("message.search").at(-1)).toMatchObject({ sender: "acc-ines" });
    expect(find).toMatchObject({ at: -1, isAnswered: true });
    backend.fail("message.search", "STORAGE");
    await find.run();
    expect(find.problem).toMatch(/disk/u);
  });
});
