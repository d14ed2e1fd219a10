// A rough guess at how hard a password is to guess: enough to steer a person, not a proof.
// The server's rule is length alone; this never forbids anything.

/** Fewest characters that the server takes (crates/domain, limits). */
export const PASSWORD_LEN_MIN = 12;
/** Most bytes that the server takes. */
export const PASSWORD_BYTES_MAX = 1024;

export type Strength = "short" | "weak" | "fair" | "good" | "strong";

/** Bars of four that a meter shows. */
export const strengthBars: Record<Strength, number> = { short: 0, weak: 1, fair: 2, good: 3, strong: 4 };

const COMMON = /pass(word|phrase)|qwert|asdf|zxcv|letmein|welcome|admin|iloveyou|pipit|secret|monkey|dragon|football/giu;

export function strengthOf(password: string, ownNames: readonly string[] = []): Strength {
  if ([...password].length < PASSWORD_LEN_MIN) return "short";
  const bits = bitsOf(password, ownNames);
  if (bits < 28) return "weak";
  if (bits < 48) return "fair";
  return bits < 72 ? "good" : "strong";
}

/** An estimate in bits: each character that isn't foreseen counts, by how much is mixed. */
function bitsOf(password: string, ownNames: readonly string[]): number {
  let rest = password.replace(COMMON, "*");
  for (const name of ownNames) {
    if (name.length >= 3) rest = rest.toLowerCase().split(name.toLowerCase()).join("*");
  }
  const characters = [...rest];
  let bits = 0;
  for (let i = 0; i < characters.length; i++) bits += isForeseen(characters, i) ? 0.3 : 1;
  return bits * bitsPerCharacter(rest);
}

/** Repeats, steps such as "abc" or "321", and text that came before in the same password. */
function isForeseen(characters: readonly string[], at: number): boolean {
  const code = characters[at]!.codePointAt(0)!;
  const before = characters[at - 1]?.codePointAt(0);
  if (before !== undefined && Math.abs(code - before) <= 1) return true;
  if (at < 3) return false;
  const pair = characters[at - 1]! + characters[at]!;
  return characters.slice(0, at - 1).join("").includes(pair);
}

function bitsPerCharacter(text: string): number {
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}\s]/u].filter((kind) => kind.test(text)).length;
  const hasWords = /\p{L}{3,}[\s._-]+\p{L}{2,}/u.test(text);
  if (/^[\p{N}*]*$/u.test(text)) return 2.2;
  // Letters of words carry about 2.5 bits each; mixed characters more.
  return hasWords ? 2.8 + 0.3 * kinds : 2.4 + 0.6 * kinds;
}
