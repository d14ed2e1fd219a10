// Web addresses in a text. Only http and https, written out: nothing is guessed, nothing is fetched.

export type Segment = { text: string } | { text: string; href: string };

const ADDRESS = /https?:\/\/[^\s<>"'`]+/giu;
/** Punctuation that ends a sentence rather than an address. */
const TRAILING = /[.,;:!?…*_~\])}»”’]+$/u;

export function segmentsOf(text: string): Segment[] {
  const segments: Segment[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
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
  let result = address;
  for (;;) {
    const tail = TRAILING.exec(result)?.[0];
    if (!tail) return result;
    const last = result.at(-1)!;
    const open = { ")": "(", "]": "[", "}": "{" }[last];
    if (open && count(result, open) >= count(result, last)) return result;
    result = result.slice(0, -1);
  }
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

function hrefOf(address: string): string | undefined {
  try {
    const url = new URL(address);
    return url.hostname === "" ? undefined : url.href;
  } catch {
    return undefined;
  }
}
