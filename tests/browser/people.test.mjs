// What people tell of themselves, whom they let in and keep out, and that all their devices agree.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "./support/program.mjs";
import { World } from "./support/world.mjs";

const PICTURE = join(ROOT, "icons/app-icon-1024.png");
let world, ines, laptop, oskar;
before(async () => {
  world = await World.start();
  [ines, oskar] = [await world.person("ines"), await world.person("oskar")];
  await ines.register({ displayName: "Ines" });
  await oskar.register({ displayName: "Oskar Nyström" });
  await oskar.knows("ines");
  await ines.startChat("oskar");
  await ines.send("Roof box is yours");
  await ines.sees("Roof box is yours", "delivered");
  await oskar.open("Ines");
  await oskar.send("Thank you");
  await ines.sees("Thank you");
  laptop = await world.person("ines-laptop", { colorScheme: "dark" });
  await laptop.logIn("ines");
});
after(async () => { await world?.stop(); });
const press = async (person, ...keys) => { for (const key of keys) await person.page.keyboard.press(key); };

test("a profile is set with a picture, and the other sees it", async () => {
  const { page } = ines;
  await press(ines, "Control+,");
  await page.getByRole("navigation", { name: "Settings" }).getByRole("button", { name: "Profile" }).click();
  await page.getByRole("button", { name: /Name$/i }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("Ines Okafor");
  await press(ines, "Enter");
  await page.getByRole("button", { name: /About$/i }).click();
  await page.getByRole("textbox", { name: "About" }).fill("Away on ridges, mostly");
  await press(ines, "Enter");
  await page.locator('input[type="file"]').setInputFiles(PICTURE);
  const crop = page.getByRole("dialog", { name: "Cut the photo" });
  await crop.getByRole("button", { name: "Use photo" }).waitFor();
  await ines.checkScreen("crop");
  await crop.getByRole("button", { name: "Use photo" }).click();
  await page.locator('main img, .who img').first().waitFor();
  await ines.checkScreen("settings-profile");
  await press(ines, "Escape");

  await oskar.row("Ines Okafor").locator("img").waitFor();
  await press(oskar, "Control+.");
  const panel = oskar.page.getByRole("complementary", { name: "Contact info" });
  await panel.getByText("Away on ridges, mostly").waitFor();
  await panel.locator("img").waitFor();
  await oskar.checkScreen("contact-info");
  await press(oskar, "Control+.");
});

test("another device of the same person shows the same chats, pins, drafts and what is read", async () => {
  // What others tell of themselves comes with what they write next.
  for (const text of ["On the train now", "Back at eight"]) {
    await oskar.send(text);
    await laptop.row(/oskar/i).getByText(text).waitFor();
  }
  await laptop.row("Oskar Nyström").waitFor();
  await laptop.page.getByRole("button", { name: "Account: Ines Okafor" }).waitFor();
  await ines.open("Oskar Nyström");
  await press(ines, "Control+Shift+p");
  await laptop.row("Oskar Nyström").getByRole("img", { name: "Pinned" }).waitFor();
  await press(ines, "Control+u");
  await laptop.row("Oskar Nyström").getByText("Marked as unread").waitFor();
  await laptop.row("Oskar Nyström").click({ button: "right" });
  await laptop.page.getByRole("menuitem", { name: "Mute…" }).click();
  await laptop.page.getByRole("menuitem", { name: "For 1 week" }).click();
  await ines.row("Oskar Nyström").getByRole("img", { name: "Muted" }).waitFor();
  await ines.composer.fill("Half a thought");
  await laptop.row("Oskar Nyström").getByText("Half a thought").waitFor();
  await laptop.checkScreen("second-device-dark");
  await laptop.open("Oskar Nyström");
  await laptop.until(() => document.querySelector("[data-composer]").value === "Half a thought");
  await laptop.composer.press("Enter");
  await oskar.sees("Half a thought");
  await ines.sees("Half a thought");
  for (const device of [laptop, ines]) await device.until(() => document.querySelector("[data-composer]").value === "");
  await press(laptop, "Control+Shift+a");
  await ines.chatList.getByText("Nothing archived").or(ines.row("Oskar Nyström")).first().waitFor();
  await laptop.page.getByText("Chat archived").waitFor();
  await press(laptop, "Control+z");
  await laptop.row("Oskar Nyström").waitFor();
  await ines.row("Oskar Nyström").waitFor();
});

test("who types, and who is there, is seen", async () => {
  await ines.page.bringToFront();
  await oskar.open("Ines Okafor");
  await ines.open("Oskar Nyström");
  await ines.page.getByRole("banner").or(ines.page.locator("header")).getByText("Online").first().waitFor();
  await ines.row("Oskar Nyström").getByRole("img", { name: "Online" }).waitFor();
  await oskar.composer.pressSequentially("Shall we say Thursd");
  await ines.row("Oskar Nyström").getByText("typing…").waitFor();
  await ines.checkScreen("typing");
  await oskar.composer.press("Enter");
  await ines.sees("Shall we say Thursd");
});

test("a person has an own name for another", async () => {
  await press(ines, "Control+.");
  const panel = ines.page.getByRole("complementary", { name: "Contact info" });
  await panel.getByRole("button", { name: /Your name for them/ }).click();
  await panel.getByRole("textbox", { name: "Your name for them" }).fill("Oskar (roof box)");
  await press(ines, "Enter");
  await ines.page.getByRole("heading", { level: 1, name: "Oskar (roof box)" }).waitFor();
  await panel.getByText("Oskar Nyström").waitFor();
  await laptop.row("Oskar (roof box)").waitFor();
});

test("who is blocked can't write, and is let in again", async () => {
  const panel = ines.page.getByRole("complementary", { name: "Contact info" });
  await panel.getByRole("button", { name: "Block…" }).click();
  await ines.button("Block").last().waitFor();
  await ines.checkScreen("block");
  await ines.page.getByRole("alertdialog").or(ines.page.getByRole("dialog")).getByRole("button", { name: "Block", exact: true }).click();
  await ines.page.getByText("You blocked Oskar (roof box).").waitFor();
  await laptop.row("Oskar (roof box)").click();
  await laptop.page.getByText("You blocked Oskar (roof box).").waitFor();
  await ines.checkScreen("blocked");
  await oskar.send("Are you there?");
  await oskar.sees("Are you there?");
  await ines.page.getByRole("main").getByRole("button", { name: "Unblock" }).click();
  await ines.composer.waitFor();
  await oskar.send("And now?");
  await ines.sees("And now?");
  assert.equal(await ines.message("Are you there?").count(), 0, "what was written meanwhile is not shown");
});

test("a stranger's message is declined, and they are told nothing", async () => {
  const noor = await world.person("noor");
  await noor.register({ displayName: "Noor" });
  await noor.startChat("ines");
  await noor.send("Win a hut");
  await noor.sees("Win a hut", "delivered");
  await ines.chatList.getByRole("button", { name: /^Message requests/ }).click();
  await ines.row("noor").click();
  await ines.page.getByText("Let noor message you?").or(ines.page.getByText("Let Noor message you?")).first().waitFor();
  await ines.checkScreen("request");
  await ines.page.getByRole("region", { name: "Message request" }).getByRole("button", { name: "Block" }).click();
  await ines.message("Win a hut").waitFor({ state: "detached" });
  await noor.send("Hello?");
  await noor.sees("Hello?");
  await press(ines, "Control+,");
  await ines.page.getByRole("navigation", { name: "Settings" }).getByRole("button", { name: "Privacy" }).click();
  await ines.page.getByText("the key lies beside your messages").waitFor();
  await ines.checkScreen("settings-privacy");
  await ines.page.getByRole("button", { name: /Blocked people, 1/ }).click();
  await ines.page.getByText(/noor/i).first().waitFor();
  await ines.checkScreen("settings-blocked");
  await press(ines, "Escape");
  await noor.leave();
});

test("nothing went wrong in the pages", () => {
  assert.deepEqual([ines, laptop, oskar].flatMap((person) => person.errors), []);
});
