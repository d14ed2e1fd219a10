// What a person does at the screen, by the names that they see. No test reaches behind the screen except `rpc`,
// which stands for another program at the same core.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ARTIFACTS } from "./program.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const PASSWORD = "three small boats at dawn";

export class Person {
  /** Errors of the page: a test that causes one fails. */
  errors = [];

  constructor(name, world, core, context, page) {
    Object.assign(this, { name, world, core, context, page });
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("console", (message) => message.type() === "error" && this.errors.push(message.text()));
  }

  button(name) {
    return this.page.getByRole("button", { name });
  }

  get chatList() {
    return this.page.getByRole("navigation", { name: "Chats" });
  }

  get composer() {
    return this.page.getByRole("textbox", { name: /^Message / });
  }

  get feed() {
    return this.page.getByRole("feed", { name: "Messages" });
  }

  /** The strip of the list that says how the connection stands. */
  get strip() {
    return this.chatList.getByRole("status");
  }

  row(name) {
    return this.chatList.getByRole("listitem").filter({ hasText: name }).getByRole("button");
  }

  message(text) {
    return this.feed.getByRole("article").filter({ hasText: text });
  }

  /** Waits until a message stands where it should: "sending", "sent", "delivered", "read" or "not sent". */
  async sees(text, state) {
    const message = this.message(text).last();
    await message.waitFor();
    if (state) await message.getByRole("img", { name: state, exact: true }).waitFor();
    return message;
  }

  async chooseServer(purpose = "Create an account") {
    await this.button(purpose).click();
    await this.page.getByRole("heading", { name: "Choose a server" }).waitFor();
    await this.page.getByText(/^Online, \d+ ms$/).waitFor();
    await this.button("Continue").click();
  }

  async register({ username = this.name, displayName } = {}) {
    await this.chooseServer();
    await this.page.getByLabel("Username").fill(username);
    if (displayName) await this.page.getByLabel("Display name").fill(displayName);
    await this.page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
    await this.button("Continue").click();
    await this.page.getByRole("heading", { name: "Save your recovery key" }).waitFor();
    await this.page.getByText("I have saved it somewhere safe").click();
    await this.button("Finish").click();
    await this.chatList.waitFor();
  }

  /** On another device of an account that exists. */
  async logIn(username) {
    await this.chooseServer("Log in");
    await this.page.getByLabel("Username").fill(username);
    await this.page.getByRole("textbox", { name: "Password" }).fill(PASSWORD);
    await this.button("Log in").click();
    await this.chatList.waitFor();
  }

  async startChat(username) {
    await this.chatList.getByRole("button", { name: /^New chat/ }).click();
    const dialog = this.page.getByRole("dialog", { name: "New chat" });
    await dialog.getByLabel("Username").fill(username);
    await dialog.getByRole("button", { name: "Start chat" }).click();
    await dialog.waitFor({ state: "detached" });
    await this.composer.waitFor();
  }

  /** Has accepted somebody before they write, so that what they write is no request. */
  async knows(username) {
    const [{ accountId }] = await this.rpc([["contact.find", { username }]]);
    const [{ conversationId }] = await this.rpc([["conversation.open", { accountId }]]);
    await this.rpc([["request.accept", { conversationId }]]);
  }

  /** Lets a stranger who has written come in. */
  async accepts(name) {
    await this.chatList.getByRole("button", { name: /^Message requests/ }).click();
    await this.row(name).click();
    await this.button("Accept").click();
    await this.composer.waitFor();
  }

  async open(name) {
    await this.row(name).click();
    await this.composer.waitFor();
  }

  async send(text) {
    await this.composer.fill(text);
    await this.composer.press("Enter");
  }

  /** Waits for a condition of the page, told by a function that runs in it. */
  async until(check, argument) {
    await this.page.waitForFunction(check, argument);
  }

  /** Calls of the core over an own line, many at once: [[method, params], …]. */
  async rpc(calls) {
    return await this.page.evaluate(async (list) => {
      const token = sessionStorage.getItem("pipit.token");
      const socket = new WebSocket(`ws://${location.host}/rpc?token=${encodeURIComponent(token)}`);
      await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
      const results = [];
      for (const [id, [method, params]] of list.entries()) {
        const answer = new Promise((resolve) => (socket.onmessage = (message) => {
          const reply = JSON.parse(message.data);
          if (reply.id === id) resolve(reply);
        }));
        socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
        const reply = await answer;
        if (reply.error) throw new Error(`${method}: ${JSON.stringify(reply.error)}`);
        results.push(reply.result);
      }
      socket.close();
      return results;
    }, calls);
  }

  async picture(name) {
    await this.page.screenshot({ path: join(ARTIFACTS, `${name}.png`) });
  }

  /** No serious and no critical accessibility problem on this screen, and a picture of it. */
  async checkScreen(name) {
    await this.page.evaluate(AXE);
    // Colours that are still fading in would be measured half way.
    await this.until(() => document.getAnimations().every((one) => one.playState !== "running" || one.effect?.getTiming().iterations === Infinity));
    const violations = await this.page.evaluate(async () => {
      const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
      const result = await globalThis.axe.run(document, { runOnly: tags });
      return result.violations.filter((one) => one.impact === "serious" || one.impact === "critical")
        .map((one) => `${one.impact} ${one.id}: ${one.nodes.map((node) => `${node.target} ${node.failureSummary}`).join("; ")}`);
    });
    await this.picture(name);
    assert.deepEqual(violations, [], name);
  }

  async leave() {
    await this.context.close();
    await this.core.stop();
  }
}
