import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Component } from "svelte";
import { conversation, MemoryBackend } from "../../../tests/MemoryBackend";
import { PaletteController } from "./PaletteController.svelte";

const icon = (() => {}) as unknown as Component;
let backend: MemoryBackend;
let palette: PaletteController;
let done: string[];

beforeEach(async () => {
  backend = new MemoryBackend();
  done = [];
  backend.handle("contact.list", () => [{ accountId: "acc-noor", username: "noor", name: "Noor de Wit" }]);
  palette = new PaletteController(backend, {
    actions: () => [
      { id: "mute", label: "Mute this chat", group: "chat", icon, run: () => done.push("mute") },
      { id: "new", label: "New chat", group: "app", icon, run: () => done.push("new") },
    ],
    conversations: () => [conversation("c1", { name: "Ines" }), conversation("c2", { name: "Mum & aunt Vera" })],
    chatName: () => "Ines",
    capsOf: () => [],
    onChat: (id) => done.push(id),
    onPerson: (id) => done.push(id),
    onHit: (hit) => done.push(hit.messageId),
    onClose: () => done.push("closed"),
  });
  await Promise.resolve();
});

const shown = (): string[] => palette.items.map((one) => one.id);

describe("the palette", () => {
  it("begins with recent chats and finds actions, chats and people by a few letters", () => {
    expect(shown()).toEqual(["chat-c1", "chat-c2"]);
    palette.type("mu");
    expect(palette.sections.map((one) => one.title)).toEqual(["Actions in Ines", "Chats"]);
    expect(shown()).toEqual(["action-mute", "chat-c2"]);
    palette.type("noor");
    expect(shown()).toEqual(["person-acc-noor"]);
  });

  it("narrows by the first sign", async () => {
    palette.type("> ");
    expect(shown()).toEqual(["action-mute", "action-new"]);
    palette.type("@");
    expect(shown()).toEqual(["person-acc-noor"]);
    backend.handle("message.search", () => ({
      hits: [{ messageId: "m1", conversationId: "c1", conversationName: "Ines", sender: "a", senderName: "Ines", isOwn: false, sentAt: 1, kind: "text", snippet: [{ text: "hut", isHit: true }] }],
    }));
    palette.type("# hut");
    await vi.waitFor(() => expect(shown()).toEqual(["message-m1"]));
    expect(backend.called("message.search")).toEqual([{ query: "hut", order: "time", limit: 8 }]);
  });

  it("moves around the ends and closes before it acts", () => {
    palette.move(-1);
    palette.choose();
    expect(done).toEqual(["closed", "c2"]);
  });
});
