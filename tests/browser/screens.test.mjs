// Every screen, in light and dark: no serious accessibility problem, and a picture to look at.

import { after, before, test } from "node:test";
import { PASSWORD } from "./support/person.mjs";
import { World } from "./support/world.mjs";

let world;
before(async () => { world = await World.start(); });
after(async () => { await world?.stop(); });

for (const colorScheme of ["light", "dark"]) {
  test(`screens in ${colorScheme}`, async () => {
    const person = await world.person(`mara-${colorScheme}`, { colorScheme });
    const friend = await world.person(`friend-${colorScheme}`);
    await friend.register({ displayName: "Oskar Nyström" });
    const { page } = person;
    const check = (name) => person.checkScreen(`${name}-${colorScheme}`);

    await person.button("Create an account").waitFor();
    await check("welcome");
    await person.button("Create an account").click();
    await page.getByText(/^Online, \d+ ms$/).waitFor();
    await check("server");
    await person.button("Continue").click();
    await page.getByLabel("Username").fill(friend.name);
    await page.getByText("Someone has this name already. Try another.").waitFor();
    await page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
    await check("account");
    await page.getByLabel("Username").fill(person.name);
    await page.getByLabel("Display name").fill("Mara Lindqvist");
    await person.button("Continue").click();
    await page.getByRole("list", { name: "Recovery key, 12 groups" }).getByRole("listitem").nth(11).waitFor();
    await check("recovery");
    await page.getByText("I have saved it somewhere safe").click();
    await person.button("Finish").click();
    await page.getByRole("heading", { name: "Say hello to someone" }).waitFor();
    await friend.knows(person.name);
    await check("empty");

    await page.keyboard.press("Control+n");
    const dialog = page.getByRole("dialog", { name: "New chat" });
    await dialog.getByLabel("Username").fill(friend.name);
    await dialog.getByText(`@${friend.name}`).waitFor();
    await check("new-chat");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await page.getByText("Messages in this chat are end-to-end encrypted.").waitFor();
    await check("new-conversation");
    await person.send("Does anyone not eat lentils?");
    await person.sees("lentils", "delivered");
    await friend.open("Mara Lindqvist");
    await friend.send("The hut is booked: https://meadowhuts.example/tarn-hut");
    await friend.send("Two nights, six bunks, one very small stove.");
    await person.sees("very small stove");
    await check("conversation");
    await person.button(/^Account:/).click();
    await page.getByRole("menu").waitFor();
    await check("account-menu");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+/");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await check("shortcuts");
    await page.keyboard.press("Escape");
    await page.setViewportSize({ width: 460, height: 640 });
    await person.button(/^Back/).waitFor();
    await check("narrow-conversation");
    await person.button(/^Back/).click();
    await person.chatList.waitFor();
    await check("narrow-list");
    // Twice as large in a small window: the narrow layout takes over and nothing is cut.
    await page.setViewportSize({ width: 420, height: 480 });
    await person.open("Oskar");
    await check("smallest");
  });
}
