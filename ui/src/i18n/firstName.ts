// What somebody is called where there is little room: their first name.

/** The whole name where the first word of it is none: an initial, or a title with a full stop. */
export function firstName(name: string): string {
  const [first = ""] = name.trim().split(/\s/u, 1);
  return first.length < 2 || first.endsWith(".") ? name : first;
}

/** First names; whole ones where two people share a first name. */
export function shortNames(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(firstName(name), (counts.get(firstName(name)) ?? 0) + 1);
  return names.map((name) => (counts.get(firstName(name)) === 1 ? firstName(name) : name));
}
