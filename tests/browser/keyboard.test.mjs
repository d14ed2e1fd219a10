// The whole way with keys alone: from the first page to a conversation and around it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PASSWORD } from "./support/person.mjs";
import { World } from "./support/world.mjs";

let world, ines, oskar;
before(async () => {
  world = await World.start();
  [ines, oskar] = [await world.person("ines"), await world.person("oskar")];
  await oskar.register();
});
after(async () => { await world?.stop(); });

/** What has focus, in words. */
const focused = (person) => person.page.evaluate(() => {
  const one = document.activeElement;
  if (one === document.body) return "nothing";
  return one.dataset.message ? "message" : one.dataset.conversation ? "row" : one.matches("[data-composer]") ? "composer" : `${one.tagName} ${one.getAttribute("aria-label") ?? one.textContent.trim()}`;
});
const press = async (person, ...keys) => { for (const key of keys) await person.page.keyboard.press(key); };
/** Tabs on until something by this name has focus. */
async function tabTo(person, name) {
  for (let turn = 0; turn < 20; turn++) {
    if (name.test(await focused(person))) return;
    await press(person, "Tab");
  }
  assert.fail(`Tab never reached ${name}`);
}

test("an account is made without the mouse", async () => {
  const { page } = ines;
  await ines.button("Create an account").waitFor();
  await tabTo(ines, /Create an account/);
  await press(ines, "Enter");
  await page.getByText(/^Online, \d+ ms$/).waitFor();
  await press(ines, "Alt+ArrowLeft");
  await ines.button("Create an account").waitFor();
  await tabTo(ines, /Create an account/);
  await press(ines, "Enter");
  await page.getByText(/^Online, \d+ ms$/).waitFor();
  await tabTo(ines, /Continue/);
  await press(ines, "Enter");
  await page.getByRole("heading", { name: "Create your account" }).waitFor();
  await page.keyboard.type("ines");
  await press(ines, "Tab");
  await page.keyboard.type("Ines");
  await press(ines, "Tab");
  await page.keyboard.type(PASSWORD);
  await press(ines, "Enter");
  await page.getByRole("heading", { name: "Save your recovery key" }).waitFor();
  await tabTo(ines, /^INPUT/);
  await press(ines, "Space");
  await tabTo(ines, /Finish/);
  await press(ines, "Enter");
  await ines.chatList.waitFor();
  await oskar.knows("ines");
});

test("a chat starts and a message goes, with Enter and Shift Enter", async () => {
  await press(ines, "Control+n");
  await ines.page.getByRole("dialog", { name: "New chat" }).waitFor();
  await ines.page.keyboard.type("oskar");
  await press(ines, "Enter");
  await ines.composer.waitFor();
  await ines.until(() => document.activeElement?.matches("[data-composer]"));
  await ines.page.keyboard.type("One line");
  await press(ines, "Shift+Enter");
  await ines.page.keyboard.type("and another");
  await press(ines, "Enter");
  const message = await oskar.row("ines").getByText("One line and another").waitFor().then(() => ines.sees("and another", "delivered"));
  assert.match(await message.locator(".body").textContent(), /One line\nand another/);
});

test("F6 goes around the panes and Shift F6 back", async () => {
  const order = [];
  for (let turn = 0; turn < 5; turn++) {
    await press(ines, "F6");
    order.push(await focused(ines));
  }
  assert.deepEqual(order, ["row", "BUTTON Find in this chat, Control F", "message", "composer", "row"]);
  await press(ines, "Shift+F6");
  assert.equal(await focused(ines), "composer");
});

test("Shift Tab leads to the newest message; arrows move; Escape and typing lead back", async () => {
  await ines.send("Second message");
  await ines.sees("Second message", "delivered");
  await press(ines, "Shift+Tab");
  const label = () => ines.page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  assert.match(await label(), /^You, \d\d:\d\d, Second message, delivered$/);
  await press(ines, "ArrowUp");
  assert.match(await label(), /One line/);
  await press(ines, "End");
  assert.match(await label(), /Second message/);
  await press(ines, "Control+c");
  assert.equal(await ines.page.evaluate(() => navigator.clipboard.readText()), "Second message");
  await press(ines, "Escape");
  assert.equal(await focused(ines), "composer");
  await press(ines, "F6", "x");
  assert.equal(await ines.composer.inputValue(), "x");
  assert.equal(await focused(ines), "composer");
  await press(ines, "Backspace");
});

test("Alt arrows go from chat to chat, with Shift to the next unread one, Control Tab to the last", async () => {
  await ines.startChat("ines");
  await ines.page.getByRole("heading", { level: 1, name: "Note to self" }).waitFor();
  await ines.send("A note");
  await ines.sees("A note");
  await press(ines, "Alt+ArrowDown");
  await ines.page.getByRole("heading", { level: 1, name: "oskar" }).waitFor();
  await press(ines, "Alt+ArrowUp");
  await ines.page.getByRole("heading", { level: 1, name: "Note to self" }).waitFor();
  await press(ines, "Control+Tab");
  await ines.page.getByRole("heading", { level: 1, name: "oskar" }).waitFor();
  await press(ines, "Control+Tab");
  await oskar.open("ines");
  await oskar.send("Unread for you");
  await ines.row("oskar").getByText("1 unread").waitFor();
  await press(ines, "Alt+Shift+ArrowDown");
  await ines.page.getByRole("heading", { level: 1, name: "oskar" }).waitFor();
  await ines.sees("Unread for you");
});

test("a dialog keeps focus, closes on Escape and gives focus back", async () => {
  await tabTo(ines, /composer/);
  await press(ines, "Control+/");
  await ines.page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  for (let turn = 0; turn < 5; turn++) {
    await press(ines, "Tab");
    assert.ok(await ines.page.evaluate(() => document.activeElement === document.body || document.activeElement.closest("dialog") !== null));
  }
  await press(ines, "Escape");
  await ines.page.getByRole("dialog").waitFor({ state: "detached" });
  assert.equal(await focused(ines), "composer");
});

test("the account menu works by arrows, and settings keep a theme and a language", async () => {
  await ines.button("Account: Ines").focus();
  await press(ines, "Enter");
  await ines.page.getByRole("menu", { name: "Account" }).waitFor();
  await ines.until(() => document.activeElement?.getAttribute("role") === "menuitem");
  await press(ines, "ArrowDown", "ArrowDown", "ArrowDown", "Enter");
  await ines.button("Appearance").focus();
  await press(ines, "Enter");
  await ines.page.getByRole("heading", { name: "Appearance" }).waitFor();
  await ines.page.getByRole("radio", { name: "Dark" }).focus();
  await press(ines, "Space");
  assert.equal(await ines.page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await ines.page.getByRole("combobox", { name: "Language" }).selectOption("ar");
  await ines.page.getByRole("heading", { name: "المظهر" }).waitFor();
  assert.deepEqual(await ines.page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), ["ar", "rtl"]);
  await ines.page.reload();
  await ines.page.getByRole("navigation", { name: "المحادثات" }).waitFor();
  assert.equal(await ines.page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await press(ines, "Control+,");
  await ines.button("المظهر").click();
  await ines.page.getByRole("combobox", { name: "اللغة" }).selectOption("en");
  await press(ines, "Escape");
  await ines.chatList.waitFor();
});

test("the list is made narrower by keys, down to a rail, and stays so", async () => {
  const separator = ines.page.getByRole("separator", { name: "Width of the chat list" });
  // An open chat takes focus when the page has loaded.
  const composerHasFocus = () => document.activeElement?.matches("[data-composer]");
  await ines.until(composerHasFocus);
  await separator.press("Home");
  assert.equal(await separator.getAttribute("aria-valuenow"), "76");
  await ines.page.reload();
  await ines.until(composerHasFocus);
  assert.equal(await separator.getAttribute("aria-valuenow"), "76");
  await separator.press("ArrowRight");
  assert.equal(await separator.getAttribute("aria-valuenow"), "248");
});

test("in a narrow window one pane shows at a time, and Back returns to the row", async () => {
  await ines.page.setViewportSize({ width: 460, height: 640 });
  await ines.button(/^Back/).waitFor();
  assert.equal(await ines.chatList.isVisible(), false);
  await press(ines, "Escape");
  await ines.chatList.waitFor();
  assert.equal(await focused(ines), "row");
  await press(ines, "Enter");
  await ines.composer.waitFor();
  await press(ines, "Alt+ArrowLeft");
  await ines.chatList.waitFor();
});
