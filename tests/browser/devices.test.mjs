// The devices of an account at the screen: their names, and signing them out.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World } from "./support/world.mjs";

let world, desk, tablet;
before(async () => {
  world = await World.start();
  desk = await world.person("desk");
  await desk.register({ username: "ines" });
  tablet = await world.person("tablet");
  await tablet.logIn("ines");
});
after(async () => { await world?.stop(); });

async function openDevices(person) {
  await person.page.keyboard.press("Control+,");
  await person.page.getByRole("navigation", { name: "Settings" }).getByRole("button", { name: "Devices" }).click();
  await person.page.getByRole("heading", { name: "This computer" }).waitFor();
}

test("each device names itself, and its person calls it something else", async () => {
  await openDevices(desk);
  await desk.page.getByRole("heading", { name: "Other devices, 1" }).waitFor();
  await desk.page.getByText("Computer with Linux").nth(1).waitFor();
  await desk.button("Edit: Name of this device").click();
  await desk.page.getByLabel("Name of this device").fill("Ines’s desk");
  await desk.page.keyboard.press("Enter");
  await desk.page.getByText("Ines’s desk").waitFor();
  await desk.checkScreen("devices");
  await openDevices(tablet);
  await tablet.page.getByText("Ines’s desk").waitFor();
});

test("another device is signed out after a question, and says so", async () => {
  await desk.button("Sign out Computer with Linux").click();
  const question = desk.page.getByRole("alertdialog", { name: "Sign out Computer with Linux?" });
  await question.waitFor();
  await desk.checkScreen("sign-out-device");
  await question.getByRole("button", { name: "Cancel" }).click();
  await question.waitFor({ state: "detached" });
  await desk.page.getByRole("heading", { name: "Other devices, 1" }).waitFor();
  await desk.button("Sign out Computer with Linux").click();
  await question.getByRole("button", { name: "Sign out" }).click();
  await desk.page.getByRole("heading", { name: "Other devices, 1" }).waitFor({ state: "detached" });
});

test("a device that was signed out elsewhere is cleared by signing out here, too", async () => {
  await tablet.page.getByRole("navigation", { name: "Settings" }).getByRole("button", { name: "Sign out" }).click();
  await tablet.page.getByRole("alertdialog").getByRole("button", { name: "Sign out" }).click();
  await tablet.page.getByRole("heading", { name: "Light, private messages" }).waitFor();
  const [status] = await tablet.rpc([["account.status", {}]]);
  assert.equal(status.state, "signedOut");
});

test("signing out of the only device says what is lost, and leaves the welcome page", async () => {
  await desk.page.getByRole("navigation", { name: "Settings" }).getByRole("button", { name: "Sign out" }).click();
  const question = desk.page.getByRole("alertdialog", { name: "Sign out of this computer?" });
  await question.getByText(/^This is your only device/u).waitFor();
  await question.getByRole("button", { name: "Sign out" }).click();
  await desk.page.getByRole("heading", { name: "Light, private messages" }).waitFor();
});
