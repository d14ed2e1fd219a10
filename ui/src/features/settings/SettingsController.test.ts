import { beforeEach, describe, expect, it } from "vitest";
import { MemoryBackend } from "../../../tests/MemoryBackend";
import { EventFeed } from "../../backend/feed";
import type { Settings } from "../../backend/generated/api";
import { SettingsController } from "./SettingsController.svelte";

const some: Settings = {
  readReceipts: true, typing: true, lastSeen: "contacts", online: "contacts", notifications: { isOn: true, showsText: true, sound: true }, requestsFromStrangers: true,
};
let backend: MemoryBackend;
let settings: SettingsController;

beforeEach(async () => {
  backend = new MemoryBackend();
  backend.handle("settings.get", () => some);
  backend.handle("profile.get", () => ({ displayName: "Mara", about: "" }));
  backend.handle("contact.list", () => [{ accountId: "a", username: "a", name: "a" }, { accountId: "b", username: "b", name: "b", isBlocked: true }]);
  backend.handle("security.protection", () => ({ keyPlace: "keychain" }));
  settings = new SettingsController(backend, new EventFeed(backend));
  await settings.load();
});

describe("settings", () => {
  it("change at once and are sent alone", async () => {
    const release = backend.hold("settings.set");
    const setting = settings.set({ readReceipts: false });
    expect(settings.settings?.readReceipts).toBe(false);
    release();
    await setting;
    expect(backend.called("settings.set")).toEqual([{ readReceipts: false }]);
  });

  it("go back and say why when they were refused", async () => {
    backend.fail("settings.set", "STORAGE");
    await settings.set({ typing: false });
    expect(settings.settings?.typing).toBe(true);
    expect(settings.problem).toMatch(/disk/u);
    backend.fail("profile.set", "STORAGE");
    await settings.setProfile({ displayName: "M" });
    expect(settings.profile?.displayName).toBe("Mara");
  });

  it("list who is blocked, and let them back", async () => {
    expect(settings.blocked.map((one) => one.accountId)).toEqual(["b"]);
    await settings.unblock("b");
    expect(settings.blocked).toEqual([]);
    expect(backend.called("contact.block")).toEqual([{ accountId: "b", isBlocked: false }]);
  });

  it("say what guards the history", () => {
    expect(settings.protection?.keyPlace).toBe("keychain");
  });

  it("say when they didn't load", async () => {
    backend.fail("settings.get", "STORAGE");
    await settings.load();
    expect(settings.loadError?.code).toBe("STORAGE");
  });
});
