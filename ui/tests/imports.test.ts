// The shape of the front end (architecture.md, UI): app → views → features → kit; a feature never imports another;
// only app/ names a backend; components stay small; styles use logical properties; no text outside of i18n.

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = resolve(import.meta.dirname, "../src");
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.(ts|svelte)$/u.test(file) && !file.startsWith("backend/generated/") && !file.endsWith(".test.ts"))
  .map((file) => ({ file, text: readFileSync(join(SRC, file), "utf8") }));
const components = files.filter(({ file }) => file.endsWith(".svelte"));

/** What each folder may import from, besides itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  app: ["views", "features", "kit", "backend", "i18n", "styles"],
  views: ["features", "kit", "backend", "i18n"],
  features: ["kit", "backend", "i18n"],
  kit: [],
  i18n: ["backend", "kit"],
  backend: [],
};

function importsOf(file: string, text: string): string[] {
  const paths = [...text.matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/gu)].map((match) => match[1]!);
  return paths.map((path) => relative(SRC, resolve(SRC, dirname(file), path)));
}

describe("layers", () => {
  it("import downwards only, and features not each other", () => {
    const wrong: string[] = [];
    for (const { file, text } of files) {
      const [layer, feature] = file.split("/") as [string, string];
      for (const target of importsOf(file, text)) {
        const [to, toFeature] = target.split("/") as [string, string];
        const isAllowed = to === layer ? layer !== "features" || toFeature === feature : MAY_IMPORT[layer]?.includes(to);
        if (!isAllowed) wrong.push(`${file} → ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("leave backends to app/", () => {
    const namers = files.filter(({ file, text }) => importsOf(file, text).some((target) => /^backend\/(tauri|socket)/u.test(target)));
    expect(namers.map(({ file }) => file)).toEqual(["app/chooseBackend.ts"]);
  });

  it("leave Tauri to its backend", () => {
    expect(files.filter(({ text }) => text.includes("@tauri-apps/")).map(({ file }) => file)).toEqual(["backend/tauri.ts"]);
  });
});

/** Every component that breaks a rule, with what breaks it. */
function offenders(rule: (text: string) => string[]): Record<string, string[]> {
  const found = components.map(({ file, text }) => [file, rule(text)] as const).filter(([, breaks]) => breaks.length > 0);
  return Object.fromEntries(found);
}

describe("components", () => {
  it("are found", () => expect(components.length).toBeGreaterThan(30));

  it("stay under 150 lines", () => {
    expect(offenders((text) => (text.split("\n").length > 151 ? [String(text.split("\n").length)] : []))).toEqual({});
  });

  it("use logical properties", () => {
    const physical = /(?:^|[\s;{])((?:margin|padding|border)-(?:left|right|top|bottom)|left|right|top|bottom|(?:min-|max-)?(?:width|height))\s*:/gmu;
    expect(offenders((text) => {
      const style = /<style>([\s\S]*)<\/style>/u.exec(text)?.[1] ?? "";
      return [...style.replace(/@media[^{]*/gu, "").matchAll(physical)].map((match) => match[1]!);
    })).toEqual({});
  });

  it("use no style attribute that the content security policy refuses", () => {
    expect(offenders((text) => text.match(/\sstyle="[^{"]*"/gu) ?? [])).toEqual({});
  });

  it("have no words of their own", () => {
    expect(offenders((text) => {
      const markup = text.replace(/<!--[\s\S]*?-->/gu, "").replace(/<(script|style)[\s\S]*?<\/\1>/gu, "").replace(/=>/gu, "");
      // Text between tags, and labels, that aren't expressions.
      const words = markup.replace(/\{(?:[^{}]|\{[^{}]*\})*\}/gu, "").matchAll(/>([^<>]*\p{L}{2,}[^<>]*)</gu);
      const labels = markup.matchAll(/(?:aria-label|title|placeholder|alt)="([^"{]*\p{L}{2,}[^"{]*)"/gu);
      return [...words, ...labels].map((match) => match[1]!.trim());
    })).toEqual({});
  });

  it("write no HTML", () => {
    expect(files.filter(({ text }) => /\{@html|innerHTML/u.test(text)).map(({ file }) => file)).toEqual([]);
  });
});
