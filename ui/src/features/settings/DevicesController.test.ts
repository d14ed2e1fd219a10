import { beforeEach, expect, it } from "vitest";
import { MemoryBackend } from "../../../tests/MemoryBackend";
import { EventFeed } from "../../backend/feed";
import type { DeviceView } from "../../backend/generated/api";
import { DevicesController } from "./DevicesController.svelte";

const device = (deviceId: string, over: Partial<DeviceView> = {}): DeviceView => ({ deviceId, mark: "91E40B27", name: deviceId, addedAt: 0, isOwn: false, ...over });
let backend: MemoryBackend;
let inForce: DeviceView[];
let devices: DevicesController;

beforeEach(async () => {
  backend = new MemoryBackend();
  inForce = [device("desk", { isOwn: true }), device("phone"), device("tablet")];
  backend.handle("device.list", () => inForce);
  backend.handle("device.revoke", ({ deviceId }: { deviceId: string }) => {
    inForce = inForce.filter((one) => one.deviceId !== deviceId);
    return {};
  });
  const feed = new EventFeed(backend);
  devices = new DevicesController(backend, feed);
  await feed.start();
  await devices.load();
});

it("knows this device from the others, and hears of changes", async () => {
  expect(devices.own?.deviceId).toBe("desk");
  expect(devices.others.map((one) => one.deviceId)).toEqual(["phone", "tablet"]);
  inForce = [...inForce, device("new one")];
  backend.emit({ type: "devices.changed" });
  await expect.poll(() => devices.others.length).toBe(3);
  devices.dispose();
  backend.emit({ type: "devices.changed" });
  expect(backend.called("device.list")).toHaveLength(2);
});

it("signs out one, or all others, and never this one with them", async () => {
  await devices.signOut({ of: "one", device: device("phone") });
  expect(devices.others.map((one) => one.deviceId)).toEqual(["tablet"]);
  inForce = [...inForce, device("laptop")];
  await devices.load();
  await devices.signOut({ of: "others" });
  expect(backend.called("device.revoke")).toEqual([{ deviceId: "phone" }, { deviceId: "tablet" }, { deviceId: "laptop" }]);
  expect(devices.others).toEqual([]);
  await devices.signOut({ of: "this" });
  expect(backend.called("account.logOut")).toEqual([{}]);
});

it("says what went wrong, and shows what is still in force", async () => {
  backend.fail("device.revoke", "OFFLINE");
  await devices.signOut({ of: "others" });
  expect(devices.problem).toBeDefined();
  expect(devices.others).toHaveLength(2);
  devices.ask({ of: "this" });
  expect(devices.problem).toBeUndefined();
});
