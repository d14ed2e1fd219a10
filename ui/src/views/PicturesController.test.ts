import { beforeEach, expect, it, vi } from "vitest";
import { EventFeed } from "../backend/feed";
import { MemoryBackend } from "../../tests/MemoryBackend";
import { KEPT_MAX, PicturesController } from "./PicturesController.svelte";

let backend: MemoryBackend;
let pictures: PicturesController;
const contact = (accountId: string, picture?: string) => ({ accountId, username: accountId, name: accountId, ...(picture ? { picture } : {}) });

beforeEach(async () => {
  backend = new MemoryBackend();
  backend.handle("contact.get", ({ accountId }) => contact(accountId, accountId === "ines" ? "data:ines" : undefined));
  backend.handle("profile.get", () => ({ displayName: "Me", about: "", picture: "data:me" }));
  const feed = new EventFeed(backend);
  await feed.start();
  pictures = new PicturesController(backend, feed, "me");
});

it("are asked for once, when somebody is first shown", async () => {
  expect([pictures.of("ines"), pictures.of("ines"), pictures.of("tom"), pictures.of("me")]).toEqual([undefined, undefined, undefined, undefined]);
  await vi.waitFor(() => expect(pictures.of("me")).toBe("data:me"));
  expect([pictures.of("ines"), pictures.of("tom")]).toEqual(["data:ines", undefined]);
  expect(backend.called("contact.get")).toEqual([{ accountId: "ines" }, { accountId: "tom" }]);
});

it("change when their people change them, and come again after something was missed", async () => {
  pictures.of("tom");
  backend.emit({ type: "contact.changed", contact: contact("tom", "data:tom") });
  backend.emit({ type: "contact.changed", contact: contact("never shown", "data:x") });
  await vi.waitFor(() => expect(backend.called("contact.get")).toHaveLength(1));
  backend.handle("contact.get", ({ accountId }) => contact(accountId, "data:new"));
  backend.emit({ type: "contact.changed", contact: contact("tom", "data:tom") });
  expect(pictures.of("tom")).toBe("data:tom");
  backend.transport("restarted");
  await vi.waitFor(() => expect(pictures.of("tom")).toBe("data:new"));
});

it("are asked for again where asking failed, and only the last ones are kept", async () => {
  backend.fail("contact.get", "STORAGE");
  pictures.of("ines");
  await vi.waitFor(() => expect(backend.called("contact.get")).toHaveLength(1));
  backend.fail("contact.get", undefined);
  await vi.waitFor(() => expect(pictures.of("ines")).toBe("data:ines"));
  for (let number = 0; number < KEPT_MAX; number++) pictures.of(`p${number}`);
  await vi.waitFor(() => expect(backend.called("contact.get").length).toBeGreaterThan(KEPT_MAX));
  const before = backend.called("contact.get").length;
  await vi.waitFor(() => expect(pictures.of("p0")).toBeUndefined());
  pictures.of("ines");
  await vi.waitFor(() => expect(backend.called("contact.get").length).toBe(before + 1));
});
