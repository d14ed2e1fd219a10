// What is done with messages: answered, changed, reacted to, picked, copied.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World } from "./support/world.mjs";

let world, ines, oskar;
before(async () => {
  world = await World.start();
  [ines, oskar] = [await world.person("ines"), await world.person("oskar")];
  await oskar.register({ displayName: "Oskar Nyström" });
  await ines.register({ displayName: "Ines Okafor" });
  await oskar.knows("ines");
  await ines.startChat("oskar");
  await ines.send("The hut is booked! Two nights, **six** bunks, one very small stove.");
  await ines.sees("very small stove", "delivered");
  await oskar.open("Ines Okafor");
});
after(async () => { await world?.stop(); });
const press = async (person, ...keys) => { for (const key of keys) await person.page.keyboard.press(key); };
const item = (person, name) => person.page.getByRole("menuitem", { name });

test("a message is answered from its menu; the quote leads back to it", async () => {
  const message = await oskar.sees("very small stove");
  await message.locator(".bubble").click({ button: "right" });
  await item(oskar, "Reply").waitFor();
  await oskar.checkScreen("message-menu");
  await item(oskar, "Reply").click();
  await oskar.page.getByText("Reply to").waitFor();
  await oskar.checkScreen("reply");
  await oskar.send("Amazing. I’ll cook on Saturday.");
  const answer = await ines.sees("cook on Saturday");
  assert.match(await answer.getAttribute("aria-label"), /reply to Ines|reply to you/i);
  await answer.getByRole("button", { name: /^Go to the message: You, The hut is booked! Two nights, six bunks/ }).waitFor();


  // So much comes between that the page doesn't hold the first message any more: the quote still leads there.
  const conversationId = await oskar.page.evaluate(() => document.querySelector("[data-conversation]").dataset.conversation);
  const replyTo = await oskar.message("The hut is booked").first().getAttribute("data-message");
  await oskar.rpc(Array.from({ length: 70 }, (_, at) => ["message.send", { conversationId, text: `Stage ${at + 1}` }]));
  await oskar.rpc([["message.send", { conversationId, text: "As I said", replyTo }]]);
  const late = await ines.sees("As I said");
  // Read, so that the page opens with it and not where the unread ones began.
  await oskar.sees("As I said", "read");
  await ines.page.reload();
  await ines.message("As I said").getByRole("button", { name: /^Go to the message: You, The hut is booked/ }).click();
  await ines.message("The hut is booked").first().locator(".highlighted").waitFor();
  assert.equal(await late.count(), 0, "the newest message is out of the window");
  await ines.checkScreen("jump");
  await ines.button(/^To the newest message/).click();
  await ines.sees("As I said");
});

test("a message is changed; everybody sees that, and what it said before", async () => {
  await ines.send("Does anyone not eat lentlis?");
  await ines.sees("lentlis", "delivered");
  await ines.composer.press("ArrowUp");
  await ines.page.getByText("Edit message").waitFor();
  await ines.composer.fill("Does anyone not eat lentils?");
  await ines.checkScreen("edit");
  await ines.composer.press("Enter");
  const changed = await oskar.sees("not eat lentils?");
  await changed.getByRole("button", { name: "edited" }).waitFor();
  await oskar.row("Ines").getByText("not eat lentils?").waitFor();
  await changed.getByRole("button", { name: "edited" }).click();
  const dialog = oskar.page.getByRole("dialog", { name: "Edit history" });
  await dialog.getByText("Does anyone not eat lentlis?").waitFor();
  await dialog.getByText("Does anyone not eat lentils?").waitFor();
  await oskar.checkScreen("history");
  await press(oskar, "Escape");
});

test("a message is reacted to, by the menu and by the picker, and taken back by a press", async () => {
  const message = await oskar.sees("not eat lentils?");
  await message.locator(".bubble").hover();
  await message.getByRole("button", { name: /^React/ }).click();
  const picker = oskar.page.getByRole("dialog", { name: "All emoji" });
  await picker.getByRole("gridcell").first().waitFor();
  await oskar.checkScreen("emoji");
  await oskar.page.keyboard.type("party pop");
  await picker.getByRole("gridcell", { name: "party popper" }).waitFor();
  await press(oskar, "Enter");
  await message.getByRole("button", { name: /🎉 1/ }).waitFor();
  const mine = ines.message("not eat lentils?");
  await mine.getByRole("button", { name: "🎉 1, Oskar Nyström" }).click();
  await message.getByRole("button", { name: /🎉 2, You and Ines Okafor/ }).waitFor();
  await oskar.checkScreen("reactions");
  await message.getByRole("button", { name: /🎉 2/ }).click();
  await mine.getByRole("button", { name: "🎉 1, You" }).waitFor();
  await mine.locator(".bubble").click({ button: "right" });
  await ines.page.getByRole("menuitemcheckbox", { name: "React with 👍" }).click();
  await message.getByRole("button", { name: "👍 1, Ines Okafor" }).waitFor();
});

test("marks of a text are drawn, and written by keys", async () => {
  await ines.composer.fill("");
  await ines.page.keyboard.type("Bring ");
  await press(ines, "Control+b");
  await ines.page.keyboard.type("boots");
  await press(ines, "Control+b");
  assert.equal(await ines.composer.inputValue(), "Bring **boots**");
  await press(ines, "Enter");
  await (await oskar.sees("Bring boots")).locator("strong", { hasText: "boots" }).waitFor();
  await ines.send("> The hut is booked\n\n1. *soup*\n2. ~~bread~~\n\n```\nkey: 1140\n```");
  const message = await oskar.sees("key: 1140");
  await message.locator("blockquote", { hasText: "The hut is booked" }).waitFor();
  await message.locator("em", { hasText: "soup" }).waitFor();
  await message.locator("s", { hasText: "bread" }).waitFor();
  await message.locator("pre", { hasText: "key: 1140" }).waitFor();
  await ines.send("Sun cream, *maybe*");
  await ines.send("🎒");
  assert.ok((await (await oskar.sees("🎒")).locator(".body").boundingBox()).height > 40, "a lone emoji is large");
  await oskar.checkScreen("marks");
});

test("several are picked and copied", async () => {
  await (await ines.sees("🎒")).focus();
  await press(ines, "Space", "ArrowUp", "Space");
  const bar = ines.page.getByRole("toolbar", { name: "Selected messages" });
  await bar.getByText("2 selected").waitFor();
  await ines.checkScreen("selection");
  await bar.getByRole("button", { name: /^Copy/ }).click();
  await ines.page.getByText("2 messages copied").waitFor();
  const lines = (await ines.page.evaluate(() => navigator.clipboard.readText())).split("\n");
  assert.match(lines[0], /^\[\d\d:\d\d\] You: Sun cream, maybe$/);
  assert.match(lines[1], /^\[\d\d:\d\d\] You: 🎒$/);
});

test("nothing went wrong in the pages", () => {
  assert.deepEqual([...ines.errors, ...oskar.errors], []);
});
