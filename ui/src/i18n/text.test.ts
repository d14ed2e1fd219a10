import { describe, expect, it } from "vitest";
import { t } from "./text";

describe("t", () => {
  it("fills places", () => {
    expect(t("list.account", { name: "Mara" })).toBe("Account: Mara");
  });

  it("chooses the plural form and writes numbers the language's way", () => {
    expect(t("conversation.newMessages", { count: 1 })).toBe("1 new message");
    expect(t("conversation.newMessages", { count: 0 })).toBe("0 new messages");
    expect(t("conversation.newMessages", { count: 1234 })).toBe("1,234 new messages");
  });

  it("does not fill places inside of values", () => {
    expect(t("announce.message", { sender: "{text}", text: "hi" })).toBe("{text}: hi");
  });

  it("leaves a place without a value visible", () => {
    expect(t("list.account")).toBe("Account: {name}");
  });
});
