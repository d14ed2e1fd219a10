// A long history: a window of it is on the screen, and it holds still.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World } from "./support/world.mjs";

/** Enough for several pages of 50, and quick to send. */
const MESSAGES = 320;
let world, ines, oskar;
before(async () => {
  world = await World.start();
  [ines, oskar] = [await world.person("ines"), await world.person("oskar")];
  await ines.register();
  await oskar.register();
  await oskar.knows("ines");
  await ines.startChat("oskar");
  await ines.send("Number 0");
  await oskar.row("ines").waitFor();
  const [[{ conversationId }]] = await ines.rpc([["conversation.list", {}]]);
  await ines.rpc(Array.from({ length: MESSAGES }, (_, at) => ["message.send", { conversationId, text: `Number ${at + 1}${at % 5 === 0 ? ", and a longer line of words to wrap around the bubble".repeat(3) : ""}` }]));
  await oskar.row("ines").getByText(`Number ${MESSAGES}`).waitFor();
});
after(async () => { await world?.stop(); });

/** A message in the middle of what is seen, and where it stands. */
const anchor = (person) => person.feed.evaluate((feed) => {
  const frame = feed.getBoundingClientRect();
  const one = [...feed.querySelectorAll("article")].find((article) => article.getBoundingClientRect().top > frame.top + frame.height / 3);
  return { id: one.dataset.message, y: one.getBoundingClientRect().top };
});
const placeOf = (person, id) => person.page.evaluate((wanted) => document.querySelector(`[data-message="${wanted}"]`)?.getBoundingClientRect().top, id);
const settled = (person) => person.page.evaluate(async () => {
  const feed = document.querySelector('[role="feed"]');
  for (let same = 0, last = -1; same < 10; ) {
    await new Promise(requestAnimationFrame);
    const now = feed.scrollTop + feed.scrollHeight;
    same = now === last ? same + 1 : 0;
    last = now;
  }
});

test("an unread chat opens at the first unread message, a third from the top", async () => {
  await oskar.row("ines").getByText("99+").waitFor();
  await oskar.open("ines");
  const divider = oskar.feed.getByText(/^\d+ new messages$/);
  await divider.waitFor();
  await settled(oskar);
  const [box, frame] = [await divider.boundingBox(), await oskar.feed.boundingBox()];
  const share = (box.y - frame.y) / frame.height;
  assert.ok(share > 0.05 && share < 0.5, `the divider stands at ${share} of the height`);
  await oskar.picture("unread-divider");
});

test("only a window of the history is in the page", async () => {
  assert.ok(await oskar.feed.getByRole("article").count() < 60);
});

test("the newest message is one press away", async () => {
  await oskar.button(/^To the newest message/).click();
  await oskar.sees(`Number ${MESSAGES}`);
  await oskar.button(/^To the newest message/).waitFor({ state: "detached" });
});

test("older pages come while one scrolls, down to the first message", async () => {
  await oskar.feed.hover();
  const first = oskar.message("Number 0");
  for (let turn = 0; turn < 400 && (await first.count()) === 0; turn++) {
    await oskar.page.mouse.wheel(0, -1_500);
    await oskar.page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await first.first().waitFor();
  await oskar.page.mouse.wheel(0, -10_000);
  await oskar.feed.getByText("Messages in this chat are end-to-end encrypted.").waitFor();
});

test("a message that comes in doesn't move what one reads, and is counted", async () => {
  await oskar.page.mouse.wheel(0, 600);
  await settled(oskar);
  const before = await anchor(oskar);
  await ines.send("Look down here");
  await oskar.button("To the newest message, 1 new").waitFor();
  assert.ok(Math.abs((await placeOf(oskar, before.id)) - before.y) < 2);
});

test("what one reads there counts as read", async () => {
  await oskar.button(/^To the newest message/).click();
  await oskar.sees("Look down here");
  await oskar.row("ines").getByText("unread").waitFor({ state: "detached" });
  await oskar.feed.hover();
  for (let turn = 0; turn < 4; turn++) await oskar.page.mouse.wheel(0, -900);
  await settled(oskar);
});

test("a reload keeps the place", async () => {
  const before = await anchor(oskar);
  await oskar.page.reload();
  await oskar.until((id) => document.querySelector(`[data-message="${id}"]`), before.id);
  await settled(oskar);
  assert.ok(Math.abs((await placeOf(oskar, before.id)) - before.y) < 3);
});

test("another chat and back keeps the place too", async () => {
  const before = await anchor(oskar);
  await oskar.startChat("oskar");
  await oskar.open("ines");
  await oskar.until((id) => document.querySelector(`[data-message="${id}"]`), before.id);
  await settled(oskar);
  assert.ok(Math.abs((await placeOf(oskar, before.id)) - before.y) < 3);
});

test("near the end, new messages are followed", async () => {
  await oskar.button(/^To the newest message/).click();
  await oskar.sees("Look down here");
  for (let at = 0; at < 5; at++) await ines.send(`Following ${at}`);
  await oskar.sees("Following 4");
  await settled(oskar);
  const fromEnd = await oskar.feed.evaluate((feed) => feed.scrollHeight - feed.clientHeight - feed.scrollTop);
  assert.ok(fromEnd <= 2, `${fromEnd} px from the end`);
});

test("nothing went wrong in the pages", () => {
  assert.deepEqual([...ines.errors, ...oskar.errors], []);
});
