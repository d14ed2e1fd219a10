// The small profile of Markdown that messages use, read into a typed tree: bold, italic, strike, code, fenced code,
// quotes, lists, links, mentions. What isn't one of these is shown as it was typed. The tree is all that components
// draw: no HTML comes out of here. Reading takes time linear in the text, and nesting is bounded.

import { addressAt, hrefOf } from "./links";

export type Inline =
  | { is: "text"; text: string }
  | { is: "bold" | "italic" | "strike"; children: Inline[] }
  | { is: "code"; text: string }
  | { is: "link"; text: string; href: string }
  | { is: "mention"; name: string; accountId: string };

export interface ListItem { level: number; /** As it was typed: "3." */ number?: string; children: Inline[] }

export type Block =
  | { is: "text"; children: Inline[] }
  | { is: "code"; text: string }
  | { is: "quote"; children: Block[] }
  | { is: "list"; items: ListItem[] };

/** Emphasis inside emphasis. */
const DEPTH_MAX = 8;
const QUOTE_DEPTH_MAX = 3;
const FENCE = /^ {0,3}(`{3,})[^`]*$/u;
const ITEM = /^( {0,8})(?:[-*+]|(\d{1,9}[.)])) +(\S.*)$/u;
const LINK = /\[([^[\]\n]{1,1000})\]\(([^\s()<>]{1,2048})\)/uy;
const MENTION = /^pipit:account:([0-9a-f]{64})$/u;
/** Emphasis may begin and end beside these. Scripts without upper case are often written without spaces. */
const BESIDE = /[^\p{L}\p{N}]|\p{Lo}/u;

export function parseMarkdown(text: string): Block[] {
  return blocksOf(text.split("\n"), 0);
}

function blocksOf(lines: readonly string[], depth: number): Block[] {
  const blocks: Block[] = [];
  let plain: string[] = [];
  /** No fence closes after this line: the search isn't made again. */
  let isOpenEnded = false;
  const flush = (): void => {
    if (plain.some((line) => line !== "") || blocks.length === 0) blocks.push({ is: "text", children: inlinesOf(plain.join("\n")) });
    plain = [];
  };
  let at = 0;
  while (at < lines.length) {
    const line = lines[at]!;
    const end: number | undefined = isOpenEnded ? undefined : fenceEnd(lines, at);
    isOpenEnded ||= end === -1;
    if (end !== undefined && end >= 0) {
      if (plain.length > 0) flush();
      blocks.push({ is: "code", text: lines.slice(at + 1, end).join("\n") });
      at = end + 1;
    } else if (depth < QUOTE_DEPTH_MAX && isQuote(line)) {
      if (plain.length > 0) flush();
      const start = at;
      while (at < lines.length && isQuote(lines[at]!)) at++;
      blocks.push({ is: "quote", children: blocksOf(lines.slice(start, at).map((one) => one.replace(/^> ?/u, "")), depth + 1) });
    } else if (ITEM.test(line)) {
      if (plain.length > 0) flush();
      const items: ListItem[] = [];
      for (; at < lines.length && ITEM.test(lines[at]!); at++) items.push(itemOf(lines[at]!));
      blocks.push({ is: "list", items });
    } else {
      plain.push(line);
      at++;
    }
  }
  if (plain.length > 0) flush();
  return blocks;
}

const isQuote = (line: string): boolean => line === ">" || line.startsWith("> ") || line.startsWith(">>");

/** Undefined: no fence begins here. -1: one does and never ends. */
function fenceEnd(lines: readonly string[], at: number): number | undefined {
  const fence = FENCE.exec(lines[at]!)?.[1];
  if (fence === undefined) return undefined;
  for (let end = at + 1; end < lines.length; end++) {
    const line = lines[end]!.trim();
    if (line.length >= fence.length && /^`+$/u.test(line)) return end;
  }
  return -1;
}

function itemOf(line: string): ListItem {
  const [, indent = "", number, rest = ""] = ITEM.exec(line)!;
  const level = Math.min(3, Math.floor(indent.length / 2));
  return { level, children: inlinesOf(rest), ...(number === undefined ? {} : { number }) };
}

interface Frame { mark: string; children: Inline[] }
const KINDS: Record<string, "bold" | "italic" | "strike"> = { "**": "bold", "*": "italic", _: "italic", "~~": "strike" };

function inlinesOf(text: string): Inline[] {
  return new Inlines(text).read();
}

/** Reads one text: a stack of emphasis that is open, the whole text at its bottom. */
class Inlines {
  #stack: Frame[] = [{ mark: "", children: [] }];
  #at = 0;
  /** Runs of backticks of these lengths have no partner any more. */
  #unpaired = new Set<number>();

  constructor(private readonly text: string) {}

  read(): Inline[] {
    const special = /[`[*_~hp\n]/giu;
    while (this.#at < this.text.length) {
      special.lastIndex = this.#at;
      const next = special.exec(this.text)?.index ?? this.text.length;
      if (next > this.#at) this.#put(this.text.slice(this.#at, next));
      this.#at = next;
      if (next < this.text.length) this.#special(this.text[next]!);
    }
    this.#fold(1);
    return this.#stack[0]!.children;
  }

  #special(character: string): void {
    switch (character) {
      case "`": return this.#code();
      case "[": return this.#link();
      case "*": case "_": case "~": return this.#marks(character);
      case "\n":
        // Emphasis ends at an empty line.
        if (this.text[this.#at + 1] === "\n") this.#fold(1);
        return this.#take(1);
      default: return this.#address();
    }
  }

  #take(length: number): void {
    this.#put(this.text.slice(this.#at, this.#at + length));
    this.#at += length;
  }

  #put(text: string): void {
    const children = this.#stack.at(-1)!.children;
    const last = children.at(-1);
    if (last?.is === "text") last.text += text;
    else children.push({ is: "text", text });
  }

  #add(inline: Inline, length: number): void {
    this.#stack.at(-1)!.children.push(inline);
    this.#at += length;
  }

  #code(): void {
    const ticks = /`+/uy;
    ticks.lastIndex = this.#at;
    const run = ticks.exec(this.text)![0];
    const partner = this.#unpaired.has(run.length) ? -1 : partnerOf(this.text, run, this.#at + run.length);
    if (partner < 0) this.#unpaired.add(run.length);
    const inside = this.text.slice(this.#at + run.length, partner);
    if (partner < 0 || inside.trim() === "") return this.#take(run.length);
    this.#add({ is: "code", text: inside.replace(/^ (.*[^ ].*) $/su, "$1") }, partner + run.length - this.#at);
  }

  #link(): void {
    LINK.lastIndex = this.#at;
    const [whole = "", label = "", target = ""] = LINK.exec(this.text) ?? [];
    const accountId = MENTION.exec(target)?.[1];
    if (accountId !== undefined) return this.#add({ is: "mention", name: label.replace(/^@/u, ""), accountId }, whole.length);
    const href = whole === "" ? undefined : hrefOf(target);
    if (href === undefined || misleads(label, href)) return this.#take(1);
    this.#add({ is: "link", text: label, href }, whole.length);
  }

  #address(): void {
    const found = addressAt(this.text, this.#at);
    if (!found) return this.#take(1);
    if ("end" in found) return this.#take(found.end - this.#at);
    this.#add({ is: "link", ...found }, found.text.length);
  }

  #marks(character: string): void {
    let length = 1;
    while (this.text[this.#at + length] === character) length++;
    if (character === "_" && length > 1) return this.#take(length);
    const before = this.text[this.#at - 1];
    const after = this.text[this.#at + length];
    const canOpen = after !== undefined && !/\s/u.test(after) && (before === undefined || BESIDE.test(before));
    const canClose = before !== undefined && !/\s/u.test(before) && (after === undefined || BESIDE.test(after));
    while (length > 0) {
      const mark = (canClose && this.#close(character, length)) || (canOpen && this.#open(character, length));
      if (!mark) return this.#take(length);
      this.#at += mark.length;
      length -= mark.length;
    }
  }

  #close(character: string, length: number): string | undefined {
    for (let at = this.#stack.length - 1; at > 0; at--) {
      const { mark } = this.#stack[at]!;
      if (mark[0] !== character || mark.length > length) continue;
      this.#fold(at + 1);
      const { children } = this.#stack.pop()!;
      if (children.length === 0) this.#put(mark + mark);
      else this.#stack.at(-1)!.children.push({ is: KINDS[mark]!, children });
      return mark;
    }
    return undefined;
  }

  #open(character: string, length: number): string | undefined {
    const mark = character === "_" ? "_" : length >= 2 ? character.repeat(2) : character;
    if (!(mark in KINDS) || this.#stack.length > DEPTH_MAX) return undefined;
    this.#stack.push({ mark, children: [] });
    return mark;
  }

  /** Emphasis from this place of the stack on never ended: its marks are text. */
  #fold(from: number): void {
    while (this.#stack.length > from) {
      const { mark, children } = this.#stack.pop()!;
      this.#put(mark);
      for (const child of children) {
        if (child.is === "text") this.#put(child.text);
        else this.#stack.at(-1)!.children.push(child);
      }
    }
  }
}

function partnerOf(text: string, run: string, from: number): number {
  for (let at = text.indexOf(run, from); at >= 0;) {
    let end = at;
    while (text[end] === "`") end++;
    if (end - at === run.length) return at;
    at = text.indexOf(run, end);
  }
  return -1;
}

/** A label that looks like an address of another place: such a link is shown as it was typed. */
function misleads(label: string, href: string): boolean {
  const place = /(?:^|[\s/@])((?:[\p{L}\p{N}-]+\.)+\p{L}{2,})(?=$|[\s/:?#])/iu.exec(label)?.[1];
  return place !== undefined && place.toLowerCase() !== new URL(href).hostname.replace(/^www\./u, "") && place.toLowerCase() !== new URL(href).hostname;
}

/** The words without their marks: for one-line previews, labels and the clipboard. */
export function plainText(text: string): string {
  return plainBlocks(parseMarkdown(text));
}

function plainBlocks(blocks: readonly Block[]): string {
  return blocks.map((block) => {
    switch (block.is) {
      case "text": return plainInlines(block.children);
      case "code": return block.text;
      case "quote": return plainBlocks(block.children);
      case "list": return block.items.map((item) => `${"  ".repeat(item.level)}${item.number ?? "•"} ${plainInlines(item.children)}`).join("\n");
    }
  }).join("\n");
}

function plainInlines(inlines: readonly Inline[]): string {
  return inlines.map((one) => {
    switch (one.is) {
      case "text": case "code": case "link": return one.text;
      case "mention": return `@${one.name}`;
      default: return plainInlines(one.children);
    }
  }).join("");
}
