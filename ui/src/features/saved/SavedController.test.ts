import { beforeEach, describe, expect, it, vi } from "vitest";
import { MemoryBackend, message } from "../../../tests/MemoryBackend";
import { EventFeed } from "../../backend/feed";
import { PAGE_LEN, SavedController } from "./SavedController.svelte";

let backend: MemoryBackend;
let saved: SavedController;
const page = (from: number, count: number) => Array.from({ length: count }, (_, at) => message(`m${from - at}`, { isStarred: true }));

beforeEach(async () => {
  backend = new MemoryBackend();
  backend.handle("message.starred", (({ before }: { before?: string }) => (before ? page(10, 3) : page(100, PAGE_LEN))) as never);
  const feed = new EventFeed(backend);
  await feed.start();
  saved = new SavedController(backend, feed);
  await vi.waitFor(() => expect(saved.state).toBe("ready"));
});

describe("saved messages", () => {
  it("come by pages, from the oldest that is shown on", async () => {
    expect(saved.hasMore).toBe(true);
    await saved.more();
    expect(backend.called("message.starred").at(-1)).toEqual({ limit: PAGE_LEN, before: "m51" });
    expect(saved.messages).toHaveLength(PAGE_LEN + 3);
    expect(saved.hasMore).toBe(false);
  });

  it("go when they are no longer saved, here or elsewhere, or deleted", async () => {
    await saved.unstar(saved.messages[0]!);
    expect(backend.called("message.star")).toEqual([{ messageId: "m100", isStarred: false }]);
    backend.emit({ type: "message.changed", message: message("m99", { isStarred: false }) });
    backend.emit({ type: "message.removed", conversationId: "c1", messageId: "m98" });
    expect(saved.messages[0]!.messageId).toBe("m97");
    backend.emit({ type: "message.changed", message: message("m97", { isStarred: true, text: "changed" }) });
    expect(saved.messages[0]!.text).toBe("changed");
  });

  it("say why they didn't come, and stay when one can't be taken out", async () => {
    backend.fail("message.star", "STORAGE");
    await saved.unstar(saved.messages[0]!);
    expect(saved.problem).toBeDefined();
    expect(saved.messages[0]!.messageId).toBe("m100");
  });
});
