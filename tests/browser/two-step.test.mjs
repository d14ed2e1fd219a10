// Two-step verification, the recovery key and the password at the screen.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { PASSWORD } from "./support/person.mjs";
import { World } from "./support/world.mjs";

const OTHER_PASSWORD = "four small boats at dusk";
let world;
let ines;
let key;
let spare;
before(async () => {
  world = await World.start();
  ines = await world.person("ines");
  const { page } = ines;
  await ines.chooseServer();
  await page.getByLabel("Username").fill("ines");
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await ines.button("Continue").click();
  const groups = page.getByRole("list", { name: "Recovery key, 12 groups" }).getByRole("listitem").locator("b");
  await groups.nth(11).waitFor();
  key = (await groups.allTextContents()).join("-");
  await page.getByText("I have saved it somewhere safe").click();
  await ines.button("Finish").click();
  await ines.chatList.waitFor();
});
after(async () => { await world?.stop(); });

/** An authenticator app (RFC 6238), so many steps from now. */
function code(secret, steps = 0) {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac("sha1", key).update(counter).digest();
  return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

async function openDevices(person) {
  await person.page.keyboard.press("Control+,");
  await person.page.getByRole("navigation", { name: "Settings" }).getByRole("button", { name: "Devices" }).click();
  await person.page.getByRole("heading", { name: "Devices", exact: true }).waitFor();
}

test("a person turns two-step verification on", async () => {
  const { page } = ines;
  await openDevices(ines);
  await ines.button("Turn on two-step verification").click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Password", { exact: true }).fill("not the password");
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByText("This is not your current password.").waitFor();
  await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByRole("img", { name: "QR code for your authenticator app" }).waitFor();
  await ines.checkScreen("two-step-scan");
  const secret = (await dialog.locator("li b").textContent()).replaceAll(" ", "");
  await dialog.getByLabel("Six digits").fill(code(secret));
  const codes = dialog.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await codes.nth(9).waitFor();
  spare = await codes.allTextContents();
  assert.match(spare[0], /^[0-9A-Z]{5}-[0-9A-Z]{5}$/);
  await ines.checkScreen("two-step-codes");
  await dialog.getByRole("button", { name: "I have saved them" }).click();
  await page.getByText("Authenticator app, 10 recovery codes left").waitFor();
  await ines.checkScreen("settings-devices");
  assert.deepEqual(ines.errors, []);
});

test("a new device is asked for a code", async () => {
  const laptop = await world.person("ines-laptop");
  const { page } = laptop;
  await laptop.chooseServer("Log in");
  await page.getByLabel("Username").fill("ines");
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await laptop.button("Log in").click();
  await page.getByRole("heading", { name: "Enter your code" }).waitFor();
  await laptop.checkScreen("onboarding-code");
  await laptop.button("Use a recovery code").click();
  await page.getByLabel("Recovery code").fill("AAAAA-AAAAA");
  await laptop.button("Log in").click();
  await page.getByText("This code is wrong or was used before. Wait for the next one.").waitFor();
  await page.getByLabel("Recovery code").fill(spare[0].toLowerCase());
  await laptop.button("Log in").click();
  await laptop.chatList.waitFor();
  assert.deepEqual(laptop.errors, []);
});

test("the recovery key opens the account, with a new password", async () => {
  const phone = await world.person("ines-phone");
  const { page } = phone;
  await phone.chooseServer("Log in");
  await phone.button("Use your recovery key").click();
  await page.getByLabel("Username").fill("ines");
  await page.getByLabel("Recovery key").fill("AAAA-BBBB");
  await page.getByLabel("New password").fill(OTHER_PASSWORD);
  await phone.button("Open my account").click();
  await page.getByText("A recovery key has 12 groups of 4 letters and digits.").waitFor();
  await phone.checkScreen("onboarding-recover");
  await page.getByLabel("Recovery key").fill(key.toLowerCase());
  await phone.button("Open my account").click();
  await phone.button("Use a recovery code").click();
  await page.getByLabel("Recovery code").fill(spare[1]);
  await phone.button("Log in").click();
  await phone.chatList.waitFor();
  assert.deepEqual(phone.errors, []);
});

test("a person changes the password and turns the second step off", async () => {
  const { page } = ines;
  const dialog = page.getByRole("dialog");
  await ines.button("Change password").click();
  await dialog.getByLabel("Current password").fill(OTHER_PASSWORD);
  await dialog.getByLabel("New password").fill("short");
  await dialog.getByRole("button", { name: "Change" }).click();
  await dialog.locator("[aria-invalid]").waitFor();
  await ines.checkScreen("change-password");
  await dialog.getByLabel("New password").fill(PASSWORD);
  await dialog.getByRole("button", { name: "Change" }).click();
  await page.getByText("Your password is changed.").waitFor();
  await ines.button("Turn off two-step verification").click();
  await dialog.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await dialog.getByLabel("Code", { exact: true }).fill(spare[2]);
  await dialog.getByRole("button", { name: "Turn off" }).click();
  await ines.button("Turn on two-step verification").waitFor();
  assert.deepEqual(ines.errors, []);
});
