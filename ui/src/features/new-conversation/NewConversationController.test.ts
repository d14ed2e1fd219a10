import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { MemoryBackend } from "../../../tests/MemoryBackend";
import { FIND_PAUSE_MS, NewConversationController } from "./NewConversationController.svelte";

let backend: MemoryBackend;
let opened: string[];
let dialog: NewConversationController;

beforeEach(() => {
  vi.useFakeTimers();
  backend = new MemoryBackend();
  backend.people = [{ accountId: "acc-noor", username: "noor", name: "Noor", displayName: "Noor" }];
  opened = [];
  dialog = new NewConversationController(backend, async (id) => void opened.push(id));
});
afterEach(() => vi.useRealTimers());

it("looks after a pause, by the name as the server knows it", async () => {
  dialog.type("@No");
  dialog.type(" @Noor ");
  await vi.advanceTimersByTimeAsync(FIND_PAUSE_MS);
  expect(backend.called("contact.find")).toEqual([{ username: "noor" }]);
  expect(dialog.found?.displayName).toBe("Noor");
});

it("opens on Enter without waiting for the pause", async () => {
  dialog.type("noor");
  await dialog.submit();
  expect(opened).toEqual(["with-acc-noor"]);
});

it("says that nobody has the name, and forgets that with the next key", async () => {
  dialog.type("nobody");
  await dialog.submit();
  expect(dialog.problem).toMatch(/Nobody/u);
  expect(opened).toEqual([]);
  dialog.type("nobody2");
  expect(dialog.problem).toBeUndefined();
});

it("ignores an answer for a name that is no longer there", async () => {
  const release = backend.hold("contact.find");
  dialog.type("noor");
  await vi.advanceTimersByTimeAsync(FIND_PAUSE_MS);
  dialog.type("noora");
  release();
  await vi.advanceTimersByTimeAsync(1);
  expect(dialog.found).toBeUndefined();
});

it("stays open when the chat couldn't be opened", async () => {
  backend.fail("conversation.open", "OFFLINE");
  dialog.type("noor");
  await dialog.submit();
  expect(dialog.problem).toMatch(/offline/u);
  expect(dialog.isOpening).toBe(false);
});
