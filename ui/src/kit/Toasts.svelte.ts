// Short remarks over the bottom of the list, most with a way to undo. Undo works until the toast goes, by its button
// and by Ctrl Z. Not here: what is undone; the caller brings that.

/** How long a toast stays (DESIGN, Behaviour). While the pointer or focus is on it, time stands still. */
export const TOAST_MS = 6_000;
/** More would cover the list; the oldest goes. */
const TOASTS_MAX = 3;

export interface Toast {
  id: number;
  text: string;
  /** Nothing to undo: a remark only. */
  undo?: (() => void) | undefined;
}

export class Toasts {
  /** Oldest first. */
  all = $state.raw<readonly Toast[]>([]);
  #next = 1;
  #timers = new Map<number, { timer: ReturnType<typeof setTimeout>; endsAt: number }>();
  #left = new Map<number, number>();

  show(text: string, undo?: () => void): void {
    const toast: Toast = { id: this.#next++, text, undo };
    for (const old of this.all.slice(0, Math.max(0, this.all.length + 1 - TOASTS_MAX))) this.close(old.id);
    this.all = [...this.all, toast];
    this.#run(toast.id, TOAST_MS);
  }

  close(id: number): void {
    clearTimeout(this.#timers.get(id)?.timer);
    this.#timers.delete(id);
    this.#left.delete(id);
    this.all = this.all.filter((one) => one.id !== id);
  }

  undo(id: number): void {
    const toast = this.all.find((one) => one.id === id);
    this.close(id);
    toast?.undo?.();
  }

  /** Undoes the newest that can be; false when there is none. */
  undoLast(): boolean {
    const toast = this.all.findLast((one) => one.undo !== undefined);
    if (toast) this.undo(toast.id);
    return toast !== undefined;
  }

  hold(): void {
    for (const [id, { timer, endsAt }] of this.#timers) {
      clearTimeout(timer);
      this.#left.set(id, Math.max(0, endsAt - Date.now()));
    }
    this.#timers.clear();
  }

  release(): void {
    for (const [id, left] of this.#left) this.#run(id, left);
    this.#left.clear();
  }

  #run(id: number, ms: number): void {
    this.#timers.set(id, { timer: setTimeout(() => this.close(id), ms), endsAt: Date.now() + ms });
  }
}
