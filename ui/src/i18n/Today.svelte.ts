// The current day, for everything that says "Today" or "Yesterday". Steps at local midnight, and looks
// again when the window comes back, since a computer that slept fires its timers late.

import { startOfDay } from "./time";

export class Today {
  /** Local midnight that began the current day, ms. */
  start = $state(startOfDay(Date.now()));
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Returns how to stop. */
  run(): () => void {
    const look = (): void => {
      const now = Date.now();
      this.start = startOfDay(now);
      const next = new Date(this.start);
      next.setDate(next.getDate() + 1);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(look, next.getTime() - now + 50);
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(this.#timer);
      document.removeEventListener("visibilitychange", look);
    };
  }
}
