import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { MemoryBackend, message } from "../../../tests/MemoryBackend";
import { EventFeed } from "../../backend/feed";
import type { ActivityView } from "../../backend/generated/api";
import { ActivityController, newEntries, PAGE_LEN, RELOAD_PAUSE_MS } from "./ActivityController.svelte";

let backend: MemoryBackend;
let entries: ActivityView[];
let activity: ActivityController;

const mention = (at: number, isNew: boolean): ActivityView => ({ kind: "mention", place: `p${at}`, at, isNew, message: message(`m${at}`, { mentionsMe: true }) });
const device: ActivityView = { kind: "ownDevice", place: "d", at: 1, isNew: true, deviceId: "dd", mark: "e5c13d90", name: "", signer: "device", isKnown: false };

beforeEach(async () => {
  vi.useFakeTimers();
  backend = new MemoryBackend();
  entries = [mention(2, true), mention(1, false)];
  backend.handle("activity.list", (({ before }: { before?: string }) => (before ? [] : entries)) as never);
  const feed = new EventFeed(backend);
  await feed.start();
  activity = new ActivityController(backend, feed);
  await vi.waitFor(() => expect(activity.state).toBe("ready"));
});
afterEach(() => vi.useRealTimers());

it("stands in two parts, and what was shown is seen when the page is left", () => {
  expect(activity.fresh.map((one) => one.at)).toEqual([2]);
  expect(activity.earlier.map((one) => one.at)).toEqual([1]);
  activity.dispose();
  expect(backend.called("activity.see")).toHaveLength(1);
});

it("says nothing is seen when nothing was new, or only a part was shown", async () => {
  activity.show("mentions");
  await vi.waitFor(() => expect(activity.state).toBe("ready"));
  expect(backend.called("activity.list").at(-1)).toEqual({ limit: PAGE_LEN, only: "mentions" });
  activity.dispose();
  expect(backend.called("activity.see")).toHaveLength(0);
});

it("asks once for many changes", async () => {
  const before = backend.called("activity.list").length;
  for (const id of ["m5", "m6", "m7"]) backend.emit({ type: "message.added", message: message(id) });
  entries = [mention(7, true)];
  await vi.advanceTimersByTimeAsync(RELOAD_PAUSE_MS);
  expect(backend.called("activity.list")).toHaveLength(before + 1);
  expect(activity.entries.map((one) => one.at)).toEqual([7]);
});

it("asks for older ones from the last that is shown", async () => {
  entries = Array.from({ length: PAGE_LEN }, (_, at) => mention(1000 - at, false));
  await activity.load();
  expect(activity.hasMore).toBe(true);
  await activity.more();
  expect(backend.called("activity.list").at(-1)).toEqual({ limit: PAGE_LEN, before: `p${1000 - PAGE_LEN + 1}` });
  expect(activity.hasMore).toBe(false);
});

it("does what is decided about a device, and says what went wrong", async () => {
  await activity.confirm(device);
  expect(backend.called("device.confirm")).toEqual([{ deviceId: "dd" }]);
  backend.fail("device.revoke", "UNREACHABLE");
  await activity.signOut(device);
  expect(activity.problem).toBeTruthy();
});

it("counts what is new for the menu", async () => {
  entries = [mention(2, true), device, mention(1, false)];
  expect(await newEntries(backend)).toBe(2);
});
