// Moving inside a list that is one tab stop: which item a key leads to.

/** The item after `key` was pressed at item `at` of `count`; undefined when the key means nothing here. */
export function rovingTarget(event: Pick<KeyboardEvent, "key" | "altKey" | "ctrlKey" | "metaKey">, at: number, count: number, page: number): number | undefined {
  if (count === 0 || event.altKey || event.ctrlKey || event.metaKey) return undefined;
  const last = count - 1;
  const targets: Record<string, number> = {
    ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last, PageDown: at + page, PageUp: at - page,
  };
  const target = targets[event.key];
  return target === undefined ? undefined : Math.min(Math.max(target, 0), last);
}
