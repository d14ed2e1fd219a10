import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { TOAST_MS, Toasts } from "./Toasts.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("shows a toast for its time and undoes while it is there", () => {
  const toasts = new Toasts();
  const undo = vi.fn();
  toasts.show("Archived", undo);
  vi.advanceTimersByTime(TOAST_MS - 1);
  expect(toasts.undoLast()).toBe(true);
  expect(undo).toHaveBeenCalledOnce();
  expect(toasts.all).toEqual([]);
  toasts.show("Archived", undo);
  vi.advanceTimersByTime(TOAST_MS);
  expect(toasts.undoLast()).toBe(false);
});

it("stands still while somebody looks at it", () => {
  const toasts = new Toasts();
  toasts.show("Muted", () => {});
  vi.advanceTimersByTime(TOAST_MS - 100);
  toasts.hold();
  vi.advanceTimersByTime(TOAST_MS);
  expect(toasts.all).toHaveLength(1);
  toasts.release();
  vi.advanceTimersByTime(100);
  expect(toasts.all).toEqual([]);
});

it("undoes the newest that can be undone, and keeps three at most", () => {
  const toasts = new Toasts();
  const done: string[] = [];
  for (const name of ["a", "b", "c", "d"]) toasts.show(name, () => done.push(name));
  toasts.show("A remark");
  expect(toasts.all.map((one) => one.text)).toEqual(["c", "d", "A remark"]);
  toasts.undoLast();
  expect(done).toEqual(["d"]);
});
