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
  i18n: ["backend"],
  backend: [],
};

function importsOf(file: string, text: string): string[] {
  const paths = [...text.matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/gu)].map((match) => match[1]!);
  return paths.map((path) => relative(SRC, resolve(SRC, dirname(file), path)));
}

describe("layers", () => {
  for (const { file, text } of files) {
    const [layer, feature] = file.split("/") as [string, string];
    it(`${file} imports downwards only`, () => {
      for (const target of importsOf(file, text)) {
        const [to, toFeature] = target.split("/") as [string, string];
        if (to !== layer) expect(MAY_IMPORT[layer], `${file} → ${target}`).toContain(to);
        else if (layer === "features") expect(toFeature, `${file} → ${target}`).toBe(feature);
      }
    });
  }

  it("only app/ names a backend", () => {
    const namers = files.filter(({ file, text }) => importsOf(file, text).some((target) => /^backend\/(tauri|socket)/u.test(target)));
    expect(namers.map(({ file }) => file)).toEqual(["app/chooseBackend.ts"]);
  });

  it("only the Tauri backend knows Tauri", () => {
    expect(files.filter(({ text }) => text.includes("@tauri-apps/")).map(({ file }) => file)).toEqual(["backend/tauri.ts"]);
  });
});

describe("components", () => {
  for (const { file, text } of components) {
    it(`${file} is small`, () => expect(text.split("\n").length).toBeLessThanOrEqual(150));

    it(`${file} uses logical properties`, () => {
      const style = /<style>([\s\S]*)<\/style>/u.exec(text)?.[1] ?? "";
      const physical = /(?:^|[\s;{])((?:margin|padding|border)-(?:left|right|top|bottom)|left|right|top|bottom|(?:min-|max-)?(?:width|height))\s*:/gmu;
      const found = [...style.replace(/@media[^{]*/gu, "").matchAll(physical)].map((match) => match[1]);
      expect(found).toEqual([]);
    });

    it(`${file} sets no style that the content security policy refuses`, () => {
      expect(text).not.toMatch(/\sstyle="[^{"]*"/u);
    });

    it(`${file} has no words of its own`, () => {
      const markup = text.replace(/<!--[\s\S]*?-->/gu, "").replace(/<(script|style)[\s\S]*?<\/\1>/gu, "").replace(/=>/gu, "");
      // Text between tags that isn't an expression.
      const words = [...markup.replace(/\{(?:[^{}]|\{[^{}]*\})*\}/gu, "").matchAll(/>([^<>]*\p{L}{2,}[^<>]*)</gu)].map((match) => match[1]!.trim());
      expect(words).toEqual([]);
      expect([...markup.matchAll(/(?:aria-label|title|placeholder|alt)="[^"{]*\p{L}{2,}[^"{]*"/gu)].map(String)).toEqual([]);
    });
  }

  it("there is nothing that writes HTML", () => {
    expect(files.filter(({ text }) => /\{@html|innerHTML/u.test(text)).map(({ file }) => file)).toEqual([]);
  });
});
