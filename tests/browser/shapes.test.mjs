// The same screen in other shapes: enlarged, narrow, from right to left, with forced colours, without movement.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World } from "./support/world.mjs";

let world, ines, oskar;
before(async () => {
  world = await World.start();
  [ines, oskar] = [await world.person("ines"), await world.person("oskar")];
  await oskar.register({ displayName: "ليلى حداد" });
  await ines.register({ displayName: "Ines" });
  await oskar.knows("ines");
  await ines.startChat("oskar");
  await ines.send("The hut is booked: two nights, six bunks, one very small stove");
  await ines.sees("very small stove", "delivered");
  await oskar.open("Ines");
  const message = await oskar.sees("very small stove");
  await message.focus();
  await oskar.page.keyboard.press("r");
  await oskar.send("أراك عند المحطة الساعة السادسة");
  await ines.sees("أراك عند المحطة");
  await oskar.send("Supercalifragilistic".repeat(8));
  const last = await ines.sees("Supercali");
  await last.locator(".bubble").click({ button: "right" });
  await ines.page.getByRole("menuitemcheckbox", { name: "React with 👍" }).click();
  await last.getByRole("button", { name: /👍 1/ }).waitFor();
});
after(async () => { await world?.stop(); });
const press = async (person, ...keys) => { for (const key of keys) await person.page.keyboard.press(key); };

/** Nothing is wider than the window, and no button or field is cut off by it. */
async function fits(person) {
  const { over, cut } = await person.page.evaluate(() => ({
    over: document.documentElement.scrollWidth - innerWidth,
    cut: [...document.querySelectorAll("button, input, textarea, select")].filter((one) => {
      const box = one.getBoundingClientRect();
      return one.checkVisibility({ visibilityProperty: true }) && !one.closest("[inert], .sr, .acts") && box.width > 1 && (box.left < -1 || box.right > innerWidth + 1);
    }).map((one) => one.outerHTML.slice(0, 120)),
  }));
  assert.deepEqual([over, cut], [0, []]);
}

test("at 200 % in a small window, the narrow layout takes over and nothing is cut", async () => {
  // What a window of 1080 by 720 has left at 200 %.
  await ines.page.setViewportSize({ width: 540, height: 360 });
  await ines.button(/^Back/).waitFor();
  await fits(ines);
  await ines.checkScreen("zoom-conversation");
  await press(ines, "Control+k");
  await ines.page.getByRole("dialog", { name: "Go anywhere" }).waitFor();
  await fits(ines);
  await ines.checkScreen("zoom-palette");
  await press(ines, "Escape");
  await press(ines, "Control+.");
  await ines.page.getByRole("complementary", { name: "Contact info" }).waitFor();
  await fits(ines);
  await ines.checkScreen("zoom-info");
  await press(ines, "Escape", "Escape");
  await press(ines, "Control+,");
  await ines.button("Privacy").waitFor();
  await fits(ines);
  await ines.checkScreen("zoom-settings");
  await press(ines, "Escape", "Escape");
  await ines.page.setViewportSize({ width: 1280, height: 800 });
});

test("a long preview is cut where its own text ends, in the list and among what was found", async () => {
  /** The direction of a line of text, and whether it is cut. */
  const shape = (line) => line.evaluate((one) => [getComputedStyle(one).direction, one.scrollWidth > one.clientWidth]);
  await oskar.send("أراك عند المحطة الساعة السادسة ".repeat(5));
  const preview = ines.row("ليلى حداد").locator(".preview", { hasText: "أراك عند المحطة" });
  await preview.waitFor();
  assert.deepEqual(await shape(preview), ["rtl", true]);
  await press(ines, "Control+Shift+f");
  await ines.page.keyboard.type("المحطة");
  const found = ines.chatList.locator(".snippet").first();
  await found.waitFor();
  assert.equal((await shape(found))[0], "rtl");
  await ines.page.getByRole("textbox", { name: /^Search/ }).press("Escape");
});

test("in Arabic everything is mirrored, and each message keeps its own direction", async () => {
  await press(ines, "Control+,");
  await ines.page.getByRole("navigation", { name: "Settings" }).getByRole("button", { name: "Appearance" }).click();
  await ines.page.getByRole("combobox", { name: "Language" }).selectOption("ar");
  await ines.page.getByRole("heading", { name: "المظهر" }).waitFor();
  await press(ines, "Escape");
  const list = ines.page.getByRole("navigation", { name: "المحادثات" });
  await list.getByRole("listitem").first().getByRole("button").click();
  const feed = ines.page.getByRole("feed");
  await feed.getByRole("article").filter({ hasText: "very small stove" }).first().waitFor();
  const [pane, own, other] = await Promise.all([list, feed.locator(".bubble.out").first(), feed.locator(".bubble.in").first()].map((one) => one.boundingBox()));
  assert.ok(pane.x > 640, "the list stands at the right");
  assert.ok(own.x < other.x, "own messages stand at the left");
  await fits(ines);
  await ines.checkScreen("conversation-arabic");
  await press(ines, "Control+.");
  await ines.page.getByRole("complementary").waitFor();
  await fits(ines);
  await ines.checkScreen("info-arabic");
  await press(ines, "Control+.");
  await feed.getByRole("article").filter({ hasText: "very small stove" }).first().locator(".bubble").click({ button: "right" });
  await ines.page.getByRole("menu").waitFor();
  await ines.checkScreen("menu-arabic");
  await press(ines, "Escape");
  await ines.page.setViewportSize({ width: 460, height: 640 });
  await fits(ines);
  await ines.checkScreen("narrow-arabic");
  await ines.page.setViewportSize({ width: 1280, height: 800 });
});

test("with forced colours and more contrast everything can still be told apart", async () => {
  for (const media of [{ forcedColors: "active" }, { forcedColors: "none", contrast: "more" }]) {
    await oskar.page.emulateMedia(media);
    await oskar.sees("very small stove");
    await oskar.checkScreen(media.contrast ? "more-contrast" : "forced-colours");
  }
  await oskar.page.emulateMedia({ forcedColors: "active" });
  const border = await oskar.feed.locator(".bubble").first().evaluate((one) => getComputedStyle(one).borderStyle);
  assert.notEqual(border, "none", "bubbles have borders");
  await oskar.page.emulateMedia({ forcedColors: "none", contrast: "no-preference" });
});

test("without movement, typing is told by a word", async () => {
  await oskar.page.emulateMedia({ reducedMotion: "reduce" });
  await ines.page.locator("[data-composer]").pressSequentially("Shall we");
  await oskar.page.locator(".typing .words").waitFor();
  assert.equal(await oskar.page.locator(".typing .bubble").isVisible(), false);
  assert.deepEqual(await oskar.page.evaluate(() => document.getAnimations().filter((one) => one.effect?.getTiming().iterations === Infinity).length), 0);
});

test("nothing went wrong in the pages", () => {
  assert.deepEqual([...ines.errors, ...oskar.errors], []);
});
