import { describe, expect, it } from "vitest";
import { parseMarkdown, plainText, type Block, type Inline } from "./markdown";

/** The tree as short text: `b(…)` and so on. */
function shown(blocks: readonly Block[]): string {
  return blocks.map((block) => {
    switch (block.is) {
      case "text": return inline(block.children);
      case "code": return `pre(${block.text})`;
      case "quote": return `q(${shown(block.children)})`;
      case "list": return `l(${block.items.map((item) => `${item.level}${item.number ?? "-"}${inline(item.children)}`).join("|")})`;
    }
  }).join("/");
}
function inline(inlines: readonly Inline[]): string {
  return inlines.map((one) => {
    switch (one.is) {
      case "text": return one.text;
      case "code": return `c(${one.text})`;
      case "link": return `a(${one.text}→${one.href})`;
      case "mention": return `m(${one.name}:${one.accountId.length})`;
      default: return `${one.is[0]}(${inline(one.children)})`;
    }
  }).join("");
}
const read = (text: string): string => shown(parseMarkdown(text));
const ID = "ab".repeat(32);

describe("markdown", () => {
  it("reads emphasis, also inside each other", () => {
    expect(read("**a** *b* _c_ ~~d~~")).toBe("b(a) i(b) i(c) s(d)");
    expect(read("***both*** **a *b* c**")).toBe("b(i(both)) b(a i(b) c)");
    expect(read("a **粗体**文字 و**عريض**ة")).toBe("a b(粗体)文字 وb(عريض)ة");
    expect(read("**two\nlines**")).toBe("b(two\nlines)");
  });

  it("shows as typed what isn't emphasis", () => {
    for (const text of ["2*3*4", "snake_case_name", "__init__", "* a", "**", "*open", "a * b * c", "~one~", "**open\n\nclosed**", ":*", "5 > 3", ">:(", "``", "[x](javascript:alert(1))", "[x]", "[x](y)", "<b>x</b>", "#tag", "# title"]) {
      expect(plainText(text).replace("• ", "* "), text).toBe(text);
      expect(read(text), text).not.toMatch(/[bisca]\(.*→|b\(|i\(|s\(|c\(/u);
    }
  });

  it("reads code, in which nothing else is read", () => {
    expect(read("`a*b*` ``c`d`` `")).toBe("c(a*b*) c(c`d) `");
    expect(read("before\n```js\nlet a = **1**;\n\n> x\n```\nafter")).toBe("before/pre(let a = **1**;\n\n> x)/after");
    expect(read("```\nnever ends **a**")).toBe("```\nnever ends b(a)");
  });

  it("reads quotes and lists", () => {
    expect(read("> a **b**\n> c\nd")).toBe("q(a b(b)\nc)/d");
    expect(read("> > deep\n> a")).toBe("q(q(deep)/a)");
    expect(read("- a\n- b `c`\n  - d")).toBe("l(0-a|0-b c(c)|1-d)");
    expect(read("3. a\n4) b")).toBe("l(03.a|04)b)");
  });

  it("reads links, and refuses those that show another place than they lead to", () => {
    expect(read("[the hut](https://hut.example/x)")).toBe("a(the hut→https://hut.example/x)");
    expect(read("[hut.example](https://hut.example/x)")).toBe("a(hut.example→https://hut.example/x)");
    expect(read("[bank.example](https://evil.example/)")).not.toContain("a(bank");
    expect(read("https://a.example/x_y_z *b*")).toBe("a(https://a.example/x_y_z→https://a.example/x_y_z) i(b)");
    expect(read("pipit://join/abc")).toBe("a(pipit://join/abc→pipit://join/abc)");
  });

  it("reads mentions", () => {
    expect(read(`hi [@Mara](pipit:account:${ID})!`)).toBe("hi m(Mara:64)!");
    expect(read("[@Mara](pipit:account:12)")).not.toContain("m(");
    expect(plainText(`**hi** [@Mara](pipit:account:${ID})`)).toBe("hi @Mara");
  });

  it("keeps every character of plain text", () => {
    for (const text of ["  indented\n\n  twice", "a\n\nb\n", "", "\n", "🌿👩‍👩‍👧 e\u0301"]) expect(plainText(text)).toBe(text);
  });

  it("takes no long time over text made to take long", () => {
    const start = performance.now();
    for (const part of ["*a ", "**a ", "_a ", "*a* ", "[", "[a](", "`", "` ``", "> ", "- ", "```\n", "~~a", "***", "a*", "\n\n*"]) {
      parseMarkdown(part.repeat(Math.ceil(32_000 / part.length)));
    }
    parseMarkdown(Array.from({ length: 250 }, (_, at) => "`".repeat(at + 1)).join(" "));
    expect(performance.now() - start).toBeLessThan(1_500);
  });
});
