// Messages of one to three emoji and nothing else are drawn larger.

const EMOJI = "(?:\\p{RI}\\p{RI}|[0-9#*]\\uFE0F?\\u20E3|\\p{Emoji_Presentation}[\\u{1F3FB}-\\u{1F3FF}]?|\\p{Extended_Pictographic}(?:\\uFE0F|[\\u{1F3FB}-\\u{1F3FF}]))";
const ONE = `${EMOJI}(?:[\\u{E0020}-\\u{E007F}]+)?(?:\\u200D(?:\\p{Extended_Pictographic})[\\uFE0F\\u{1F3FB}-\\u{1F3FF}]*)*`;
const ONLY = new RegExp(`^\\s*${ONE}\\s*(?:${ONE}\\s*){0,2}$`, "u");
/** Longer texts aren't looked at. */
const LEN_MAX = 100;

export function isEmojiOnly(text: string): boolean {
  return text.length <= LEN_MAX && ONLY.test(text);
}
