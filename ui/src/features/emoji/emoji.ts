// Emoji as they are searched and toned. Pure.

export interface Emoji { text: string; name: string; words: string; hasTones: boolean }
export interface EmojiGroup { group: string; emoji: Emoji[] }

const TONES = ["", "\u{1f3fb}", "\u{1f3fc}", "\u{1f3fd}", "\u{1f3fe}", "\u{1f3ff}"];
/** In a sequence of people it joins hands and takes no tone itself. */
const HANDSHAKE = "🤝";
const FOUND_MAX = 180;

/** With a skin tone, 0 for none. */
export function toned(emoji: Emoji, tone: number): Emoji {
  if (!emoji.hasTones || tone === 0) return emoji;
  return { ...emoji, text: withTone(emoji.text, TONES[tone]!) };
}

function withTone(text: string, tone: string): string {
  const parts = text.split("\u200d");
  return parts.map((part) => {
    const [first = "", ...rest] = [...part];
    if (!/^\p{Emoji_Modifier_Base}$/u.test(first) || (first === HANDSHAKE && parts.length > 1)) return part;
    // The sign that asks for the coloured form gives way to the tone.
    return first + tone + rest.filter((one) => one !== "\ufe0f").join("");
  }).join("\u200d");
}

/** By the beginnings of words; where the name itself begins so comes first. */
export function matching(groups: readonly EmojiGroup[], query: string): Emoji[] {
  const wanted = folded(query).split(/\s+/u).filter((one) => one !== "");
  const first: Emoji[] = [];
  const others: Emoji[] = [];
  for (const one of groups.flatMap((group) => group.emoji)) {
    const name = folded(one.name);
    const words = `${name} ${folded(one.words)}`.split(/[\s,:–-]+/u);
    if (one.text !== query.trim() && !wanted.every((part) => words.some((word) => word.startsWith(part)))) continue;
    (name.startsWith(wanted[0] ?? "") ? first : others).push(one);
  }
  return [...first, ...others].slice(0, FOUND_MAX);
}

/** Case and accents don't matter. */
function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Rows of a grid, under the headings that begin them. */
export interface GridRow { group: string; isFirst: boolean; emoji: Emoji[] }

export function gridOf(groups: readonly EmojiGroup[], columns: number): GridRow[] {
  return groups.flatMap(({ group, emoji }) =>
    Array.from({ length: Math.ceil(emoji.length / columns) }, (_, row) => ({ group, isFirst: row === 0, emoji: emoji.slice(row * columns, (row + 1) * columns) })));
}

/** The cell that a key leads to, by row and column. */
export function gridMove(rows: readonly GridRow[], at: { row: number; column: number }, key: string, isRightToLeft: boolean): { row: number; column: number } | undefined {
  const length = (row: number): number => rows[row]?.emoji.length ?? 0;
  const forward = isRightToLeft ? "ArrowLeft" : "ArrowRight";
  const backward = isRightToLeft ? "ArrowRight" : "ArrowLeft";
  const clamped = (row: number): { row: number; column: number } => {
    const inside = Math.min(Math.max(row, 0), rows.length - 1);
    return { row: inside, column: Math.min(at.column, length(inside) - 1) };
  };
  switch (key) {
    case forward: return at.column + 1 < length(at.row) ? { ...at, column: at.column + 1 } : at.row + 1 < rows.length ? { row: at.row + 1, column: 0 } : at;
    case backward: return at.column > 0 ? { ...at, column: at.column - 1 } : at.row > 0 ? { row: at.row - 1, column: length(at.row - 1) - 1 } : at;
    case "ArrowDown": return clamped(at.row + 1);
    case "ArrowUp": return clamped(at.row - 1);
    case "PageDown": return clamped(at.row + 5);
    case "PageUp": return clamped(at.row - 5);
    default: return undefined;
  }
}
