// What a picture shows when there is no picture: initials, and one of eight hues.

/** First letters of the first and the last word, without words in brackets; "" for names without letters. */
export function initialsOf(name: string): string {
  const all = name.trim().split(/\s+/u);
  const outer = all.filter((word) => !/^[([{<]/u.test(word));
  const words = (outer.length > 0 ? outer : all).map(firstLetter).filter((letter) => letter !== "");
  const first = words[0] ?? "";
  const last = words.length > 1 ? words[words.length - 1]! : "";
  return first + last;
}

/** A letter or digit with its marks, in capitals where the script has them. */
function firstLetter(word: string): string {
  return (/[\p{L}\p{N}]\p{M}*/u.exec(word)?.[0] ?? "").toLocaleUpperCase();
}

/** 1 to 8, the same for the same id on every computer (FNV-1a over UTF-16 units). */
export function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) {
    hash ^= id.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return ((hash >>> 0) % 8) + 1;
}
