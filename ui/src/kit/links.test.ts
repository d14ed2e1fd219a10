import { describe, expect, it } from "vitest";
import { parseMarkdown, plainText, type Inline } from "./markdown";

const inlines = (text: string): Inline[] => parseMarkdown(text).flatMap((block) => (block.is === "text" ? block.children : []));
const hrefs = (text: string): string[] => inlines(text).flatMap((one) => (one.is === "link" ? [one.text] : []));

describe("links", () => {
  it("are found and the text around stays whole", () => {
    const text = "See https://a.example/x, and http://b.example.";
    expect(hrefs(text)).toEqual(["https://a.example/x", "http://b.example"]);
    expect(plainText(text)).toBe(text);
  });

  it("keep brackets of their own and leave those of the sentence", () => {
    expect(hrefs("(https://en.example/Tarn_(lake))")).toEqual(["https://en.example/Tarn_(lake)"]);
    expect(hrefs("(see https://en.example/x).")).toEqual(["https://en.example/x"]);
  });

  it("are only made of http and https", () => {
    for (const text of ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "ftp://a.example", "a.example", "https://", "HTTPS:// x"]) {
      expect(hrefs(text), text).toEqual([]);
    }
  });

  it("show hosts that look like others in their plain form", () => {
    const [link] = inlines("https://аpple.example/");
    expect(link?.is === "link" && link.href).toMatch(/^https:\/\/xn--/u);
  });

  it("don't break on text without any, or on none", () => {
    expect(inlines("hello")).toEqual([{ is: "text", text: "hello" }]);
    expect(plainText("")).toBe("");
  });

  it("take no long time over text made to take long", () => {
    const start = performance.now();
    parseMarkdown("https://a.example/" + ")".repeat(32_000));
    parseMarkdown("h".repeat(32_000) + "https://".repeat(4_000));
    parseMarkdown(("https://a.example/" + ")".repeat(2_000) + " ").repeat(16));
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it("stay text when they are too long", () => expect(hrefs("https://a.example/" + "x".repeat(3_000))).toEqual([]));
});
