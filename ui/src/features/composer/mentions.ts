// Mentions in a text that is being written. People see and type "@Name"; what is kept and sent is a link that holds
// the account: [@Name](pipit:account:…). Pure.

export interface Mention { name: string; accountId: string }

const LINK = /\[@([^[\]\n]{1,200})\]\(pipit:account:([0-9a-f]{64})\)/gu;
/** Longer ones are no names. */
const QUERY_LEN_MAX = 32;

/** A text as it is kept, as it is shown, and the mentions in it. */
export function shownText(markup: string): { text: string; mentions: Mention[] } {
  const mentions: Mention[] = [];
  const text = markup.replace(LINK, (_, name: string, accountId: string) => {
    mentions.push({ name, accountId });
    return `@${name}`;
  });
  return { text, mentions };
}

/** The text as it is kept and sent: every "@Name" of a known mention becomes its link. */
export function markupOf(text: string, mentions: readonly Mention[]): string {
  if (mentions.length === 0) return text;
  const byName = new Map(mentions.map((one) => [one.name, one.accountId]));
  // The longest name first: "@Ann" must not be found in "@Ann Lee".
  const names = [...byName.keys()].sort((a, b) => b.length - a.length).map((name) => name.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&"));
  const pattern = new RegExp(`@(${names.join("|")})(?![\\p{L}\\p{N}])`, "gu");
  return text.replace(pattern, (whole, name: string) => `[${whole}](pipit:account:${byName.get(name)!})`);
}

/** A name as it can stand in a link. */
export function mentionName(name: string): string {
  return name.replace(/[[\]\n]/gu, " ").trim().slice(0, 100);
}

export interface MentionQuery { start: number; text: string }

/** What is typed after an "@" at the caret, when it may be the beginning of a name. */
export function queryAt(text: string, caret: number): MentionQuery | undefined {
  const before = text.slice(Math.max(0, caret - QUERY_LEN_MAX - 2), caret);
  const at = before.lastIndexOf("@");
  if (at < 0) return undefined;
  const query = before.slice(at + 1);
  const isAfterWord = at > 0 && /[\p{L}\p{N}]/u.test(before[at - 1]!);
  if (isAfterWord || query.length > QUERY_LEN_MAX || /[\n@]|^\s|\s{2}/u.test(query)) return undefined;
  return { start: caret - query.length - 1, text: query };
}

interface Person { username: string; name: string }

/** People whose name, a part of it, or username begins so; at most eight. */
export function peopleFor<P extends Person>(people: readonly P[], query: string): P[] {
  const wanted = folded(query);
  return people.filter((one) => {
    const name = folded(one.name);
    return name.startsWith(wanted) || one.username.startsWith(wanted) || name.split(/\s+/u).some((word) => word.startsWith(wanted));
  }).slice(0, 8);
}

function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
