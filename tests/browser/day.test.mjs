// A whole day's work without the mouse: nothing in this file presses, hovers or focuses anything by a pointer.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PASSWORD } from "./support/person.mjs";
import { World } from "./support/world.mjs";

const GROUP = "Ridge walkers";
let world, ines, oskar, noor, group;
before(async () => {
  world = await World.start();
  [ines, oskar, noor] = [await world.person("ines"), await world.person("oskar"), await world.person("noor")];
  await oskar.register({ displayName: "Oskar Nyström" });
  await noor.register({ displayName: "Noor de Wit" });
  await ines.page.evaluate(() => {
    globalThis.presses = 0;
    addEventListener("pointerdown", () => globalThis.presses++, true);
  });
});
after(async () => { await world?.stop(); });

const press = async (...keys) => { for (const key of keys) await ines.page.keyboard.press(key); };
const type = (text) => ines.page.keyboard.type(text);
/** What has focus, by the name that readers say. */
const focused = () => ines.page.evaluate(() => {
  const one = document.activeElement;
  if (one === document.body) return "nothing";
  return (one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent).trim().replace(/\s+/g, " ");
});
/** Moves on by a key until something by this name has focus. */
async function moveTo(name, key = "Tab") {
  const seen = [];
  for (let turn = 0; turn < 40; turn++) {
    const here = await focused();
    if (name.test(here)) return;
    seen.push(here);
    await press(key);
  }
  assert.fail(`${key} never reached ${name}, but ${seen.join(" | ")}`);
}
const dialog = (name) => ines.page.getByRole("dialog", { name });
const gone = (locator) => locator.waitFor({ state: "detached" });
const composerHasFocus = () => ines.until(() => document.activeElement?.matches("[data-composer]"));
/** Puts focus on a message: from the composer to the newest one, and up from there. */
async function toMessage(text) {
  await composerHasFocus();
  await press("Shift+Tab");
  await moveTo(text, "ArrowUp");
}
const say = async (person, text) => {
  await person.rpc([["message.send", { conversationId: group, text }]]);
  await ines.sees(text);
};

test("an account, and a group with two people", async () => {
  await ines.button("Create an account").waitFor();
  await moveTo(/^Create an account/);
  await press("Enter");
  await ines.page.getByText(/^Online, \d+ ms$/).waitFor();
  await moveTo(/^Continue/);
  await press("Enter");
  await ines.page.getByRole("heading", { name: "Create your account" }).waitFor();
  await type("ines");
  await press("Tab");
  await type("Ines Okafor");
  await press("Tab");
  await type(PASSWORD);
  await press("Enter");
  await ines.page.getByRole("heading", { name: "Save your recovery key" }).waitFor();
  await moveTo(/I have saved it/);
  await press("Space");
  await moveTo(/^Finish/);
  await press("Enter");
  await ines.chatList.waitFor();
  await oskar.knows("ines");
  await noor.knows("ines");

  await press("Control+n");
  await dialog("New chat").waitFor();
  await type("oskar");
  await press("Enter");
  await composerHasFocus();
  await type("Morning");
  await press("Enter");
  await ines.sees("Morning", "delivered");

  await press("Control+n");
  await dialog("New chat").waitFor();
  await moveTo(/^New group/);
  await press("Enter");
  await dialog("New group").waitFor();
  await moveTo(/^Group name/);
  await type(GROUP);
  await moveTo(/^People/);
  for (const name of ["oskar", "noor"]) {
    await type(name);
    await press("Enter");
    await dialog("New group").getByRole("list", { name: "Chosen people" }).getByRole("button", { name: new RegExp(name, "i") }).waitFor();
  }
  await moveTo(/^Create group/);
  await press("Enter");
  await ines.page.getByRole("heading", { level: 1, name: GROUP }).waitFor();
  await composerHasFocus();
  const [list] = await ines.rpc([["conversation.list", {}]]);
  group = list.find((one) => one.name === GROUP).conversationId;
});

test("writing, answering, reacting and changing", async () => {
  await type("The hut is booked");
  await press("Enter");
  await ines.sees("The hut is booked", "delivered");
  await say(oskar, "Who has room in the car?");
  await toMessage(/Who has room/);
  await press("r");
  await composerHasFocus();
  await type("I can take three");
  await press("Enter");
  await ines.message("I can take three").getByRole("button", { name: /Who has room/ }).waitFor();
  await toMessage(/Oskar Nyström.*Who has room/);
  await press("e");
  await moveTo(/^Search emoji/);
  await type("red heart");
  await ines.page.getByRole("option", { name: "red heart" }).or(ines.page.getByRole("gridcell", { name: "red heart" })).first().waitFor();
  await press("Enter");
  await ines.message("Who has room").getByRole("button", { name: /❤/ }).waitFor();
  assert.match(await focused(), /Who has room/, "focus is where it was");
  await press("Escape");
  await composerHasFocus();
  await press("ArrowUp");
  await ines.page.getByText("Edit message").first().waitFor();
  await type(", with bags");
  await press("Enter");
  await ines.sees("I can take three, with bags");
  await composerHasFocus();
});

test("forwarding, asking and putting at the head", async () => {
  await toMessage(/The hut is booked/);
  await press("f");
  await dialog("Forward to").waitFor();
  await type("oskar");
  await dialog("Forward to").getByRole("checkbox").first().waitFor();
  await press("Enter");
  await dialog("Forward to").getByRole("button", { name: "Forward to 1" }).waitFor();
  await press("Enter");
  await gone(dialog("Forward to"));
  await ines.page.getByText(/^Forwarded to/).waitFor();
  assert.match(await focused(), /The hut is booked/);
  await press("p");
  await ines.page.getByText("Pinned message").first().waitFor();
  await press("Escape");
  await composerHasFocus();
  await moveTo(/^New poll/);
  await press("Enter");
  await dialog("New poll").waitFor();
  await moveTo(/^Question/);
  await type("Which hut?");
  await press("Tab");
  await type("Tarn");
  await press("Tab");
  await type("Meadow");
  await press("Enter");
  await gone(dialog("New poll"));
  await ines.sees("Which hut?");
  assert.match(await focused(), /^New poll/, "focus goes back to what opened it");
  await press("Shift+Tab");
  await toMessage(/Which hut/);
  await moveTo(/Tarn/);
  await press("Space");
  await ines.message("Which hut?").getByRole("radio", { name: /Tarn/, checked: true }).waitFor();
  await press("Escape");
});

test("finding: all chats, this chat, the palette", async () => {
  await press("Control+Shift+f");
  await type("bags");
  const hits = ines.chatList.getByRole("button", { name: /bags/ });
  await hits.first().waitFor();
  await press("ArrowDown", "Enter");
  await ines.message("with bags").waitFor();
  await press("Escape");
  await gone(hits);
  await press("Control+f");
  await type("hut");
  await ines.page.getByRole("search", { name: "Find in this chat" }).getByText("1 of 2").waitFor();
  await press("Enter");
  await ines.page.getByRole("search", { name: "Find in this chat" }).getByText("2 of 2").waitFor();
  await press("Escape");
  await gone(ines.page.getByRole("search", { name: "Find in this chat" }));
  await composerHasFocus();
  await press("Control+k");
  await type("oskar");
  await ines.page.getByRole("option", { name: /Oskar|oskar/ }).first().waitFor();
  await press("Enter");
  await ines.page.getByRole("heading", { level: 1, name: /Oskar|oskar/ }).waitFor();
  await press("Control+Tab");
  await ines.page.getByRole("heading", { level: 1, name: GROUP }).waitFor();
});

test("muting, archiving and undoing", async () => {
  await composerHasFocus();
  await press("Control+Shift+m");
  await dialog(`Mute ${GROUP}`).waitFor();
  await moveTo(/^For 1 hour/);
  await press("Enter");
  await gone(dialog(`Mute ${GROUP}`));
  await ines.row(GROUP).getByRole("img", { name: "Muted" }).waitFor();
  await press("Control+z");
  await gone(ines.row(GROUP).getByRole("img", { name: "Muted" }));
  await press("Control+Shift+a");
  await gone(ines.row(GROUP));
  await press("Control+z");
  await ines.row(GROUP).waitFor();
});

test("the panel, its layers, and leaving", async () => {
  await press("Control+.");
  const panel = ines.page.getByRole("complementary", { name: "Group info" });
  const members = ines.page.getByRole("complementary", { name: "Members and permissions" });
  await panel.getByRole("heading", { name: "3 members" }).waitFor();
  await press("F6");
  await moveTo(/^Members and permissions/);
  await press("Enter");
  await members.waitFor();
  await moveTo(/@ines$|you/);
  await moveTo(/oskar/i, "ArrowDown");
  await press("Enter");
  await ines.page.getByRole("menu", { name: /Oskar|oskar/ }).waitFor();
  await press("Escape");
  await gone(ines.page.getByRole("menu"));
  assert.match(await focused(), /oskar/i, "only the menu closed");
  await press("Enter");
  await moveTo(/^Make admin/, "ArrowDown");
  await press("Enter");
  await members.getByRole("button", { name: /oskar/i }).getByText("Admin").waitFor();
  await press("Escape");
  await panel.waitFor();
  await moveTo(/^Leave group/);
  await press("Enter");
  await ines.page.getByRole("alertdialog").waitFor();
  assert.match(await focused(), /^Cancel/, "the safe choice");
  await moveTo(/^Leave group/);
  await press("Enter");
  await gone(ines.page.getByRole("alertdialog"));
  await ines.page.getByText("You left", { exact: true }).first().waitFor();
  await press("Escape");
  await gone(panel);
  assert.equal(await ines.page.evaluate(() => globalThis.presses), 0, "nothing was pressed by a pointer");
  assert.deepEqual(ines.errors, []);
});
