import { beforeEach, describe, expect, it, vi } from "vitest";
import { conversation, MemoryBackend, message, own } from "../../tests/MemoryBackend";
import { AppController } from "./AppController.svelte";

let backend: MemoryBackend;
let kept: Map<string, string>;
const storage = (): Storage => ({
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
}) as Storage;

beforeEach(() => {
  backend = new MemoryBackend();
  kept = new Map();
  backend.put(conversation("c1", { name: "Ines", updatedAt: 2, draft: "half" }), [message("m1"), own("m2")]);
  backend.put(conversation("c2", { name: "Dad", updatedAt: 1, unread: 1, firstUnread: "m9" }), [message("m9", { conversationId: "c2" })]);
});

async function started(): Promise<AppController> {
  const app = new AppController(backend, storage());
  await app.start();
  return app;
}

describe("the screen", () => {
  it("follows the account: onboarding, recovery key, main", async () => {
    backend.status = { state: "signedOut", connection: "offline", recoveryKeyPending: false };
    const app = await started();
    expect(app.screen.is).toBe("onboarding");
    const signedIn = { state: "signedIn", accountId: "acc-me", connection: "online" } as const;
    backend.emit({ type: "account.changed", status: { ...signedIn, recoveryKeyPending: true } });
    expect(app.screen.is).toBe("recovery");
    backend.emit({ type: "account.changed", status: { ...signedIn, recoveryKeyPending: false } });
    expect(app.screen.is).toBe("main");
  });

  it("shows the recovery key again at the start while it is pending", async () => {
    backend.status = { ...backend.status, recoveryKeyPending: true };
    const app = await started();
    expect(app.screen.is).toBe("recovery");
  });

  it("keeps the main screen when only the status changes", async () => {
    const app = await started();
    const main = app.main;
    backend.emit({ type: "account.changed", status: { ...backend.status, connection: "offline" } });
    expect(app.main).toBe(main);
    expect(main!.connection.state).toBe("offline");
  });

  it("looks at an invitation as soon as somebody is signed in", async () => {
    backend.status = { state: "signedOut", connection: "offline", recoveryKeyPending: false };
    backend.handle("invite.look", () => ({ server: "here" }));
    const app = await started();
    backend.bringLink("pipit://join/abc");
    expect(backend.called("invite.look")).toEqual([]);
    backend.emit({ type: "account.changed", status: { state: "signedIn", accountId: "acc-me", connection: "online", recoveryKeyPending: false } });
    expect(app.main!.sides.joining!.link).toBe("pipit://join/abc");
    await vi.waitFor(() => expect(app.main!.sides.joining!.look).toEqual({ server: "here" }));
    app.main!.openLink("https://meadowhuts.example/");
    expect(backend.links).toEqual(["https://meadowhuts.example/"]);
  });

  it("says that it couldn't start, and starts when asked again", async () => {
    for (const name of ["account.status", "events.subscribe"] as const) {
      backend.fail(name, "STORAGE");
      const app = await started();
      expect(app.screen).toMatchObject({ is: "failed", error: { code: "STORAGE" } });
      backend.fail(name, undefined);
      await app.start();
      expect(app.screen.is).toBe("main");
    }
  });
});

describe("the main screen", () => {
  const main = async () => {
    const app = await started();
    const it = app.main!;
    await vi.waitFor(() => expect(it.list.isLoaded).toBe(true));
    return { app, main: it };
  };

  it("opens a chat with its draft and tells the core where the person looks", async () => {
    const { app, main: it } = await main();
    app.setFocused(true);
    await it.open("c1");
    expect(it.composer.text).toBe("half");
    expect(backend.called("window.focus").at(-1)).toEqual({ focused: true, conversationId: "c1" });
    app.setFocused(false);
    expect(backend.called("window.focus").at(-1)).toEqual({ focused: false, conversationId: "c1" });
    const count = backend.called("window.focus").length;
    app.setFocused(false);
    expect(backend.called("window.focus")).toHaveLength(count);
  });

  it("opens the chat again that was open before a reload", async () => {
    const { main: before } = await main();
    await before.open("c1");
    const { main: after } = await main();
    await vi.waitFor(() => expect(after.list.selectedId).toBe("c1"));
    after.closeConversation();
    const { main: third } = await main();
    await new Promise((resolve) => setTimeout(resolve));
    expect(third.list.selectedId).toBeUndefined();
  });

  it("opens the chat of a notification that was clicked", async () => {
    const { main: it } = await main();
    backend.emit({ type: "conversation.show", conversationId: "c2" });
    await vi.waitFor(() => expect(it.list.selectedId).toBe("c2"));
    expect(it.timeline?.conversationId).toBe("c2");
  });

  it("ends in the chat that was opened last, whatever the core answers first", async () => {
    const { main: it } = await main();
    backend.put(conversation("late", { updatedAt: 9 }));
    const release = backend.hold("conversation.get");
    const late = it.open("late");
    await it.open("c1");
    release();
    await late;
    expect(it.list.selectedId).toBe("c1");
    expect(it.timeline?.conversationId).toBe("c1");
  });

  it("starts a new chat, opens it and closes the dialog", async () => {
    backend.people = [{ accountId: "acc-noor", username: "noor", name: "noor" }];
    const { main: it } = await main();
    it.startNewConversation();
    it.newConversation!.type("noor");
    await it.newConversation!.submit();
    expect(it.newConversation).toBeUndefined();
    expect(it.list.selectedId).toBe("with-acc-noor");
    expect(it.nameOf("with-acc-noor")).toBe("noor");
  });

  it("asks for everything again when events were missed", async () => {
    const { main: it } = await main();
    await it.open("c1");
    await vi.waitFor(() => expect(it.timeline?.state).toBe("ready"));
    const before = (["conversation.list", "message.list", "account.status"] as const).map((name) => backend.called(name).length);
    backend.status = { ...backend.status, connection: "offline" };
    backend.lose();
    backend.emit({ type: "connection", state: "online" });
    await vi.waitFor(() => {
      const after = (["conversation.list", "message.list", "account.status"] as const).map((name) => backend.called(name).length);
      expect(after).toEqual(before.map((count) => count + 1));
      expect(it.connection.state).toBe("offline");
    });
  });
});
