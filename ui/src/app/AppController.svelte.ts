// Which screen is on: starting, onboarding, recovery key or the main one, by what the core says of the account.

import { BackendError, type Backend } from "../backend/backend";
import { EventFeed } from "../backend/feed";
import type { AccountStatus } from "../backend/generated/api";
import { LinkingController } from "../features/linking/LinkingController.svelte";
import { OnboardingController } from "../features/onboarding/OnboardingController.svelte";
import { RecoveryController } from "../features/onboarding/RecoveryController.svelte";
import { deviceName } from "../i18n/deviceName";
import { MainController } from "../views/MainController.svelte";

export type Screen =
  | { is: "starting" }
  | { is: "failed"; error: BackendError }
  | { is: "onboarding"; onboarding: OnboardingController; linking: LinkingController }
  | { is: "recovery"; recovery: RecoveryController }
  | { is: "main"; main: MainController };

export class AppController {
  screen = $state.raw<Screen>({ is: "starting" });
  status = $state.raw<AccountStatus>();
  #feed: EventFeed;
  #isFocused = false;
  /** An invitation that waits until somebody is signed in. */
  #link: string | undefined;

  constructor(
    private readonly backend: Backend,
    private readonly storage: Storage | undefined,
  ) {
    this.#feed = new EventFeed(backend);
    backend.onLink((link) => {
      this.#link = link;
      this.#openLink();
    });
    this.#feed.listen({
      event: (event) => {
        if (event.type === "account.changed") this.#apply(event.status);
      },
      missed: () => void this.#ask().catch(() => {}),
    });
  }

  get main(): MainController | undefined {
    return this.screen.is === "main" ? this.screen.main : undefined;
  }

  async start(): Promise<void> {
    this.screen = { is: "starting" };
    try {
      await this.#feed.start();
      await this.#ask();
    } catch (error) {
      this.screen = { is: "failed", error: BackendError.from(error) };
    }
  }

  setFocused(isFocused: boolean): void {
    this.#isFocused = isFocused;
    this.main?.setFocused(isFocused);
  }

  async #ask(): Promise<void> {
    this.#apply(await this.backend.call("account.status", {}));
  }

  #apply(status: AccountStatus): void {
    this.status = status;
    const wanted = status.state === "signedOut" ? "onboarding" : status.recoveryKeyPending ? "recovery" : "main";
    this.main?.connection.apply(status);
    if (this.screen.is === wanted) return;
    this.main?.dispose();
    if (this.screen.is === "onboarding") {
      this.screen.linking.dispose();
      void this.#nameDevice();
    }
    this.screen = this.#make(wanted, status);
    this.#openLink();
  }

  /** For the list of devices, until its person gives it another name there. */
  async #nameDevice(): Promise<void> {
    try {
      const own = (await this.backend.call("device.list", {})).find((one) => one.isOwn);
      if (own?.name === "") await this.backend.call("device.rename", { deviceId: own.deviceId, name: deviceName() });
    } catch (error) {
      console.warn("this device has no name yet", BackendError.from(error).code);
    }
  }

  /** What notifications say that show nothing of their message. */
  tellWords(words: { request: string; message: string }): void {
    this.backend.tellWords(words);
  }

  #openLink(): void {
    if (!this.main || this.#link === undefined) return;
    this.main.openLink(this.#link);
    this.#link = undefined;
  }

  #make(wanted: "onboarding" | "recovery" | "main", status: AccountStatus): Screen {
    const ask = (): Promise<void> => this.#ask();
    switch (wanted) {
      case "onboarding": {
        const onboarding = new OnboardingController(this.backend, ask);
        return { is: "onboarding", onboarding, linking: new LinkingController(this.backend, this.#feed, deviceName, () => onboarding.servers.server) };
      }
      case "recovery": {
        const account = { username: status.username ?? "", server: status.server ?? "" };
        const recovery = new RecoveryController(this.backend, account, ask);
        void recovery.load();
        return { is: "recovery", recovery };
      }
      case "main": {
        const main = new MainController(this.backend, this.#feed, status, this.storage);
        main.setFocused(this.#isFocused);
        void main.start();
        return { is: "main", main };
      }
    }
  }
}
