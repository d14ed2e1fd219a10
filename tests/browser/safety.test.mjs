// What doesn't stay, and what nobody has to put up with: messages that disappear, and people who are reported.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World } from "./support/world.mjs";

let world, ines, oskar, noor, direct;
before(async () => {
  world = await World.start();
  [ines, oskar, noor] = [await world.person("ines"), await world.person("oskar"), await world.person("noor")];
  await oskar.register({ displayName: "Oskar Nyström" });
  await ines.register({ displayName: "Ines Okafor" });
  await noor.register({ displayName: "Noor Haddad" });
  await oskar.knows("ines");
  await ines.startChat("ines");
  await ines.startChat("oskar");
  await ines.page.getByRole("heading", { level: 1, name: /oskar/i }).waitFor();
  await ines.send("This one stays");
  await ines.sees("This one stays", "delivered");
  await oskar.open("Ines Okafor");
  await oskar.send("Good");
  await ines.sees("Good");
  direct = (await chats(ines)).find((one) => one.kind === "direct").conversationId;
});
after(async () => { await world?.stop(); });
const press = async (person, ...keys) => { for (const key of keys) await person.page.keyboard.press(key); };
const panel = (person) => person.page.getByRole("complementary", { name: "Contact info" });
const header = (person, name) => person.page.getByRole("main").getByRole("img", { name });
/** The lines of the list, as another program at the same core reads them. */
const chats = async (person) => (await person.rpc([["conversation.list", {}]]))[0];
const newest = async (person) => (await person.rpc([["conversation.get", { conversationId: direct }]]))[0].lastMessage;

test("how long messages stay is set in the panel, and both see it", async () => {
  await press(ines, "Control+.");
  await panel(ines).getByRole("button", { name: /Disappearing messages.*Off/ }).click();
  const dialog = ines.page.getByRole("dialog", { name: "Disappearing messages" });
  await dialog.getByText("1 week", { exact: true }).click();
  await ines.checkScreen("timer");
  await dialog.getByRole("button", { name: "Set" }).click();
  await dialog.waitFor({ state: "detached" });
  await ines.message("You set messages to disappear after 1 week").waitFor();
  await oskar.message("Ines Okafor set messages to disappear after 1 week").waitFor();
  await panel(ines).getByRole("button", { name: /Disappearing messages.*1 week/ }).waitFor();
  for (const person of [ines, oskar]) await header(person, "Messages disappear after 1 week").first().waitFor();
});

test("what is written then has a mark, and what was there before has none", async () => {
  await ines.send("The code of the door is 1140");
  for (const person of [ines, oskar]) {
    const message = await person.sees("The code of the door is 1140");
    await message.getByRole("img", { name: "Disappears 1 week after reading" }).waitFor();
    assert.equal(await person.message("This one stays").getByRole("img", { name: /^Disappears/ }).count(), 0);
  }
  const { messageId } = await newest(oskar);
  const [message] = await oskar.rpc([["message.get", { messageId }]]);
  assert.deepEqual([message.text, message.timer], ["The code of the door is 1140", 604_800]);
  await ines.checkScreen("disappearing");
});

test("a message goes from both screens after it was read", async () => {
  await ines.open("Note to self");
  await ines.rpc([["conversation.setTimer", { conversationId: direct, seconds: 1 }]]);
  await oskar.message("Ines Okafor set messages to disappear after 1 second").waitFor();
  await oskar.send("Burn after reading");
  await ines.row("Oskar Nyström").getByText("Burn after reading").waitFor();
  await oskar.message("Burn after reading").waitFor({ state: "detached" });
  // Nobody has read it there: it waits.
  const { messageId, text } = await newest(ines);
  assert.equal(text, "Burn after reading");

  await ines.row("Oskar Nyström").click();
  await ines.row("Oskar Nyström").getByText("Burn after reading").waitFor({ state: "detached" });
  await ines.message("Burn after reading").waitFor({ state: "detached" });
  for (const person of [ines, oskar]) await assert.rejects(person.rpc([["message.get", { messageId }]]), /NOT_FOUND/);
  await ines.sees("This one stays");
});

test("messages stay again when the other turns it off", async () => {
  await press(oskar, "Control+.");
  await panel(oskar).getByRole("button", { name: /Disappearing messages.*1 second/ }).click();
  const dialog = oskar.page.getByRole("dialog", { name: "Disappearing messages" });
  await dialog.getByText("Off", { exact: true }).click();
  await dialog.getByRole("button", { name: "Set" }).click();
  await ines.message("Oskar Nyström turned disappearing messages off").waitFor();
  await header(ines, /^Messages disappear/).first().waitFor({ state: "detached" });
  await oskar.send("Back to normal");
  const message = await ines.sees("Back to normal");
  assert.equal(await message.getByRole("img", { name: /^Disappears/ }).count(), 0);
});

test("a stranger is reported and blocked from the request", async () => {
  await noor.startChat("ines");
  await noor.send("Win a hut");
  await noor.sees("Win a hut", "delivered");
  await ines.chatList.getByRole("button", { name: /^Message requests/ }).click();
  await ines.row(/noor/i).click();
  await ines.page.getByRole("region", { name: "Message request" }).getByRole("button", { name: "Report…" }).click();
  const dialog = ines.page.getByRole("dialog", { name: /^Report .*noor.*\?/i });
  await dialog.getByText("Threats or insults").click();
  await dialog.getByText("Send their last messages along").click();
  await ines.checkScreen("report");
  await dialog.getByRole("button", { name: "Report", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await ines.page.getByText("Reported", { exact: true }).waitFor();
  await ines.message("Win a hut").waitFor({ state: "detached" });
  const [contacts] = await ines.rpc([["contact.list", {}]]);
  assert.deepEqual(contacts.filter((one) => one.isBlocked).map((one) => one.username), ["noor"]);
});

test("somebody known is reported from the panel, and may stay", async () => {
  await press(ines, "Control+k");
  await ines.page.getByRole("dialog", { name: "Go anywhere" }).waitFor();
  await ines.page.keyboard.type("oskar");
  await press(ines, "Enter");
  await ines.page.getByRole("heading", { level: 1, name: "Oskar Nyström" }).waitFor();
  await press(ines, "Control+.");
  await panel(ines).getByRole("button", { name: "Report…" }).click();
  const dialog = ines.page.getByRole("dialog", { name: "Report Oskar Nyström?" });
  await dialog.getByText("Block as well").click();
  await dialog.getByRole("button", { name: "Report", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await ines.page.getByText("Reported", { exact: true }).last().waitFor();
  await ines.send("See you on Saturday");
  await oskar.sees("See you on Saturday");
});

test("nothing went wrong in the pages", () => {
  assert.deepEqual([ines, oskar, noor].flatMap((person) => person.errors), []);
});
