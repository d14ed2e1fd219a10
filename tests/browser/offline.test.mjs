// The server goes away in the middle of a conversation, and comes back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World } from "./support/world.mjs";

let world, ines, oskar;
before(async () => {
  world = await World.start();
  [ines, oskar] = [await world.person("ines"), await world.person("oskar")];
  await ines.register();
  await oskar.register();
  await oskar.knows("ines");
  await ines.startChat("oskar");
  await ines.send("Before the storm");
  await ines.sees("Before the storm", "delivered");
  await oskar.open("ines");
});
after(async () => { await world?.stop(); });

test("without the server one can read and write, and sees that it waits", async () => {
  await world.killServer();
  await ines.strip.getByText(/offline|Reconnecting/).waitFor();
  await ines.send("First, while away");
  await ines.send("Second, while away");
  await ines.sees("First, while away", "sending");
  await ines.sees("Second, while away", "sending");
  await ines.row("oskar").getByRole("img", { name: "sending" }).waitFor();
  await ines.sees("Before the storm");
  await ines.picture("offline");
});

test("what waits survives a reload of the page", async () => {
  await ines.page.reload();
  await ines.sees("Second, while away", "sending");
  await ines.strip.getByText(/offline|Reconnecting/).waitFor();
});

test("when the server is back, everything arrives once and in order", async () => {
  await world.startServer();
  await ines.sees("Second, while away", "delivered");
  await ines.strip.getByText(/offline|Reconnecting/).waitFor({ state: "detached" });
  await oskar.sees("Second, while away");
  const texts = await oskar.feed.getByRole("article").locator(".body").allTextContents();
  assert.deepEqual(texts.map((text) => text.trim()), ["Before the storm", "First, while away", "Second, while away"]);
});

test("when the core itself is gone, the page says so and loses no text", async () => {
  await ines.core.kill();
  await ines.strip.getByText("Pipit has stopped.").waitFor();
  await ines.send("Not lost");
  await ines.page.getByText("It is back here; try again.").waitFor();
  assert.equal(await ines.composer.inputValue(), "Not lost");
});
