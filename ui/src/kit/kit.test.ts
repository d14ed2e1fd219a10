import { describe, expect, it } from "vitest";
import { hueOf, initialsOf } from "./avatar";
import { capsOf, isTyping, matches, type KeyPress } from "./keys";
import { rovingTarget } from "./roving";

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

describe("shortcuts", () => {
  it("match exactly what is held", () => {
    expect(matches(press("N", { ctrlKey: true }), { ctrl: true, key: "n" }, false)).toBe(true);
    expect(matches(press("n", { ctrlKey: true, shiftKey: true }), { ctrl: true, key: "n" }, false)).toBe(false);
    expect(matches(press("n"), { ctrl: true, key: "n" }, false)).toBe(false);
    expect(matches(press("ArrowDown", { altKey: true, shiftKey: true }), { alt: true, key: "ArrowDown" }, false)).toBe(false);
  });

  it("use Command on a Mac, except for Control Tab", () => {
    expect(matches(press("n", { metaKey: true }), { ctrl: true, key: "n" }, true)).toBe(true);
    expect(matches(press("n", { ctrlKey: true }), { ctrl: true, key: "n" }, true)).toBe(false);
    expect(matches(press("Tab", { ctrlKey: true }), { ctrl: true, key: "Tab" }, true)).toBe(true);
  });

  it("are drawn and spoken as the system names them", () => {
    expect(capsOf({ alt: true, shift: true, key: "ArrowUp" }, false)).toEqual(["Alt", "Shift", "↑"]);
    expect(capsOf({ ctrl: true, key: "n" }, true)).toEqual(["⌘", "N"]);
  });

  it("are not typing", () => {
    expect(isTyping(press("é"))).toBe(true);
    expect(isTyping(press("A", { shiftKey: true }))).toBe(true);
    expect(isTyping(press("a", { ctrlKey: true }))).toBe(false);
    expect(isTyping(press("Enter"))).toBe(false);
  });
});

describe("moving in a list", () => {
  const go = (key: string, at: number): number | undefined => rovingTarget(press(key), at, 30, 8);

  it("stays inside", () => {
    expect([go("ArrowDown", 29), go("ArrowUp", 0), go("PageDown", 25), go("PageUp", 3), go("Home", 9), go("End", 9)]).toEqual([29, 0, 29, 0, 0, 29]);
  });

  it("means nothing for other keys, held keys and empty lists", () => {
    expect(go("a", 3)).toBeUndefined();
    expect(rovingTarget(press("ArrowDown", { altKey: true }), 0, 30, 8)).toBeUndefined();
    expect(rovingTarget(press("ArrowDown"), 0, 0, 8)).toBeUndefined();
  });
});

describe("avatars", () => {
  it("show first and last initials in any script", () => {
    expect(["Mara Lindqvist", "Dad", "Kitchen table co-op", "H. Brandt (flat)", "ليلى حداد", "  ", "🌿", "éva"].map(initialsOf)).toEqual(["ML", "D", "KC", "HB", "لح", "", "", "É"]);
  });

  it("take one of eight hues by the id, always the same and evenly", () => {
    expect(hueOf("acc-1")).toBe(hueOf("acc-1"));
    const counts = new Map<number, number>();
    for (let n = 0; n < 8_000; n++) counts.set(hueOf(`account-${n}`), (counts.get(hueOf(`account-${n}`)) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const count of counts.values()) expect(count).toBeGreaterThan(800);
  });
});
