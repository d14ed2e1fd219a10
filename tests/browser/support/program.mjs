// A program under test: started, waited for by what it prints, and ended. Keeps what it said for a failed test.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** Milliseconds that a program may take to say that it is ready, and to end. */
const READY_MS = 30_000;
const END_MS = 10_000;
export const ROOT = resolve(import.meta.dirname, "../../..");

/** The path of one of our binaries. */
export function binary(name) {
  const folder = process.env.PIPIT_BIN_DIR ?? resolve(ROOT, "target/debug");
  const path = resolve(folder, process.platform === "win32" ? `${name}.exe` : name);
  if (!existsSync(path)) throw new Error(`${path} is missing: build it with "cargo build -p ${name}"`);
  return path;
}

export const UI_DIST = resolve(ROOT, "ui/dist");
export const ARTIFACTS = process.env.PIPIT_ARTIFACTS ?? resolve(ROOT, "target/artifacts/browser");

export class Program {
  #child;
  #said = "";
  /** What the ready pattern matched. */
  match;

  /** Starts it and waits for a line that matches. */
  static async start(command, args, ready) {
    const program = new Program();
    program.#child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${command} wasn't ready in time.\n${program.#said}`)), READY_MS);
      const hear = (chunk) => {
        program.#said = (program.#said + chunk).slice(-20_000);
        program.match ??= ready.exec(program.#said) ?? undefined;
        if (program.match) {
          clearTimeout(late);
          resolve();
        }
      };
      program.#child.stdout.setEncoding("utf8").on("data", hear);
      program.#child.stderr.setEncoding("utf8").on("data", hear);
      program.#child.once("error", reject);
      program.#child.once("exit", (code) => reject(new Error(`${command} ended with ${code}.\n${program.#said}`)));
    });
    return program;
  }

  /** As the system would end it at a shutdown. */
  async stop() {
    await this.#end("SIGTERM");
  }

  /** As a power cut would. */
  async kill() {
    await this.#end("SIGKILL");
  }

  async #end(signal) {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill(signal);
    const late = setTimeout(() => this.#child.kill("SIGKILL"), END_MS);
    await ended;
    clearTimeout(late);
  }
}
