// Settings of the account and one's own profile. A switch shows its new state at once; what the core refuses goes
// back and is told.

import { BackendError, type Backend } from "../../backend/backend";
import type { EventFeed } from "../../backend/feed";
import type { ProfileView, Protection, Settings } from "../../backend/generated/api";
import type { Contact } from "../../backend/types";
import { failureText } from "../../i18n/failure";
import { DevicesController } from "./DevicesController.svelte";
import { SecurityController } from "./SecurityController.svelte";

export type Page = "profile" | "devices" | "privacy" | "notifications" | "appearance" | "blocked";
/** Those of the list; the blocked people are a page behind privacy. */
export const PAGES = ["profile", "devices", "privacy", "notifications", "appearance"] as const satisfies readonly Page[];

export class SettingsController {
  /** Undefined in a narrow window: the list of pages. */
  page = $state<Page | undefined>(PAGES[0]);
  settings = $state.raw<Settings>();
  profile = $state.raw<ProfileView>();
  blocked = $state.raw<readonly Contact[]>([]);
  /** What guards the history on this computer. */
  protection = $state.raw<Protection>();
  loadError = $state.raw<BackendError>();
  /** What went wrong last, until the next change. */
  problem = $state<string>();

  readonly security: SecurityController;
  readonly devices: DevicesController;

  constructor(private readonly backend: Backend, feed: EventFeed) {
    this.security = new SecurityController(backend);
    this.devices = new DevicesController(backend, feed);
  }

  dispose(): void {
    this.devices.dispose();
  }

  async load(): Promise<void> {
    this.loadError = undefined;
    try {
      const [settings, profile, contacts, protection] = await Promise.all([
        this.backend.call("settings.get", {}),
        this.backend.call("profile.get", {}),
        this.backend.call("contact.list", {}),
        this.backend.call("security.protection", {}),
      ]);
      this.settings = settings;
      this.profile = profile;
      this.protection = protection;
      this.blocked = contacts.filter((one) => one.isBlocked);
    } catch (error) {
      this.loadError = BackendError.from(error);
    }
  }

  go(page: Page | undefined): void {
    this.page = page;
    this.problem = undefined;
  }

  async set(change: Partial<Settings>): Promise<void> {
    const before = this.settings;
    if (!before) return;
    this.settings = { ...before, ...change };
    await this.#try(() => this.backend.call("settings.set", change), () => (this.settings = before));
  }

  async setProfile(change: Partial<ProfileView>): Promise<void> {
    const before = this.profile;
    if (!before) return;
    this.profile = { ...before, ...change };
    await this.#try(() => this.backend.call("profile.set", change), () => (this.profile = before));
  }

  async unblock(accountId: string): Promise<void> {
    const before = this.blocked;
    this.blocked = before.filter((one) => one.accountId !== accountId);
    await this.#try(() => this.backend.call("contact.block", { accountId, isBlocked: false }), () => (this.blocked = before));
  }

  async #try(call: () => Promise<unknown>, takeBack: () => void): Promise<void> {
    this.problem = undefined;
    try {
      await call();
    } catch (error) {
      takeBack();
      this.problem = failureText(BackendError.from(error));
    }
  }
}
