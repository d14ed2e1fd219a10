// What concerns a person beside the chats' own order, and the link by which others find them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { World } from "./support/world.mjs";

let world, ines, oskar, group;
before(async () => {
  world = await World.start();
  [ines, oskar] = [await world.person("ines"), await world.person("oskar")];
  await ines.register({ displayName: "Ines Okafor" });
  await oskar.register({ displayName: "Oskar Nyström" });
});
after(async () => { await world?.stop(); });

const main = () => ines.page.getByRole("main", { name: "Notifications" });
const entry = (words) => main().getByRole("article").filter({ hasText: words });

async function openNotifications() {
  await ines.chatList.getByRole("button", { name: /^Account/ }).click();
  await ines.page.getByRole("menuitem", { name: /^Notifications/ }).click();
  await main().getByRole("heading", { level: 1, name: "Notifications" }).waitFor();
}

test("a link of one's own is copied, and leads whoever has it to a chat", async () => {
  await ines.page.getByRole("heading", { name: "Say hello to someone" }).waitFor();
  await ines.checkScreen("empty");
  await ines.button("Copy my link").click();
  await ines.page.getByText("Your link is copied.").waitFor();
  const link = await ines.page.evaluate(() => navigator.clipboard.readText());
  assert.match(link, /^pipit:\/\/user\/ines@/);
  await oskar.chatList.getByRole("button", { name: /^New chat/ }).click();
  const dialog = oskar.page.getByRole("dialog", { name: "New chat" });
  await dialog.getByLabel("Username").fill(link);
  await dialog.getByText("Ines Okafor").or(dialog.getByText("@ines")).first().waitFor();
  await dialog.getByRole("button", { name: "Start chat" }).click();
  await oskar.composer.waitFor();
});

test("an empty page says what would stand there; an invitation is answered from it", async () => {
  await openNotifications();
  await main().getByText("Nothing here").waitFor();
  await ines.checkScreen("notifications-empty");
  const [{ accountId }] = await oskar.rpc([["contact.find", { username: "ines" }]]);
  const [made] = await oskar.rpc([["conversation.create", { name: "Ridge walkers", members: [accountId] }]]);
  group = made.conversationId;
  await oskar.rpc([["message.send", { conversationId: group, text: "Look at this" }]]);
  await entry(/oskar invited you to Ridge walkers/i).or(entry(/Oskar Nyström invited you to Ridge walkers/)).first().waitFor();
  await ines.checkScreen("notifications-invitation");
  await main().getByRole("button", { name: "Join" }).click();
  await ines.page.getByRole("heading", { level: 1, name: "Ridge walkers" }).waitFor();
  await ines.message("Look at this").waitFor();
});

test("mentions, reactions and a new device stand there until they are seen", async () => {
  await ines.send("Earplugs for everyone");
  await ines.sees("Earplugs for everyone", "delivered");
  await openNotifications();
  const [rows] = await oskar.rpc([["message.list", { conversationId: group }]]);
  const theirs = rows.find((one) => one.text === "Earplugs for everyone");
  const [{ accountId }] = await oskar.rpc([["contact.find", { username: "ines" }]]);
  await oskar.rpc([
    ["message.react", { messageId: theirs.messageId, emoji: "🎉", isOn: true }],
    ["message.send", { conversationId: group, text: "Did you finish it, @ines?", mentions: [accountId] }],
  ]);
  const tablet = await world.person("tablet");
  await tablet.logIn("ines");
  await entry(/Oskar Nyström reacted to your message with 🎉/).getByText("“Earplugs for everyone”").waitFor();
  await entry(/Oskar Nyström mentioned you in Ridge walkers/).getByText(/Did you finish it/).waitFor();
  await entry(/New device on your account: Computer with Linux/).getByText(/Not you\?/).waitFor();
  await main().getByRole("heading", { name: "New" }).waitFor();
  await ines.checkScreen("notifications");
  await ines.page.emulateMedia({ colorScheme: "dark" });
  await ines.checkScreen("notifications-dark");
  await ines.page.emulateMedia({ colorScheme: "light" });

  await main().getByRole("radio", { name: "Security" }).click();
  await entry(/mentioned you/).waitFor({ state: "detached" });
  await entry(/New device/).getByRole("button", { name: "It was me" }).click();
  await entry(/New device/).getByRole("button", { name: "It was me" }).waitFor({ state: "detached" });
  await main().getByRole("radio", { name: "Mentions" }).click();
  await entry(/mentioned you/).getByRole("button", { name: "Reply" }).click();
  await ines.page.getByText("Reply to").first().waitFor();
  await ines.send("Nearly");
  await oskar.open("Ridge walkers");
  await oskar.message("Nearly").getByRole("button", { name: /Did you finish it/ }).waitFor();
});

test("all of it is marked as seen, and Escape leads back to the list", async () => {
  await openNotifications();
  await main().getByRole("button", { name: "Mark all read" }).click();
  await main().getByRole("heading", { name: "New", exact: true }).waitFor({ state: "detached" });
  await main().getByRole("heading", { name: "Earlier" }).waitFor();
  await entry(/reacted to your message/).getByRole("button", { name: "Open" }).click();
  await ines.page.getByRole("heading", { level: 1, name: "Ridge walkers" }).waitFor();
  await openNotifications();
  await ines.page.keyboard.press("Escape");
  await main().waitFor({ state: "detached" });
  assert.ok(await ines.page.evaluate(() => document.activeElement.closest("[data-pane=list]") !== null));
  assert.deepEqual(ines.errors, []);
});
