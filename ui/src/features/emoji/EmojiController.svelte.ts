// The emoji to choose from: loaded once per language, searched by name and words, with the skin tone and the recent
// ones of this computer.

import type { LanguageTag } from "../../i18n/Language.svelte";
import { matching, toned, type Emoji, type EmojiGroup } from "./emoji";
import { loadEmoji } from "./load";

/** Recent ones that are kept: two rows. */
const RECENT_MAX = 18;
const RECENT_KEY = "pipit.emoji.recent";
const TONE_KEY = "pipit.emoji.tone";
/** Until somebody has chosen any. */
const FIRST = ["👍", "❤️", "😂", "😮", "😢", "🙏", "🎉", "🔥", "👏"];

type Kept = Pick<Storage, "getItem" | "setItem">;

export class EmojiController {
  state = $state<"loading" | "ready" | "failed">("loading");
  query = $state("");
  /** 0: none; 1 to 5, from light to dark. */
  tone = $state(0);
  recent = $state.raw<readonly string[]>(FIRST);
  #groups = $state.raw<readonly EmojiGroup[]>([]);
  readonly shown = $derived(this.#shown());

  constructor(private readonly storage: Kept | undefined) {
    this.tone = Math.min(5, Math.max(0, Math.trunc(Number(storage?.getItem(TONE_KEY)) || 0)));
    try {
      const saved: unknown = JSON.parse(storage?.getItem(RECENT_KEY) ?? "[]");
      if (Array.isArray(saved) && saved.length > 0) this.recent = saved.filter((one) => typeof one === "string").slice(0, RECENT_MAX);
    } catch {
      // Unreadable: the first ones.
    }
  }

  async load(tag: LanguageTag): Promise<void> {
    this.state = "loading";
    try {
      this.#groups = await loadEmoji(tag);
      this.state = "ready";
    } catch {
      this.state = "failed";
    }
  }

  setTone(tone: number): void {
    this.tone = tone;
    this.storage?.setItem(TONE_KEY, String(tone));
  }

  /** Somebody chose it: it comes first among the recent ones. */
  use(emoji: string): void {
    this.recent = [emoji, ...this.recent.filter((one) => one !== emoji)].slice(0, RECENT_MAX);
    this.storage?.setItem(RECENT_KEY, JSON.stringify(this.recent));
  }

  #shown(): EmojiGroup[] {
    const groups = this.#groups.map((group) => ({ ...group, emoji: group.emoji.map((one) => toned(one, this.tone)) }));
    if (this.query.trim() !== "") return [{ group: "found", emoji: matching(groups, this.query) }];
    const byText = new Map(groups.flatMap((group) => group.emoji).map((one) => [one.text, one]));
    const recent = this.recent.map((text): Emoji => byText.get(text) ?? { text, name: text, words: "", hasTones: false });
    return [{ group: "recent", emoji: recent }, ...groups];
  }
}
