import { beforeEach, describe, expect, it, vi } from "vitest";
import { conversation, MemoryBackend } from "../../../tests/MemoryBackend";
import type { SearchHit } from "../../backend/generated/api";
import { SearchController } from "./SearchController.svelte";

let backend: MemoryBackend;
let search: SearchController;
const hit = (messageId: string): SearchHit => ({
  messageId, conversationId: "c1", conversationName: "Ines", sender: "acc-ines", senderName: "Ines", isOwn: false, sentAt: 1, kind: "text",
  snippet: [{ text: "the ", isHit: false }, { text: "hut", isHit: true }],
});

beforeEach(() => {
  backend = new MemoryBackend();
  search = new SearchController(backend, () => [conversation("c1", { name: "Ines Okafor" }), conversation("c2", { name: "Hut walkers", kind: "group" })], () => 1_000 * 86_400_000);
  backend.handle("message.search", () => ({ hits: [hit("m1")] }));
  backend.handle("contact.list", () => [{ accountId: "acc-noor", username: "noorhuts", name: "Noor Huts" }]);
});

describe("searching", () => {
  it("finds chats and people by name at once and messages by the core", async () => {
    search.focus();
    search.query = "hut";
    await search.run();
    expect(search.chats.map((one) => one.conversation.conversationId)).toEqual(["c2"]);
    expect(search.others.map((one) => one.name)).toEqual(["Noor Huts"]);
    expect(search.hits.map((one) => one.messageId)).toEqual(["m1"]);
    expect(search.isAnswered).toBe(true);
  });

  it("asks a moment after the last key, and drops an answer that was overtaken", async () => {
    const release = backend.hold("message.search");
    search.query = "h";
    const first = search.run();
    backend.handle("message.search", () => ({ hits: [hit("late")] }));
    search.type("hut");
    release();
    await first;
    expect(search.hits).toEqual([]);
    await vi.waitFor(() => expect(search.hits.map((one) => one.messageId)).toEqual(["late"]));
  });

  it("sends the filters that are set and no others", async () => {
    search.query = "hut";
    search.toggleFilters();
    search.setFilters({ kind: "link", since: 7, sender: "acc-ines", order: "relevance" });
    await search.run();
    expect(backend.called("message.search").at(-1)).toEqual({ query: "hut", order: "relevance", limit: 40, kind: "link", sender: "acc-ines", from: 993 * 86_400_000 });
    search.toggleFilters();
    await search.run();
    expect(backend.called("message.search").at(-1)).toEqual({ query: "hut", order: "time", limit: 40 });
  });

  it("goes on where the page before ended", async () => {
    backend.handle("message.search", ({ before }) => (before ? { hits: [hit("m2")] } : { hits: [hit("m1")], next: "cursor" }));
    search.query = "hut";
    await search.run();
    expect(search.hasMore).toBe(true);
    await search.more();
    expect(search.hits.map((one) => one.messageId)).toEqual(["m1", "m2"]);
    expect(search.hasMore).toBe(false);
    await search.more();
    expect(backend.called("message.search")).toHaveLength(2);
  });

  it("says when it failed, and forgets everything when it is cleared", async () => {
    backend.fail("message.search", "STORAGE");
    search.query = "hut";
    await search.run();
    expect(search.error?.code).toBe("STORAGE");
    search.clear();
    expect(search).toMatchObject({ query: "", isActive: false, error: undefined });
  });
});
