// Linking a device at the screen: a code shown on either side, typed on the other.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World } from "./support/world.mjs";

let world;
let ines;
before(async () => {
  world = await World.start();
  ines = await world.person("ines");
  await ines.register();
});
after(async () => { await world?.stop(); });

async function openLinking(person) {
  await person.page.keyboard.press("Control+,");
  await person.page.getByRole("navigation", { name: "Settings" }).getByRole("button", { name: "Devices" }).click();
  await person.button("Link a device").click();
  const dialog = person.page.getByRole("dialog", { name: "Link a device" });
  await dialog.waitFor();
  return dialog;
}

/** From the dialog, which is closed by then or closes now, to the chats. */
async function leaveSettings(person) {
  await person.page.getByRole("dialog").waitFor({ state: "detached" });
  const pages = person.page.getByRole("navigation", { name: "Settings" });
  await pages.waitFor();
  await person.page.keyboard.press("Alt+ArrowLeft");
  await pages.waitFor({ state: "detached" });
}

async function welcome(name) {
  const device = await world.person(name);
  await device.chooseServer("Link to a device that has Pipit");
  await device.page.getByRole("heading", { name: "Link this computer" }).waitFor();
  return device;
}

test("a new device shows a code, and a device of the account types it", async () => {
  const tablet = await welcome("tablet");
  const shown = tablet.page.locator("b", { hasText: /^[0-9A-Z]{4}-[0-9A-Z]{4}$/u });
  await shown.waitFor();
  await tablet.page.getByRole("img", { name: "Code for a camera" }).waitFor();
  await tablet.checkScreen("link-this-computer");
  const code = await shown.textContent();

  const dialog = await openLinking(ines);
  const field = dialog.getByLabel("Code of the other device");
  await field.fill("7KQ");
  await dialog.getByRole("button", { name: "Link", exact: true }).click();
  await dialog.getByText("That is no code. It has eight letters and digits.").waitFor();
  await field.fill(code.toLowerCase().replace("-", " "));
  await field.press("Enter");
  await dialog.getByText("Computer with Linux wants to join your account.").waitFor();
  await tablet.page.getByText("Confirm on the other device: Computer with Linux").waitFor();
  await ines.checkScreen("link-wanted");
  await dialog.getByRole("button", { name: "Add this device" }).click();
  await dialog.getByText("The device is linked.").waitFor();
  await dialog.getByRole("button", { name: "Done" }).click();
  await leaveSettings(ines);
  // The new device is in the account, without a password.
  await tablet.chatList.waitFor();
  const [[one], [other]] = [await ines.rpc([["account.status", {}]]), await tablet.rpc([["account.status", {}]])];
  assert.equal(other.accountId, one.accountId);
  assert.notEqual(other.deviceId, one.deviceId);
});

test("a device that is not wanted is told so, and can show another code", async () => {
  const stranger = await welcome("stranger");
  const shown = stranger.page.locator("b", { hasText: /^[0-9A-Z]{4}-[0-9A-Z]{4}$/u });
  const code = await shown.textContent();
  const dialog = await openLinking(ines);
  await dialog.getByLabel("Code of the other device").fill(code);
  await dialog.getByRole("button", { name: "Link", exact: true }).click();
  await dialog.getByRole("button", { name: "Don’t add" }).click();
  await dialog.getByText("The device was not added.").waitFor();
  await stranger.page.getByText("The device was not added.").waitFor();
  await stranger.button("Try again").click();
  await shown.waitFor();
  assert.notEqual(await shown.textContent(), code);
  await ines.page.keyboard.press("Escape");
  await leaveSettings(ines);
});

test("the account's device shows a code, too", async () => {
  const dialog = await openLinking(ines);
  await dialog.getByRole("button", { name: "Show a code here" }).click();
  const shown = dialog.locator("b", { hasText: /^[0-9A-Z]{4}-[0-9A-Z]{4}$/u });
  const code = await shown.textContent();
  const phone = await welcome("phone");
  await phone.button("Type a code here instead").click();
  await phone.page.getByLabel("Code of the other device").fill(code);
  await phone.button("Link").click();
  await dialog.getByRole("button", { name: "Add this device" }).click();
  await phone.chatList.waitFor();
  await dialog.getByText("The device is linked.").waitFor();
});
