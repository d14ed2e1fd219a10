// From nothing to an account, and back into it on another device.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { PASSWORD } from "./support/person.mjs";
import { World } from "./support/world.mjs";

let world;
before(async () => { world = await World.start(); });
after(async () => { await world?.stop(); });

test("a person makes an account and saves the recovery key", async () => {
  const ines = await world.person("ines");
  const { page } = ines;
  await page.getByRole("heading", { name: "Light, private messages" }).waitFor();
  assert.equal(new URL(page.url()).search, "", "the token left the address bar");

  await ines.button("Create an account").click();
  assert.ok(await page.getByRole("radio", { name: /On this computer/ }).isChecked(), "the local server is chosen");
  await page.getByText(/^Online, \d+ ms$/).waitFor();
  await ines.button("Continue").click();

  const [username, password] = [page.getByLabel("Username"), page.getByRole("textbox", { name: "Password" })];
  await username.fill("i");
  await password.fill("short");
  await page.getByText("7 more characters.").waitFor();
  await ines.button("Continue").click();
  await page.getByText("Use 3 characters or more.").waitFor();
  assert.equal(await username.getAttribute("aria-invalid"), "true");
  await username.fill("Ines.O");
  await page.getByText("Free. People can find you by this name.").waitFor();
  await page.getByLabel("Display name").fill("Ines Okafor");
  await password.fill(PASSWORD);
  await ines.button("Show password").click();
  assert.equal(await password.getAttribute("type"), "text");
  await ines.button("Continue").click();

  await page.getByRole("heading", { name: "Save your recovery key" }).waitFor();
  const groups = page.getByRole("list", { name: "Recovery key, 12 groups" }).getByRole("listitem").locator("b");
  await groups.nth(11).waitFor();
  const key = (await groups.allTextContents()).join("-");
  assert.match(key, /^([A-Z0-9]{4}-){11}[A-Z0-9]{4}$/);

  await page.reload();
  await groups.nth(11).waitFor();
  assert.equal((await groups.allTextContents()).join("-"), key, "the key is shown again until it is saved");

  await ines.button("Copy").click();
  await ines.button("Copied").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), key);
  const [download] = await Promise.all([page.waitForEvent("download"), ines.button("Save as file").click()]);
  assert.equal(download.suggestedFilename(), "pipit-recovery-key-ines.o.txt");
  assert.ok((await readFile(await download.path(), "utf8")).includes(key));

  assert.ok(await ines.button("Finish").isDisabled());
  await page.getByText("I have saved it somewhere safe").click();
  await ines.button("Finish").click();
  await page.getByRole("heading", { name: "Say hello to someone" }).waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Say hello to someone" }).waitFor();
  await ines.button("Account: Ines Okafor").click();
  await page.getByText(`@ines.o, ${world.server}`).waitFor();
  assert.deepEqual(ines.errors, []);
});

test("a name that is taken, and a server that isn't there, are told where they happen", async () => {
  const other = await world.person("other");
  const { page } = other;
  await other.button("Create an account").click();
  await page.getByText("Another server").click();
  await page.getByLabel("Server address").fill("127.0.0.1:1");
  await page.getByText("This server doesn’t answer. Check the address and your connection.").waitFor();
  await page.getByRole("radio", { name: /On this computer/ }).check({ force: true });
  await page.getByText(/^Online, \d+ ms$/).waitFor();
  await other.button("Continue").click();
  await page.getByLabel("Username").fill("ines.o");
  await page.getByText("Someone has this name already. Try another.").waitFor();
});

test("a person logs in on another device, after a wrong password", async () => {
  const again = await world.person("ines-laptop");
  const { page } = again;
  await again.chooseServer("Log in");
  await page.getByLabel("Username").fill("ines.o");
  await page.getByRole("textbox", { name: "Password" }).fill("not the password");
  await again.button("Log in").click();
  await page.getByText("Username and password don’t match. Check both and try again.").waitFor();
  await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
  await again.button("Log in").click();
  await again.chatList.waitFor();
  assert.deepEqual(again.errors, []);
});
