// The devices of the account: named, and signed out. Each sign-out is asked about first.

import { BackendError, type Backend } from "../../backend/backend";
import type { EventFeed } from "../../backend/feed";
import type { DeviceView } from "../../backend/generated/api";
import { failureText } from "../../i18n/failure";

/** What is asked before it is done: one device, all others, or this one. */
export type SignOut = { of: "one"; device: DeviceView } | { of: "others" } | { of: "this" };

export class DevicesController {
  devices = $state.raw<readonly DeviceView[]>();
  loadError = $state.raw<BackendError>();
  question = $state.raw<SignOut>();
  isBusy = $state(false);
  problem = $state<string>();
  readonly own = $derived(this.devices?.find((one) => one.isOwn));
  readonly others = $derived(this.devices?.filter((one) => !one.isOwn) ?? []);
  #stop: () => void;

  constructor(private readonly backend: Backend, feed: EventFeed) {
    this.#stop = feed.listen({ event: (event) => { if (event.type === "devices.changed") void this.load(); } });
  }

  dispose(): void {
    this.#stop();
  }

  async load(): Promise<void> {
    this.loadError = undefined;
    try {
      this.devices = await this.backend.call("device.list", {});
    } catch (error) {
      this.loadError = BackendError.from(error);
    }
  }

  async rename(device: DeviceView, name: string): Promise<void> {
    await this.#try(async () => {
      await this.backend.call("device.rename", { deviceId: device.deviceId, name });
      await this.load();
    });
  }

  ask(question: SignOut): void {
    this.problem = undefined;
    this.question = question;
  }

  /** Does what was asked about. Signing out this device ends the screen that shows it. */
  async signOut(question: SignOut): Promise<void> {
    await this.#try(async () => {
      if (question.of === "this") {
        await this.backend.call("account.logOut", {});
        return;
      }
      const devices = question.of === "one" ? [question.device] : this.others;
      try {
        for (const { deviceId } of devices) await this.backend.call("device.revoke", { deviceId });
      } finally {
        await this.load();
      }
    });
  }

  async #try(work: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.problem = undefined;
    this.isBusy = true;
    try {
      await work();
    } catch (error) {
      this.problem = failureText(BackendError.from(error));
    } finally {
      this.isBusy = false;
    }
  }
}
