import { beforeAll, describe, expect, it } from "vitest";
import { EmojiController } from "./EmojiController.svelte";
import { gridMove, gridOf, matching, toned, type EmojiGroup } from "./emoji";
import { loadEmoji } from "./load";

let english: EmojiGroup[];
beforeAll(async () => { english = await loadEmoji("en"); });
const find = (text: string): EmojiGroup["emoji"][number] => english.flatMap((group) => group.emoji).find((one) => one.text === text)!;

describe("the tables", () => {
  it.each(["en", "de", "ar"] as const)("have the same emoji in %s, each with a name", async (tag) => {
    const all = (await loadEmoji(tag)).flatMap((group) => group.emoji);
    expect(all.map((one) => one.text)).toEqual(english.flatMap((group) => group.emoji).map((one) => one.text));
    expect(all.length).toBeGreaterThan(1_800);
    expect(all.filter((one) => one.name.trim() === "")).toEqual([]);
  });

  it("speak their language", async () => {
    expect(matching(await loadEmoji("de"), "herz").map((one) => one.text)).toContain("❤️");
    expect(matching(await loadEmoji("de"), "deutschland")[0]?.text).toBe("🇩🇪");
    expect(matching(await loadEmoji("ar"), "قلب").map((one) => one.text)).toContain("❤️");
    expect((await loadEmoji("de")).flatMap((group) => group.emoji).find((one) => one.text === "👩‍🦰")?.name).toMatch(/Frau/u);
  });
});

describe("search", () => {
  it("goes by the beginnings of words, in any order, without case and accents", () => {
    expect(matching(english, "GRIN fa").map((one) => one.text)).toContain("😀");
    expect(matching(english, "face grin").map((one) => one.text)).toContain("😀");
    expect(matching(english, "rinning")).toEqual([]);
    expect(matching(english, "cote d")[0]?.text).toBe("🇨🇮");
    expect(matching(english, "👍")[0]?.text).toBe("👍");
  });
});

describe("skin tones", () => {
  it("go to people and hands, to each person of a pair, and to nothing else", () => {
    expect(toned(find("👍"), 3).text).toBe("👍🏽");
    expect(toned(find("✌️"), 1).text).toBe("✌🏻");
    expect(toned(find("👩‍🍳"), 5).text).toBe("👩🏿‍🍳");
    expect(toned(find("🧑‍🤝‍🧑"), 2).text).toBe("🧑🏼‍🤝‍🧑🏼");
    expect(toned(find("😀"), 3).text).toBe("😀");
    expect(toned(find("👍"), 0).text).toBe("👍");
  });
});

describe("the grid", () => {
  it("has headings and is walked by keys", () => {
    const emoji = Array.from({ length: 5 }, (_, at) => ({ text: String(at), name: "", words: "", hasTones: false }));
    const rows = gridOf([{ group: "a", emoji }, { group: "b", emoji: emoji.slice(0, 2) }], 3);
    expect(rows.map((row) => [row.group, row.isFirst, row.emoji.length])).toEqual([["a", true, 3], ["a", false, 2], ["b", true, 2]]);
    const move = (row: number, column: number, key: string, isRightToLeft = false): unknown => gridMove(rows, { row, column }, key, isRightToLeft);
    expect(move(0, 2, "ArrowRight")).toEqual({ row: 1, column: 0 });
    expect(move(1, 0, "ArrowLeft")).toEqual({ row: 0, column: 2 });
    expect(move(0, 2, "ArrowDown")).toEqual({ row: 1, column: 1 });
    expect(move(0, 0, "ArrowUp")).toEqual({ row: 0, column: 0 });
    expect(move(0, 0, "ArrowLeft", true)).toEqual({ row: 0, column: 1 });
    expect(move(2, 1, "ArrowRight")).toEqual({ row: 2, column: 1 });
    expect(move(0, 0, "x")).toBeUndefined();
  });
});

describe("what is kept", () => {
  it("are the recent ones and the tone, and nothing that is no text", () => {
    const kept = new Map<string, string>();
    const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
    const picker = new EmojiController(storage);
    picker.use("🦊");
    picker.use("👍");
    picker.setTone(4);
    const again = new EmojiController(storage);
    expect(again.recent.slice(0, 3)).toEqual(["👍", "🦊", "❤️"]);
    expect(again.tone).toBe(4);
    kept.set("pipit.emoji.recent", "{]");
    kept.set("pipit.emoji.tone", "99");
    expect(new EmojiController(storage)).toMatchObject({ tone: 5 });
  });
});
