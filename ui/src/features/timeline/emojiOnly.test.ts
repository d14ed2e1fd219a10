import { describe, expect, it } from "vitest";
import { isEmojiOnly } from "./emojiOnly";

describe("emoji alone", () => {
  it("is one to three of any kind", () => {
    for (const text of ["👍", "👍🏽", "❤️", "😀😀 😀", "🇩🇪", "👩‍👩‍👧", "👨🏽‍🍳", "1️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "❤️‍🔥", "🧑🏽‍🤝‍🧑🏽"]) expect(isEmojiOnly(text), text).toBe(true);
  });
  it("is nothing else", () => {
    for (const text of ["", "a", "1", "#", "👍 ok", "😀😀😀😀", "©", "ℹ", "😀".repeat(2_000)]) expect(isEmojiOnly(text), text.slice(0, 20)).toBe(false);
  });
});
