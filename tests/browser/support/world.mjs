// A server, a browser, and people: each person has an own core (`pipit-cli serve`) and an own browser context.

import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { Person } from "./person.mjs";
import { ARTIFACTS, binary, Program, UI_DIST } from "./program.mjs";

const CHROMIUM = process.env.PIPIT_CHROMIUM ?? "/usr/bin/chromium";
const CHROMIUM_ARGS = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
/** Milliseconds that anything on the screen may take: the machine may be busy with other tests. */
const PATIENCE_MS = 20_000;

export class World {
  folder;
  browser;
  #server;
  #port;
  #people = [];

  static async start() {
    const world = new World();
    world.folder = await mkdtemp(join(tmpdir(), "pipit-browser-"));
    await mkdir(ARTIFACTS, { recursive: true });
    world.#port = await freePort();
    await world.startServer();
    world.browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGS });
    return world;
  }

  get server() {
    return `127.0.0.1:${this.#port}`;
  }

  async startServer() {
    this.#server = await Program.start(binary("pipit-server"), ["--data", join(this.folder, "server"), "--listen", this.server], /listening on/u);
  }

  /** Gone at once, as if its machine had lost power. */
  async killServer() {
    await this.#server.kill();
  }

  /** Somebody at a screen. `options` go to the browser context. */
  async person(name, options = {}) {
    const core = await this.#startCore(name);
    const context = await this.browser.newContext({
      viewport: { width: 1280, height: 800 }, locale: "en-GB", colorScheme: "light", permissions: ["clipboard-read", "clipboard-write"], ...options,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const person = new Person(name, this, core, context, await context.newPage());
    this.#people.push(person);
    await person.page.goto(core.match[0]);
    // Letters that change their shape move what is about to be clicked.
    await person.page.evaluate(() => document.fonts.ready);
    return person;
  }

  async #startCore(name) {
    const args = ["serve", "--data", join(this.folder, name), "--offer-server", this.server, "--ui", UI_DIST, "--listen", "127.0.0.1:0"];
    return await Program.start(binary("pipit-cli"), args, /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/u);
  }

  async stop() {
    for (const person of this.#people) await person.leave();
    await this.browser?.close();
    await this.#server?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A port that the system has free now. */
async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
