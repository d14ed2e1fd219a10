// Whether the server can be reached, and when the next try is. Counts down while that is being shown.

import type { Backend } from "../../backend/backend";
import type { EventFeed } from "../../backend/feed";
import type { AccountStatus, ConnectionState } from "../../backend/generated/api";

/** "coreGone": the line to the core itself is cut (only in a browser). "revoked": the account has removed this device. */
export type Connection = ConnectionState | "coreGone" | "revoked";

/** Milliseconds that a new connection may take before anything is said about it. */
export const QUIET_MS = 1_000;

export class ConnectionController {
  state = $state<Connection>("online");
  /** Whole seconds until the next try; undefined when none is planned. */
  secondsLeft = $state<number>();
  /** Whether the strip is shown: short waits stay quiet. */
  isShown = $state(false);
  #retryAt: number | undefined;
  #core: ConnectionState = "online";
  #isCoreGone = false;
  #isRevoked = false;
  #countdown: ReturnType<typeof setInterval> | undefined;
  #quiet: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly backend: Backend, feed: EventFeed) {
    feed.listen({
      event: (event) => {
        if (event.type === "connection") this.set(event.state, event.retryAt);
        if (event.type === "account.changed") this.apply(event.status);
      },
      transport: (state) => {
        this.#isCoreGone = state === "lost";
        this.#show();
      },
    });
  }

  /** Connects at once instead of waiting: the person asked, or the system says that the network is back. */
  async tryNow(): Promise<void> {
    if (this.state !== "offline") return;
    try {
      await this.backend.call("connection.retry", {});
    } catch {
      // The core goes on by itself, and the strip says how it stands.
    }
  }

  apply(status: AccountStatus): void {
    this.#isRevoked = status.state === "revoked";
    this.set(status.connection, status.retryAt);
  }

  set(state: ConnectionState, retryAt?: number): void {
    this.#core = state;
    this.#retryAt = state === "online" ? undefined : retryAt;
    this.#show();
  }

  #show(): void {
    this.state = this.#isCoreGone ? "coreGone" : this.#isRevoked ? "revoked" : this.#core;
    clearInterval(this.#countdown);
    this.#count();
    if (this.#retryAt !== undefined && !this.#isRevoked) this.#countdown = setInterval(() => this.#count(), 1_000);
    if (this.state === "online") {
      clearTimeout(this.#quiet);
      this.#quiet = undefined;
      this.isShown = false;
    } else if (this.state === "connecting" && !this.isShown) {
      this.#quiet ??= setTimeout(() => (this.isShown = true), QUIET_MS);
    } else {
      this.isShown = true;
    }
  }

  #count(): void {
    const left = this.#retryAt === undefined || this.#isRevoked ? 0 : Math.ceil((this.#retryAt - Date.now()) / 1_000);
    this.secondsLeft = left > 0 ? left : undefined;
  }
}
