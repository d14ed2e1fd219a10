// Which server: what is offered, what the person picked or typed, and whether it answers.

import { BackendError, type Backend } from "../../backend/backend";
import type { ServerInfo, ServerSuggestion } from "../../backend/generated/api";

/** Milliseconds after the last key before a typed address is tried. */
export const ADDRESS_PAUSE_MS = 500;

export type Probe =
  | { state: "none" }
  | { state: "running" }
  | { state: "answered"; info: ServerInfo }
  | { state: "failed"; error: BackendError };

/** The pick that stands for "another server". */
export const OTHER = "other";

export class ServerChoice {
  suggestions = $state.raw<readonly ServerSuggestion[]>([]);
  isLoading = $state(true);
  hasLoadFailed = $state(false);
  /** A suggested server, or OTHER. */
  picked = $state<string>(OTHER);
  address = $state("");
  probe = $state.raw<Probe>({ state: "none" });
  /** Only the newest probe may say something. */
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly backend: Backend) {}

  /** The server that stands chosen now; "" when nothing is typed. */
  get server(): string {
    return this.picked === OTHER ? this.address.trim() : this.picked;
  }

  async load(): Promise<void> {
    this.isLoading = true;
    this.hasLoadFailed = false;
    try {
      this.suggestions = await this.backend.call("server.suggestions", {});
      const first = this.suggestions.find((one) => one.local) ?? this.suggestions[0];
      if (first && this.address === "") this.pick(first.server);
    } catch {
      this.hasLoadFailed = true;
    } finally {
      this.isLoading = false;
    }
  }

  pick(server: string): void {
    this.picked = server;
    this.#forget();
    if (this.server !== "") void this.check();
  }

  type(address: string): void {
    this.address = address;
    this.#forget();
    if (address.trim() !== "") this.#timer = setTimeout(() => void this.check(), ADDRESS_PAUSE_MS);
  }

  /** Asks the chosen server for its name and how fast it answers. */
  async check(): Promise<ServerInfo | undefined> {
    this.#forget();
    const turn = this.#turn;
    this.probe = { state: "running" };
    try {
      const info = await this.backend.call("server.probe", { server: this.server });
      if (turn !== this.#turn) return undefined;
      this.probe = { state: "answered", info };
      return info;
    } catch (error) {
      if (turn === this.#turn) this.probe = { state: "failed", error: BackendError.from(error) };
      return undefined;
    }
  }

  #forget(): void {
    clearTimeout(this.#timer);
    this.#turn++;
    this.probe = { state: "none" };
  }
}
