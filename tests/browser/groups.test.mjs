// A group, from its making to leaving it, as three people see it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World } from "./support/world.mjs";

const GROUP = "Ridge walkers";
let world, ines, oskar, noor;
before(async () => {
  world = await World.start();
  [ines, oskar, noor] = [await world.person("ines"), await world.person("oskar"), await world.person("noor")];
  await ines.register({ displayName: "Ines Okafor" });
  await oskar.register({ displayName: "Oskar Nyström" });
  await noor.register({ displayName: "Noor Haddad" });
  await oskar.knows("ines");
  await ines.knows("oskar");
  await noor.knows("ines");
});
after(async () => { await world?.stop(); });
const press = async (person, ...keys) => { for (const key of keys) await person.page.keyboard.press(key); };
const panel = (person, name = "Group info") => person.page.getByRole("complementary", { name });
/** What stands under the name of the group. */
const names = (person, text) => person.page.getByRole("main").locator("header").filter({ hasText: text });
const line = (person, text) => person.feed.getByRole("article").filter({ hasText: text });

test("a group is made with people found by name and username", async () => {
  await press(ines, "Control+n");
  await ines.page.getByRole("dialog", { name: "New chat" }).getByRole("button", { name: "New group" }).click();
  const dialog = ines.page.getByRole("dialog", { name: "New group" });
  await dialog.getByRole("button", { name: "Create group" }).click();
  await dialog.getByText("Give the group a name.").waitFor();
  await dialog.getByLabel("Group name").fill(GROUP);
  await dialog.getByRole("textbox", { name: "People" }).fill("osk");
  await dialog.getByRole("button", { name: /oskar/i }).click();
  await dialog.getByRole("textbox", { name: "People" }).fill("noor");
  await press(ines, "Enter");
  await dialog.getByRole("list", { name: "Chosen people" }).getByRole("button", { name: /noor/i }).waitFor();
  await ines.checkScreen("group-new");
  await dialog.getByRole("button", { name: "Create group" }).click();
  await ines.page.getByRole("heading", { level: 1, name: GROUP }).waitFor();
  await names(ines, /Oskar, noor, you/i).waitFor();
  await line(ines, `You created the group “${GROUP}”`).waitFor();

  await ines.send("The hut is booked!");
  await ines.sees("The hut is booked!", "delivered");
  for (const [person, others] of [[oskar, /Ines, noor, you/i], [noor, /Ines, Oskar, you/i]]) {
    await person.open(GROUP);
    await (await person.sees("The hut is booked!")).getByText("owner", { exact: true }).waitFor();
    await names(person, others).waitFor();
  }
  await oskar.send("Amazing.");
  await noor.sees("Amazing.");
  assert.match(await (await ines.sees("Amazing.")).getAttribute("aria-label"), /^Oskar Nyström, /);
});

test("somebody is mentioned from the list behind the sign", async () => {
  await oskar.composer.fill("");
  await oskar.page.keyboard.type("Lentils, @ine");
  const list = oskar.page.getByRole("listbox");
  await list.getByRole("option", { name: /Ines Okafor/ }).waitFor();
  await oskar.checkScreen("mention-list");
  await press(oskar, "Enter");
  assert.equal(await oskar.composer.inputValue(), "Lentils, @Ines Okafor ");
  await oskar.page.keyboard.type("okay?");
  await press(oskar, "Enter");
  await (await ines.sees("okay?")).locator(".mention.me", { hasText: "@Ines Okafor" }).waitFor();
  await (await noor.sees("okay?")).locator(".mention:not(.me)", { hasText: "@Ines Okafor" }).waitFor();
});

test("the panel names everybody; the owner makes an admin, who changes the name", async () => {
  await press(ines, "Control+.");
  await panel(ines).getByRole("heading", { name: "3 members" }).waitFor();
  await panel(ines).getByRole("button", { name: /Ines Okafor/ }).getByText("Owner").waitFor();
  await ines.checkScreen("group-info");
  await panel(ines).getByRole("button", { name: /Oskar Nyström/ }).click();
  await ines.page.getByRole("menuitem", { name: "Make admin" }).waitFor();
  await ines.checkScreen("member-menu");
  await ines.page.getByRole("menuitem", { name: "Make admin" }).click();
  await line(noor, "Oskar Nyström is an admin now").waitFor();
  await line(oskar, "You are an admin now").waitFor();
  await (await noor.sees("Amazing.")).getByText("admin", { exact: true }).waitFor();
  await panel(ines).getByRole("button", { name: /Oskar Nyström/ }).getByText("Admin").waitFor();

  await press(oskar, "Control+.");
  await panel(oskar).getByRole("button", { name: /Members and permissions/ }).click();
  const members = panel(oskar, "Members and permissions");
  await members.getByRole("button", { name: /Group name/ }).click();
  await members.getByRole("textbox", { name: "Group name" }).fill("Ridge walkers 2026");
  await press(oskar, "Enter");
  await line(noor, "named the group “Ridge walkers 2026”").waitFor();
  for (const person of [ines, oskar, noor]) await person.page.getByRole("heading", { level: 1, name: "Ridge walkers 2026" }).waitFor();
  await oskar.checkScreen("group-members");
});

test("a permission closes the composer of members, and opens it again", async () => {
  await panel(ines).getByRole("button", { name: /Members and permissions/ }).click();
  const members = panel(ines, "Members and permissions");
  await members.getByRole("combobox", { name: "Send messages" }).selectOption("admins");
  await noor.page.getByText("Only admins can write here.").waitFor();
  await line(noor, "changed what members may do").waitFor();
  await noor.checkScreen("group-closed");
  await members.getByRole("combobox", { name: "Send messages" }).selectOption("everyone");
  await noor.composer.waitFor();
});

test("a person comes by the link once an admin lets them in", async () => {
  const members = panel(ines, "Members and permissions");
  await members.getByRole("switch", { name: /Admins let people in/ }).check();
  await members.getByRole("button", { name: /Make an invite link/ }).click();
  await members.getByText(/^pipit:\/\/join\//).waitFor();
  await ines.checkScreen("group-link");
  await members.getByRole("button", { name: "Copy" }).click();
  const link = await ines.page.evaluate(() => navigator.clipboard.readText());

  // In a message it leads there, too, and not to the system.
  await ines.send(`For your friends: ${link}`);
  await (await oskar.sees("For your friends")).getByRole("link").click();
  const looking = oskar.page.getByRole("dialog", { name: "Join with a link" });
  await looking.getByText(world.server).waitFor();
  await press(oskar, "Escape");

  const jun = await world.person("jun");
  await jun.register({ displayName: "Jun Park" });
  await press(jun, "Control+n");
  await jun.page.getByRole("dialog", { name: "New chat" }).getByRole("button", { name: "Join with a link" }).click();
  const dialog = jun.page.getByRole("dialog", { name: "Join with a link" });
  await dialog.getByLabel("Invite link").fill(link);
  await press(jun, "Enter");
  await dialog.getByRole("button", { name: "Join", exact: true }).waitFor();
  await jun.checkScreen("join");
  await dialog.getByRole("button", { name: "Join", exact: true }).click();
  await dialog.getByText("An admin has to let you in.").waitFor();
  await dialog.getByRole("button", { name: "Close" }).first().click();

  await members.getByRole("button", { name: /^Let .* in$/ }).click();
  await jun.open("Ridge walkers 2026");
  await line(ines, /joined by link|added Jun|added jun/).waitFor();
  await jun.send("Hello everyone");
  for (const person of [ines, oskar, noor]) await person.sees("Hello everyone");
  await jun.leave();
});

test("a member is removed after a question, another leaves", async () => {
  const members = panel(ines, "Members and permissions");
  await members.getByRole("button", { name: /noor/i }).click();
  await ines.page.getByRole("menuitem", { name: /Remove from group/ }).click();
  const question = ines.page.getByRole("alertdialog").or(ines.page.getByRole("dialog"));
  await question.getByRole("button", { name: "Remove from group" }).waitFor();
  await ines.checkScreen("group-remove");
  await question.getByRole("button", { name: "Remove from group" }).click();
  await line(noor, "removed you").waitFor();
  await noor.page.getByText("You aren’t in this group any more.").waitFor();
  await line(oskar, /removed noor/i).waitFor();

  await oskar.row("Ridge walkers 2026").click({ button: "right" });
  await oskar.page.getByRole("menuitem", { name: /Leave group/ }).click();
  await oskar.button("Leave group").click();
  await line(ines, "Oskar Nyström left").waitFor();
  await oskar.page.getByText("You aren’t in this group any more.").waitFor();
});

test("nothing went wrong in the pages", () => {
  assert.deepEqual([ines, oskar, noor].flatMap((person) => person.errors), []);
});
