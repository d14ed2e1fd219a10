// Whether a username can be had, while it is typed. Rules that need no server are told at once.

import type { Backend } from "../../backend/backend";

/** Milliseconds after the last key before the server is asked. */
export const USERNAME_PAUSE_MS = 350;
/** Characters (crates/domain, limits). */
const USERNAME_LEN_MIN = 3;
const USERNAME_LEN_MAX = 32;

export type UsernameState = "empty" | "checking" | "free" | "taken" | "too_short" | "too_long" | "characters" | "unchecked";

export class UsernameCheck {
  text = $state("");
  state = $state<UsernameState>("empty");
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly backend: Backend,
    private readonly server: () => string,
  ) {}

  /** As the server will read it: no spaces around, no "@" in front, small letters. */
  get username(): string {
    return this.text.trim().replace(/^@/u, "").toLowerCase();
  }

  type(text: string): void {
    this.text = text;
    clearTimeout(this.#timer);
    this.#turn++;
    this.state = this.#problem() ?? "checking";
    if (this.state === "checking") this.#timer = setTimeout(() => void this.ask(), USERNAME_PAUSE_MS);
  }

  async ask(): Promise<void> {
    clearTimeout(this.#timer);
    const problem = this.#problem();
    if (problem) {
      this.state = problem;
      return;
    }
    const turn = ++this.#turn;
    this.state = "checking";
    try {
      const answer = await this.backend.call("account.checkUsername", { server: this.server(), username: this.username });
      if (turn === this.#turn) this.state = answer.free ? "free" : (answer.problem ?? "taken");
    } catch {
      if (turn === this.#turn) this.state = "unchecked";
    }
  }

  /** Says what the server said when an account was to be made. */
  refuse(state: "taken" | "characters"): void {
    this.#turn++;
    this.state = state;
  }

  #problem(): UsernameState | undefined {
    const name = this.username;
    if (name === "") return "empty";
    if (!/^[a-z0-9]+([._-][a-z0-9]+)*$/u.test(name)) return "characters";
    if (name.length < USERNAME_LEN_MIN) return "too_short";
    return name.length > USERNAME_LEN_MAX ? "too_long" : undefined;
  }
}
