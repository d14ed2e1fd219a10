// Two people talk.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World } from "./support/world.mjs";

let world, ines, oskar;
before(async () => {
  world = await World.start();
  [ines, oskar] = [await world.person("ines"), await world.person("oskar")];
  await ines.register({ displayName: "Ines Okafor" });
  await oskar.register({ displayName: "Oskar Nyström" });
  await oskar.knows("ines");
});
after(async () => { await world?.stop(); });

test("a chat starts by exact username; nobody else is found", async () => {
  await ines.page.keyboard.press("Control+n");
  const dialog = ines.page.getByRole("dialog", { name: "New chat" });
  await dialog.getByLabel("Username").fill("nobody.here");
  await dialog.getByText("Nobody here uses this name. Check the spelling.").waitFor();
  await dialog.getByLabel("Username").fill("oskar");
  await dialog.getByText("@oskar").waitFor();
  await dialog.getByRole("button", { name: "Start chat" }).click();
  await ines.composer.waitFor();
  await ines.until(() => document.activeElement?.matches("[data-composer]"));
});

test("what one sends, the other reads, and the sender sees it arrive", async () => {
  await ines.send("Roof box is yours.");
  await ines.sees("Roof box is yours.", "delivered");
  assert.equal(await ines.composer.inputValue(), "");

  const row = oskar.row("ines");
  await row.getByText("1 unread").waitFor();
  await row.getByText("Roof box is yours.").waitFor();
  assert.match(await oskar.page.title(), /^\(1\)/);
  await row.click();
  await oskar.sees("Roof box is yours.");
  await oskar.feed.getByText("1 new message").waitFor();
  await row.getByText("1 unread").waitFor({ state: "detached" });

  await oskar.send("Thank you!\nThursday after six?");
  await oskar.sees("Thursday after six?", "delivered");
  const answer = await ines.sees("Thursday after six?");
  assert.equal(await oskar.feed.getByText("1 new message").count(), 0, "the divider goes when one writes");
  assert.match(await answer.getAttribute("aria-label"), /^oskar.*, \d\d:\d\d, Thank you!/i);
});

test("messages of one sender join, and a link opens outside", async () => {
  for (const text of ["One.", "Two.", "See https://meadowhuts.example/tarn-hut."]) await ines.send(text);
  await oskar.sees("tarn-hut");
  const shapes = await oskar.feed.getByRole("article").evaluateAll((all) => all.slice(-3).map((one) => one.className.match(/first|middle|last|single/)?.[0]));
  assert.deepEqual(shapes, ["first", "middle", "last"]);
  const link = oskar.feed.getByRole("link", { name: "https://meadowhuts.example/tarn-hut" });
  assert.equal(await link.getAttribute("href"), "https://meadowhuts.example/tarn-hut");
  await oskar.context.route("https://meadowhuts.example/**", (route) => route.fulfill({ body: "hut" }));
  const [outside] = await Promise.all([oskar.context.waitForEvent("page"), link.click()]);
  assert.equal(await outside.evaluate(() => window.opener), null);
  await outside.close();
  assert.match(oskar.page.url(), /127\.0\.0\.1/);
});

test("a draft stays with its chat, over other chats and a reload", async () => {
  await ines.startChat("ines");
  await ines.page.getByRole("heading", { name: "Note to self" }).waitFor();
  await ines.send("Spare key is with Noor");
  await ines.open("oskar");
  await ines.composer.fill("About Saturday, could we");
  await ines.open("Note to self");
  assert.equal(await ines.composer.inputValue(), "");
  await ines.row("oskar").getByText("About Saturday, could we").waitFor();
  await ines.row("oskar").getByText("Draft:").waitFor();
  await ines.page.reload();
  await ines.page.getByRole("heading", { name: "Note to self" }).waitFor();
  await ines.open("oskar");
  await ines.until(() => document.querySelector("[data-composer]").value === "About Saturday, could we");
  await ines.composer.press("Enter");
  await oskar.sees("About Saturday, could we");
  await ines.open("Note to self");
  // The screen clears the draft after the message is kept, so the list may show it for a moment more.
  await ines.row("oskar").getByText("Draft:").waitFor({ state: "detached" });
});

test("unread chats can be looked at alone", async () => {
  await oskar.send("Are you there?");
  await ines.row("oskar").getByText("1 unread").waitFor();
  await ines.page.getByRole("radio", { name: /^Unread/ }).click();
  assert.equal(await ines.chatList.getByRole("listitem").count(), 1);
  await ines.open("oskar");
  await ines.row("oskar").getByText("1 unread").waitFor({ state: "detached" });
  assert.equal(await ines.chatList.getByRole("listitem").count(), 1, "a chat that was read stays until the filter is set again");
  await ines.page.getByRole("radio", { name: "All" }).click();
  await ines.row("Note to self").waitFor();
});

test("text in any script and shape arrives as it was written", async () => {
  const texts = ["أراك عند المحطة الساعة السادسة", "🌿👩‍👩‍👧 e\u0301", "<b>not bold</b> & {\"json\": true}", "x".repeat(400), "  indented\n\n  twice"];
  for (const text of texts) await ines.send(text);
  for (const text of texts) await oskar.until((wanted) => [...document.querySelectorAll("article .body")].some((one) => one.textContent.trim() === wanted.trim()), text);
  assert.equal(await oskar.feed.locator("b", { hasText: "not bold" }).count(), 0);
  const overflow = await oskar.feed.evaluate((feed) => feed.scrollWidth - feed.clientWidth);
  assert.equal(overflow, 0, "a long word doesn't push the layout");
});

test("a long message is folded until it is wanted", async () => {
  await ines.send(Array.from({ length: 60 }, (_, at) => `Line ${at + 1}`).join("\n"));
  const message = await oskar.sees("Line 60");
  const folded = (await message.boundingBox()).height;
  await message.getByRole("button", { name: "Show more" }).click();
  await message.getByRole("button", { name: "Show less" }).waitFor();
  assert.ok((await message.boundingBox()).height > folded * 1.5);
});

test("a screen reader hears a new message of the open chat", async () => {
  await oskar.send("Can you hear this?");
  await ines.page.locator('[data-announce="polite"]').getByText("Can you hear this?").waitFor({ state: "attached" });
});

test("nothing went wrong in the pages", () => {
  assert.deepEqual([...ines.errors, ...oskar.errors], []);
});
