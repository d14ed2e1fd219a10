// Comparing safety numbers, and what is on the screen when keys are not what they should be.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World } from "./support/world.mjs";

let world, ines, oskar, direct;
before(async () => {
  world = await World.start();
  [ines, oskar] = [await world.person("ines"), await world.person("oskar")];
  await oskar.register({ displayName: "Oskar Nyström" });
  await ines.register({ displayName: "Ines Okafor" });
  await oskar.knows("ines");
  await ines.startChat("oskar");
  await ines.send("Are you there?");
  await ines.sees("Are you there?", "delivered");
  await oskar.open("Ines Okafor");
  await oskar.send("Here");
  await ines.sees("Here");
  direct = (await ines.rpc([["conversation.list", {}]]))[0].find((one) => one.kind === "direct");
});
after(async () => { await world?.stop(); });
const dialog = (person) => person.page.getByRole("dialog", { name: /^Security with / });
const panel = (person) => person.page.getByRole("complementary", { name: "Contact info" });
/** The digits as they stand on a screen. */
const digits = async (person) => await dialog(person).getByRole("group", { name: "Safety number" }).innerText();

test("both screens show the same number", async () => {
  for (const person of [ines, oskar]) {
    await person.page.keyboard.press("Control+.");
    await panel(person).getByRole("button", { name: /^Security.*Not verified yet/ }).click();
    await dialog(person).getByRole("img", { name: "Safety number as a code for a camera" }).waitFor();
  }
  const shown = await digits(ines);
  assert.equal(shown.replace(/\D/gu, "").length, 60);
  assert.equal(await digits(oskar), shown);
  await ines.checkScreen("verify");
});

test("what is typed from the other screen is compared", async () => {
  await dialog(ines).getByRole("button", { name: "Enter theirs" }).click();
  const field = dialog(ines).getByLabel("Number or code from the other screen");
  await field.fill("12345");
  await dialog(ines).getByRole("button", { name: "Compare", exact: true }).click();
  await dialog(ines).getByText("This is no safety number. Enter all 60 digits.").waitFor();
  await field.fill("1".repeat(60));
  await dialog(ines).getByRole("button", { name: "Compare", exact: true }).click();
  await dialog(ines).getByText(/^The numbers differ/).waitFor();
  await ines.checkScreen("verify-differs");
  await field.fill(await digits(oskar));
  await dialog(ines).getByRole("button", { name: "Compare", exact: true }).click();
  await dialog(ines).getByRole("status").getByText("Verified", { exact: true }).waitFor();
  assert.equal(await dialog(ines).getByText(/^The numbers differ/).count(), 0);
});

test("whoever was compared has a mark wherever their name stands", async () => {
  await ines.page.keyboard.press("Escape");
  await dialog(ines).waitFor({ state: "detached" });
  await panel(ines).getByRole("button", { name: /^Security.*Verified/ }).waitFor();
  await ines.page.getByRole("main").getByRole("img", { name: "Verified" }).waitFor();
  await ines.row("Oskar Nyström").getByRole("img", { name: "Verified" }).waitFor();
  // What one has compared, the other has not.
  await dialog(oskar).getByText("Not verified yet", { exact: true }).waitFor();
  await dialog(oskar).getByRole("button", { name: "They match", exact: true }).click();
  await dialog(oskar).getByRole("status").getByText("Verified", { exact: true }).waitFor();
  await dialog(oskar).getByRole("button", { name: "Take back" }).click();
  await dialog(oskar).getByText("Not verified yet", { exact: true }).waitFor();
  await oskar.page.keyboard.press("Escape");
  await ines.checkScreen("verified");
});

/** Puts an alarm into what the core tells this screen of a conversation, until the person has decided. */
async function alarmed(person, conversationId, alarm) {
  let isOpen = true;
  const mark = (value) => {
    if (typeof value !== "object" || value === null) return;
    if (isOpen && value.conversationId === conversationId && "canSend" in value) value.alarm = alarm;
    for (const inner of Object.values(value)) mark(inner);
  };
  await person.page.routeWebSocket(/\/rpc/u, (page) => {
    const core = page.connectToServer();
    page.onMessage((text) => {
      if (JSON.parse(text).method === "security.settle") isOpen = false;
      core.send(text);
    });
    core.onMessage((text) => {
      const said = JSON.parse(text);
      mark(said);
      page.send(JSON.stringify(said));
    });
  });
}

test("an alarm stands at the head of its chat until the person has decided", async () => {
  const { conversationId, peer } = direct;
  await alarmed(ines, conversationId, { kind: "device", accountId: peer.accountId, name: "Oskar Nyström", conversationId, at: Date.now() });
  await ines.page.reload();
  const banner = ines.page.getByRole("main").getByRole("alert", { name: "Problem with keys" });
  await banner.getByText("A device that Oskar Nyström didn’t add was kept out.").waitFor();
  await ines.row("Oskar Nyström").getByRole("img", { name: "Problem with keys" }).waitFor();
  await ines.checkScreen("alarm");
  await banner.getByRole("button", { name: "Compare numbers" }).click();
  await dialog(ines).getByRole("status").getByText("Verified", { exact: true }).waitFor();
  await ines.page.keyboard.press("Escape");
  await banner.getByRole("button", { name: "Try again" }).click();
  await oskar.send("Anything wrong?");
  await ines.sees("Anything wrong?");
  await banner.waitFor({ state: "detached" });
  assert.deepEqual(ines.errors, []);
});
