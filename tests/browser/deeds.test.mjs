// What is done with messages beyond words: deleted, forwarded, pinned, saved, voted on.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World } from "./support/world.mjs";

const GROUP = "Kitchen table";
let world, ines, oskar;
before(async () => {
  world = await World.start();
  [ines, oskar] = [await world.person("ines"), await world.person("oskar")];
  await oskar.register({ displayName: "Oskar Nyström" });
  await ines.register({ displayName: "Ines Okafor" });
  await oskar.knows("ines");
  await ines.knows("oskar");
  const [{ accountId }] = await ines.rpc([["contact.find", { username: "oskar" }]]);
  await ines.rpc([["conversation.create", { name: GROUP, members: [accountId] }]]);
  await ines.open(GROUP);
  await ines.send("The rota for March is up");
  await ines.sees("The rota for March is up", "delivered");
  await oskar.open(GROUP);
});
after(async () => { await world?.stop(); });
const press = async (person, ...keys) => { for (const key of keys) await person.page.keyboard.press(key); };
const item = (person, name) => person.page.getByRole("menuitem", { name });
/** Focus on a message, as keys would bring it. */
async function at(person, text) {
  const message = await person.sees(text);
  await message.focus();
  return message;
}

test("a message is deleted for everyone after a question", async () => {
  await ines.send("Wrong chat, sorry");
  await oskar.sees("Wrong chat, sorry");
  await ines.sees("Wrong chat, sorry", "read");
  await at(ines, "Wrong chat, sorry");
  await press(ines, "Delete");
  const dialog = ines.page.getByRole("dialog", { name: "Delete this message?" });
  await dialog.waitFor();
  await ines.checkScreen("delete");
  await dialog.getByRole("button", { name: "Delete for everyone" }).click();
  await ines.message("You deleted this message").waitFor();
  await oskar.message("Ines deleted this message").waitFor();
  assert.equal(await oskar.message("Wrong chat, sorry").count(), 0);
});

test("a message is deleted for oneself, and comes back by Control Z", async () => {
  await at(oskar, "The rota for March is up");
  await press(oskar, "Delete");
  await oskar.page.getByText("1 message deleted for you").waitFor();
  await oskar.message("The rota for March is up").waitFor({ state: "detached" });
  await oskar.checkScreen("deleted-for-me");
  await press(oskar, "Control+z");
  await oskar.sees("The rota for March is up");
  assert.equal(await ines.message("The rota for March is up").count(), 1);
});

test("messages are forwarded to several chats, with a mark", async () => {
  await at(oskar, "The rota for March is up");
  await press(oskar, "f");
  const dialog = oskar.page.getByRole("dialog", { name: "Forward to" });
  await dialog.getByRole("textbox", { name: "Search chats" }).fill("ines");
  await press(oskar, "Enter");
  await oskar.checkScreen("forward");
  await dialog.getByRole("button", { name: /^Forward to 1/ }).click();
  await oskar.page.getByText(/^Forwarded to /).waitFor();
  await ines.row("Oskar Nyström").getByText("The rota for March is up").waitFor();
  await ines.open("Oskar Nyström");
  await (await ines.sees("The rota for March is up")).getByText("Forwarded").waitFor();
  await ines.open(GROUP);
});

test("a message is pinned for everybody, and found by the bar below the header", async () => {
  await at(ines, "The rota for March is up");
  await press(ines, "p");
  await oskar.open(GROUP);
  const bar = oskar.page.getByRole("button", { name: /Pinned message/ });
  await bar.waitFor();
  await oskar.message("Ines Okafor pinned a message").waitFor();
  await (await oskar.sees("The rota for March is up")).getByRole("img", { name: "Pinned" }).waitFor();
  await bar.click();
  await oskar.message("The rota for March is up").locator(".highlighted").waitFor();
  await oskar.checkScreen("pinned");
  await at(ines, "The rota for March is up");
  await press(ines, "p");
  await bar.waitFor({ state: "detached" });
});

test("a message is saved, and found among the saved ones", async () => {
  await at(ines, "The rota for March is up");
  await press(ines, "s");
  await ines.page.getByText("1 message saved").waitFor();
  await (await ines.sees("The rota for March is up")).getByRole("img", { name: "Saved" }).waitFor();
  await ines.open("Oskar Nyström");
  await ines.button(/^Account:/).click();
  await item(ines, "Saved messages").click();
  const dialog = ines.page.getByRole("dialog", { name: "Saved messages" });
  await dialog.getByRole("button", { name: /The rota for March is up/ }).waitFor();
  await ines.checkScreen("saved");
  await dialog.getByRole("button", { name: /The rota for March is up/ }).click();
  await ines.page.getByRole("heading", { level: 1, name: GROUP }).waitFor();
  await ines.message("The rota for March is up").locator(".highlighted").waitFor();
  await ines.open(GROUP);
});

test("a poll is made, voted on by both, and closed", async () => {
  await ines.button("New poll").click();
  const dialog = ines.page.getByRole("dialog", { name: "New poll" });
  await dialog.getByLabel("Question").fill("Soup on Saturday?");
  await dialog.getByRole("textbox", { name: "Option 1" }).fill("Lentils");
  await dialog.getByRole("textbox", { name: "Option 2" }).fill("Pumpkin");
  await ines.checkScreen("poll-new");
  await dialog.getByRole("button", { name: "Send poll" }).click();
  const poll = oskar.feed.getByRole("group", { name: "Soup on Saturday?" });
  await poll.getByRole("radio", { name: /^Lentils/ }).click();
  const mine = ines.feed.getByRole("group", { name: "Soup on Saturday?" });
  await mine.getByText("1 person voted").waitFor();
  await mine.getByRole("radio", { name: /^Pumpkin/ }).click();
  await poll.getByText("2 people voted").waitFor();
  await poll.getByRole("radio", { name: /^Pumpkin/ }).click();
  await mine.getByRole("radio", { name: /^Pumpkin, 2 votes/ }).waitFor();
  await oskar.checkScreen("poll");
  await oskar.row(GROUP).getByText("Poll: Soup on Saturday?").waitFor();
  await at(ines, "Soup on Saturday?");
  await press(ines, "Shift+F10");
  await item(ines, "Close poll").click();
  await poll.getByText("Closed").waitFor();
});

test("who has received and read a message is told", async () => {
  await ines.send("Who brings bread?");
  await oskar.sees("Who brings bread?");
  await ines.sees("Who brings bread?", "read");
  await at(ines, "Who brings bread?");
  await press(ines, "i");
  const dialog = ines.page.getByRole("dialog", { name: "Message info" });
  await dialog.getByText("Oskar Nyström").waitFor();
  await dialog.getByRole("heading", { name: /Read/ }).waitFor();
  await ines.checkScreen("message-info");
  await press(ines, "Escape");
});

test("nothing went wrong in the pages", () => {
  assert.deepEqual([...ines.errors, ...oskar.errors], []);
});
