import { afterEach, describe, expect, it } from "vitest";
import { language, systemLanguage } from "./Language.svelte";
import { t } from "./text";
import { localeOf } from "./time";

const kept = new Map<string, string>();
const storage = {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => void kept.set(key, value),
  removeItem: (key: string) => void kept.delete(key),
};
const root = { lang: "", dir: "" } as HTMLElement;

afterEach(async () => {
  await language.choose("en", storage, root);
  kept.clear();
});

describe("the language", () => {
  it("switches texts, direction and plural forms while it runs, and is remembered", async () => {
    await language.choose("de", storage, root);
    expect(t("app.cancel")).toBe("Abbrechen");
    expect(root).toMatchObject({ lang: "de", dir: "ltr" });
    expect(t("conversation.newMessages", { count: 1234 })).toBe("1.234 neue Nachrichten");
    await language.choose("ar", storage, root);
    expect(root).toMatchObject({ lang: "ar", dir: "rtl" });
    expect([1, 2, 3, 11].map((count) => t("conversation.newMessages", { count }))).toEqual(["رسالة جديدة واحدة", "رسالتان جديدتان", "٣ رسائل جديدة", "١١ رسالة جديدة"]);
    await language.start(storage, root);
    expect(language.tag).toBe("ar");
  });

  it("is the one that was chosen last, whatever is fetched first", async () => {
    await Promise.all([language.choose("ar", storage, root), language.choose("en", storage, root)]);
    expect(language.tag).toBe("en");
    expect(root.lang).toBe("en");
  });

  it("follows the system by its first language that we speak", () => {
    expect(systemLanguage(["fr-FR", "de-AT", "en"])).toBe("de");
    expect(systemLanguage(["c"])).toBe("en");
    expect(systemLanguage(["AR_EG"])).toBe("ar");
  });

  it("writes times in the system's variant of the language", () => {
    expect(localeOf("en", ["de-DE", "en-GB"])).toBe("en-GB");
    expect(localeOf("de", ["en-GB"])).toBe("de");
    expect(localeOf("ar", ["c", "ar-EG"])).toBe("ar-EG-u-nu-arab");
    expect(localeOf(undefined, ["c"])).toBeUndefined();
  });

  it("keeps a name of the other direction from reordering a sentence", async () => {
    expect(t("list.account", { name: "ليلى" })).toBe("Account: \u2068ليلى\u2069");
    expect(t("list.account", { name: "Leila" })).toBe("Account: Leila");
    await language.choose("ar", storage, root);
    expect(t("list.account", { name: "Leila" })).toBe("الحساب: \u2068Leila\u2069");
  });
});
