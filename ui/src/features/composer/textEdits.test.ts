import { describe, expect, it } from "vitest";
import { wrapped } from "./textEdits";

describe("marks around a selection", () => {
  it("come, and go again", () => {
    expect(wrapped("a word here", 2, 6, "**")).toEqual({ text: "**word**", from: 2, to: 6, start: 4, end: 8 });
    expect(wrapped("a **word** here", 4, 8, "**")).toEqual({ text: "word", from: 2, to: 10, start: 2, end: 6 });
    expect(wrapped("", 0, 0, "*")).toEqual({ text: "**", from: 0, to: 0, start: 1, end: 1 });
  });
  it("are left behind by the same key", () => {
    expect(wrapped("a **word**", 8, 8, "**")).toEqual({ text: "", from: 8, to: 8, start: 10, end: 10 });
    expect(wrapped("*word*", 5, 5, "*")).toEqual({ text: "", from: 5, to: 5, start: 6, end: 6 });
    expect(wrapped("**word**", 6, 6, "*").text).toBe("**");
  });
  it("know italic from bold", () => {
    expect(wrapped("**word**", 2, 6, "*").text).toBe("*word*");
    expect(wrapped("***word***", 3, 7, "*").text).toBe("word");
  });
});
