// The language of the screen: the system's or another that was chosen, switched while Pipit runs. English is part
// of the first bundle, the others are fetched when they are wanted. Everything drawn with `t` follows by itself.

import en from "./en.json";

export type Catalogue = typeof en;
/** Languages that are complete. The names stand in their own language: whoever is lost in another finds theirs. */
export const LANGUAGES = { en: "English", de: "Deutsch", ar: "العربية" } as const;
export type LanguageTag = keyof typeof LANGUAGES;
/** What a person chose; "system" follows the system. */
export type LanguageChoice = LanguageTag | "system";

const KEY = "pipit.language";

const loaders: Record<LanguageTag, () => Promise<Catalogue>> = {
  en: async () => en,
  de: async () => (await import("./de.json")).default as unknown as Catalogue,
  ar: async () => (await import("./ar.json")).default as unknown as Catalogue,
};

export interface Loaded {
  tag: LanguageTag;
  direction: "ltr" | "rtl";
  catalogue: Catalogue;
  plurals: Intl.PluralRules;
  numbers: Intl.NumberFormat;
}

class Language {
  #loaded = $state.raw<Loaded>(loaded("en", en));
  choice = $state<LanguageChoice>("system");
  #turn = 0;

  get now(): Loaded {
    return this.#loaded;
  }

  get tag(): LanguageTag {
    return this.#loaded.tag;
  }

  /** Reads what was chosen before. Text that is drawn after this settles is in the right language. */
  async start(storage: Pick<Storage, "getItem">, root: HTMLElement): Promise<void> {
    const saved = storage.getItem(KEY) ?? "system";
    await this.#set(isChoice(saved) ? saved : "system", root);
  }

  /** Switches now and for later. */
  async choose(choice: LanguageChoice, storage: Pick<Storage, "setItem" | "removeItem">, root: HTMLElement): Promise<void> {
    if (choice === "system") storage.removeItem(KEY);
    else storage.setItem(KEY, choice);
    await this.#set(choice, root);
  }

  async #set(choice: LanguageChoice, root: HTMLElement): Promise<void> {
    const turn = ++this.#turn;
    this.choice = choice;
    const tag = choice === "system" ? systemLanguage(globalThis.navigator?.languages ?? []) : choice;
    const catalogue = await loaders[tag]();
    // Another language was chosen while this one was fetched.
    if (turn !== this.#turn) return;
    this.#loaded = loaded(tag, catalogue);
    root.lang = tag;
    root.dir = this.#loaded.direction;
  }
}

export const language = new Language();

/** The first of the system's languages that we speak; English when there is none. */
export function systemLanguage(wanted: readonly string[]): LanguageTag {
  for (const tag of wanted) {
    const base = tag.toLowerCase().split(/[-_]/u)[0] ?? "";
    if (isTag(base)) return base;
  }
  return "en";
}

function loaded(tag: LanguageTag, catalogue: Catalogue): Loaded {
  return {
    tag, catalogue, direction: tag === "ar" ? "rtl" : "ltr",
    plurals: new Intl.PluralRules(tag), numbers: new Intl.NumberFormat(tag === "ar" ? "ar-u-nu-arab" : tag),
  };
}

function isTag(text: string): text is LanguageTag {
  return Object.hasOwn(LANGUAGES, text);
}

function isChoice(text: string): text is LanguageChoice {
  return text === "system" || isTag(text);
}
