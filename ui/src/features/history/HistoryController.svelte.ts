// How far the history is on a device that came later: it comes from another device of the account by itself.

import type { Backend } from "../../backend/backend";
import type { EventFeed } from "../../backend/feed";
import type { HistoryView } from "../../backend/generated/api";

export class HistoryController {
  progress = $state.raw<HistoryView>();
  /** The person doesn't want to see that it waits, until Pipit is started again. */
  #isHidden = $state(false);
  readonly isShown = $derived(this.progress?.state === "coming" || (this.progress?.state === "waiting" && !this.#isHidden));
  /** Of a hundred. */
  readonly share = $derived(this.progress === undefined || this.progress.total === 0 ? 0 : Math.min(100, Math.floor((this.progress.received * 100) / this.progress.total)));
  #stop: () => void;

  constructor(private readonly backend: Backend, feed: EventFeed) {
    this.#stop = feed.listen({
      event: (event) => { if (event.type === "history.changed") this.progress = event.history; },
      missed: () => void this.load(),
    });
  }

  dispose(): void {
    this.#stop();
  }

  async load(): Promise<void> {
    // Without an answer nothing is shown until the next change.
    this.progress = await this.backend.call("history.status", {}).catch(() => this.progress);
  }

  hide(): void {
    this.#isHidden = true;
  }
}
