// The core's events in order. Watches the numbers: when one is missing, or the line was cut, listeners
// are told to ask for snapshots again. Controllers listen here and never to the backend itself.

import type { Backend, TransportState } from "./backend";
import type { NumberedEvent } from "./generated/api";

export interface FeedListener {
  event?(event: NumberedEvent): void;
  /** Something was missed: what is on the screen may be old. Ask again. */
  missed?(): void;
  transport?(state: TransportState): void;
}

export class EventFeed {
  #listeners = new Set<FeedListener>();
  /** The number of the newest event that was handled; undefined until the subscription stands. */
  #number: number | undefined;
  /** Events that came while a subscription was being made. */
  #early: NumberedEvent[] = [];
  #subscribing: Promise<void> | undefined;

  constructor(private readonly backend: Backend) {
    backend.onEvent((event) => this.#take(event));
    backend.onTransport((state) => {
      if (state === "restarted") void this.#resubscribe();
      for (const listener of [...this.#listeners]) listener.transport?.(state);
    });
  }

  listen(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Starts the flow. Ask for snapshots after this settles, so that nothing falls between. */
  async start(): Promise<void> {
    this.#subscribing ??= this.#subscribe();
    try {
      await this.#subscribing;
    } catch (error) {
      // The next start tries again.
      this.#subscribing = undefined;
      throw error;
    }
  }

  async #subscribe(): Promise<void> {
    this.#number = undefined;
    this.#early = [];
    const { number } = await this.backend.call("events.subscribe", {});
    this.#number = number;
    const early = this.#early.filter((event) => event.number > number);
    this.#early = [];
    for (const event of early) this.#take(event);
  }

  async #resubscribe(): Promise<void> {
    try {
      this.#subscribing = this.#subscribe();
      await this.#subscribing;
      this.#tellMissed();
    } catch {
      // The line broke again; the transport says "restarted" once more when it is back.
    }
  }

  #take(event: NumberedEvent): void {
    if (this.#number === undefined) {
      // Before any subscription, events are in the snapshots that will be asked for.
      if (this.#subscribing) this.#early.push(event);
      return;
    }
    if (event.number <= this.#number) return;
    const isGap = event.number !== this.#number + 1;
    this.#number = event.number;
    if (isGap) this.#tellMissed();
    for (const listener of [...this.#listeners]) listener.event?.(event);
  }

  #tellMissed(): void {
    for (const listener of [...this.#listeners]) listener.missed?.();
  }
}
