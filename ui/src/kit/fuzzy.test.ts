import { describe, expect, it } from "vitest";
import { fuzzy } from "./fuzzy";

const hits = (query: string, text: string): string[] | undefined => fuzzy(query, text)?.parts.filter((one) => one.isHit).map((one) => one.text);

describe("fuzzy", () => {
  it("doesn't mind case, accents and apostrophes", () => {
    expect(hits("nystrom", "Oskar Nyström")).toEqual(["Nyström"]);
    expect(hits("obrien", "Ann O’Brien")).toEqual(["O’Brien"]);
    expect(hits("ليلى", "ليلى حداد")).toEqual(["ليلى"]);
  });

  it("puts starts of words first, scattered letters last, and gives the text back whole", () => {
    const score = (query: string, text: string): number => fuzzy(query, text)!.score;
    expect([score("mu", "Mute"), score("mu", "Aunt Mum"), score("mu", "Emu"), score("mt", "Mute")]).toEqual([4, 3, 2, 1]);
    expect(fuzzy("mt", "Mute this")!.parts.map((one) => one.text).join("")).toBe("Mute this");
  });

  it("finds nothing where nothing is, and everything for nothing", () => {
    expect(fuzzy("xyz", "Mute")).toBeUndefined();
    expect(fuzzy(" ", "Mute")).toMatchObject({ score: 0 });
  });
});
