// Around the conversation: finding anything, and what is done to chats as a whole, with its way back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World } from "./support/world.mjs";

let world, ines, oskar;
before(async () => {
  world = await World.start();
  [ines, oskar] = [await world.person("ines"), await world.person("oskar")];
  await oskar.register({ displayName: "Oskar Nyström" });
  await ines.register({ displayName: "Ines" });
  await oskar.knows("ines");
  await ines.startChat("oskar");
  await ines.send("The hut is booked");
  await ines.send("Two nights, six bunks");
  await ines.send("Who has the key to the hut?");
  await ines.sees("key to the hut", "delivered");
  // Written fast, one after the other: none is lost.
  assert.equal(await ines.feed.getByRole("article").count(), 3);
});
after(async () => { await world?.stop(); });
const press = async (person, ...keys) => { for (const key of keys) await person.page.keyboard.press(key); };

test("everything is searched, and a hit is shown in its place", async () => {
  await press(ines, "Control+Shift+f");
  await ines.page.keyboard.type("hut");
  await ines.chatList.getByRole("heading", { name: "Messages, 2" }).waitFor();
  assert.equal(await ines.chatList.locator("mark", { hasText: "hut" }).count(), 2);
  await ines.checkScreen("search");
  await press(ines, "ArrowDown", "ArrowDown", "Enter");
  await ines.message("The hut is booked").waitFor();
  await ines.page.getByRole("textbox", { name: /^Search/ }).press("Escape");
  await ines.row("Oskar").waitFor();
});

test("a chat is searched step by step", async () => {
  await ines.open("Oskar");
  await press(ines, "Control+f");
  const bar = ines.page.getByRole("search", { name: "Find in this chat" });
  await bar.getByRole("textbox").fill("hut");
  await bar.getByText("1 of 2").waitFor();
  await press(ines, "Enter");
  await bar.getByText("2 of 2").waitFor();
  await ines.checkScreen("find");
  await press(ines, "Escape");
  await bar.waitFor({ state: "detached" });
  await ines.until(() => document.activeElement?.matches("[data-composer]"));
});

test("the palette goes to a chat and does what it names", async () => {
  await press(ines, "Control+k");
  const palette = ines.page.getByRole("dialog", { name: "Go anywhere" });
  await ines.page.keyboard.type(">pin");
  await palette.getByRole("option", { name: /^Pin/ }).waitFor();
  await ines.checkScreen("palette");
  await press(ines, "Enter");
  await ines.row("Oskar").getByRole("img", { name: "Pinned" }).waitFor();
  await press(ines, "Control+k");
  await ines.page.keyboard.type("osk");
  await press(ines, "Enter");
  await ines.page.getByRole("heading", { level: 1, name: /oskar/i }).waitFor();
  await press(ines, "Control+1");
  await ines.until(() => document.activeElement?.matches("[data-composer]"));
});

test("a chat is archived and comes back by Control Z; muted by its menu, and unread by a key", async () => {
  const row = ines.row("Oskar");
  await row.click({ button: "right" });
  await ines.page.getByRole("menuitem", { name: "Archive" }).waitFor();
  await ines.checkScreen("row-menu");
  await ines.page.getByRole("menuitem", { name: "Archive" }).click();
  await ines.page.getByText("Chat archived").waitFor();
  await press(ines, "Control+z");
  await row.waitFor();
  await row.click({ button: "right" });
  await ines.page.getByRole("menuitem", { name: "Mute…" }).click();
  await ines.page.getByRole("menuitem", { name: "For 8 hours" }).click();
  await row.getByRole("img", { name: "Muted" }).waitFor();
  await press(ines, "Control+u");
  await row.getByText("Marked as unread").waitFor();
});

test("the panel stands beside the chat, and over it in a smaller window", async () => {
  await ines.open("Oskar");
  await press(ines, "Control+.");
  const panel = ines.page.getByRole("complementary", { name: "Contact info" });
  await panel.getByRole("heading", { name: /oskar/i }).waitFor();
  await ines.checkScreen("info");
  await press(ines, "F6");
  await ines.page.setViewportSize({ width: 800, height: 640 });
  await panel.waitFor();
  await ines.checkScreen("info-overlay");
  await press(ines, "Escape");
  await panel.waitFor({ state: "detached" });
  await ines.page.setViewportSize({ width: 1280, height: 800 });
});

test("a stranger who writes is let in first", async () => {
  const noor = await world.person("noor");
  await noor.register({ displayName: "Noor" });
  await noor.startChat("ines");
  await noor.send("We met at the hut");
  await noor.sees("We met at the hut", "delivered");
  assert.equal(await ines.row("noor").count(), 0, "it is among the requests only");
  await ines.accepts("noor");
  await ines.sees("We met at the hut");
  await ines.send("Of course, hello");
  await noor.sees("Of course, hello");
});

test("settings and dialogs are readable in every language, light and dark", async () => {
  await press(ines, "Control+,");
  await ines.page.getByRole("navigation", { name: "Settings" }).getByRole("button", { name: "Appearance" }).click();
  await ines.page.getByRole("radio", { name: "Dark" }).check();
  await ines.checkScreen("settings-dark");
  await ines.page.getByRole("combobox", { name: "Language" }).selectOption("de");
  await ines.page.getByRole("heading", { name: "Darstellung" }).waitFor();
  await ines.page.getByRole("radio", { name: "Hell" }).check();
  await ines.checkScreen("settings-german");
  await ines.page.getByRole("combobox", { name: "Sprache" }).selectOption("ar");
  await ines.page.getByRole("heading", { name: "المظهر" }).waitFor();
  await press(ines, "Escape");
  await ines.page.getByRole("navigation", { name: "المحادثات" }).waitFor();
  await ines.checkScreen("main-arabic");
  assert.deepEqual(ines.errors, []);
});
