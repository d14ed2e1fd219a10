// Finding a name by a few letters: case, accents and apostrophes don't count, the start of a word counts most, and
// letters may be scattered. For short lists that are here already; messages are searched by the core.

export interface Part { text: string; isHit: boolean }
export interface Found {
  /** Higher is better. */
  score: number;
  parts: Part[];
}

/** Nothing when the text doesn't match; an empty query matches everything. */
export function fuzzy(query: string, text: string): Found | undefined {
  const wanted = folded(query.trim()).map((one) => one.letter);
  if (wanted.length === 0) return { score: 0, parts: [{ text, isHit: false }] };
  const letters = folded(text);
  const start = bestRun(wanted, letters);
  if (start !== undefined) {
    const at = start.at;
    return { score: start.score, parts: partsOf(text, letters.slice(at, at + wanted.length)) };
  }
  const scattered = subsequence(wanted, letters);
  return scattered && { score: 1, parts: partsOf(text, scattered) };
}

interface Letter { letter: string; from: number; to: number }

/** Letters without case and marks, each with the place in the text that it comes from. */
function folded(text: string): Letter[] {
  const letters: Letter[] = [];
  let from = 0;
  for (const character of text) {
    const to = from + character.length;
    for (const letter of character.normalize("NFKD").replace(/[\p{M}'’‘ʼ]/gu, "").toLowerCase()) letters.push({ letter, from, to });
    from = to;
  }
  return letters;
}

/** Where all letters stand together: at the very start, at the start of a word, anywhere. */
function bestRun(wanted: readonly string[], letters: readonly Letter[]): { at: number; score: number } | undefined {
  let best: { at: number; score: number } | undefined;
  for (let at = 0; at + wanted.length <= letters.length; at++) {
    if (!wanted.every((letter, i) => letters[at + i]!.letter === letter)) continue;
    const isWordStart = at === 0 || !/[\p{L}\p{N}]/u.test(letters[at - 1]!.letter);
    const score = at === 0 ? 4 : isWordStart ? 3 : 2;
    if (!best || score > best.score) best = { at, score };
  }
  return best;
}

function subsequence(wanted: readonly string[], letters: readonly Letter[]): Letter[] | undefined {
  if (wanted.length < 2) return undefined;
  const hits: Letter[] = [];
  for (const letter of letters) {
    if (letter.letter === wanted[hits.length]) hits.push(letter);
  }
  return hits.length === wanted.length ? hits : undefined;
}

function partsOf(text: string, hits: readonly Letter[]): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const { from, to } of hits) {
    if (from < at) continue;
    const between = text.slice(at, from);
    const last = parts.at(-1);
    // What doesn't count, such as an apostrophe, doesn't part a hit.
    if (last?.isHit && folded(between).length === 0) {
      last.text += between + text.slice(from, to);
    } else {
      if (between !== "") parts.push({ text: between, isHit: false });
      parts.push({ text: text.slice(from, to), isHit: true });
    }
    at = to;
  }
  if (at < text.length) parts.push({ text: text.slice(at), isHit: false });
  return parts;
}
