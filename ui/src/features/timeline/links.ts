// Web addresses in a text. Only http and https, written out: nothing is guessed, nothing is fetched.

export type Segment = { text: string } | { text: string; href: string };

const ADDRESS = /https?:\/\/[^\s<>"'`]+/giu;
/** Longer ones stay text: no browser needs them, and looking at them costs time. */
const ADDRESS_LEN_MAX = 2048;
/** Punctuation that ends a sentence rather than an address. */
const TRAILING = new Set(".,;:!?…*_~])}»”’");
const OPENING: Record<string, string> = { ")": "(", "]": "[", "}": "{" };

export function segmentsOf(text: string): Segment[] {
  const segments: Segment[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    if (match[0].length > ADDRESS_LEN_MAX) continue;
    const address = trimmed(match[0]);
    const href = hrefOf(address);
    if (!href) continue;
    if (match.index > end) segments.push({ text: text.slice(end, match.index) });
    segments.push({ text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length || segments.length === 0) segments.push({ text: text.slice(end) });
  return segments;
}

/** Cuts what belongs to the sentence around, but keeps a bracket that the address opened itself. */
function trimmed(address: string): string {
  const counts = new Map<string, number>();
  for (const character of address) counts.set(character, (counts.get(character) ?? 0) + 1);
  let end = address.length;
  while (end > 0 && TRAILING.has(address[end - 1]!)) {
    const last = address[end - 1]!;
    const opening = OPENING[last];
    if (opening && (counts.get(opening) ?? 0) >= counts.get(last)!) break;
    counts.set(last, counts.get(last)! - 1);
    end--;
  }
  return address.slice(0, end);
}

function hrefOf(address: string): string | undefined {
  try {
    const url = new URL(address);
    return url.hostname === "" ? undefined : url.href;
  } catch {
    return undefined;
  }
}
