// Web addresses in a text. Only http and https, written out: nothing is guessed, nothing is fetched.

export interface Address { text: string; href: string }

const INVITATION = "pipit://join/";
const PERSON = "pipit://user/";
const ADDRESS = /(?:https?:\/\/|pipit:\/\/(?:join|user)\/)[^\s<>"'`]+/iuy;
/** Longer ones stay text: no browser needs them, and looking at them costs time. */
const ADDRESS_LEN_MAX = 2048;
/** Punctuation that ends a sentence rather than an address. */
const TRAILING = new Set(".,;:!?…*_~])}»”’");
const OPENING: Record<string, string> = { ")": "(", "]": "[", "}": "{" };

/** The address that begins at `at`; `end` is where to go on when there is none but something like it. */
export function addressAt(text: string, at: number): Address | { end: number } | undefined {
  ADDRESS.lastIndex = at;
  const match = ADDRESS.exec(text);
  if (!match) return undefined;
  const skipped = { end: at + match[0].length };
  if (match[0].length > ADDRESS_LEN_MAX) return skipped;
  const address = trimmed(match[0]);
  const href = hrefOf(address);
  return href === undefined ? skipped : { text: address, href };
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

/** The address leads into a group of Pipit. */
export function isInvitation(address: string): boolean {
  return address.startsWith(INVITATION);
}

/** The address leads to a person of Pipit. */
export function isPersonLink(address: string): boolean {
  return address.startsWith(PERSON);
}

/** As a browser writes it; undefined when it isn't one of the schemes above or names no host. */
export function hrefOf(address: string): string | undefined {
  try {
    const url = new URL(address);
    const isWeb = url.protocol === "http:" || url.protocol === "https:" || isInvitation(address) || isPersonLink(address);
    return isWeb && url.hostname !== "" ? url.href : undefined;
  } catch {
    return undefined;
  }
}
