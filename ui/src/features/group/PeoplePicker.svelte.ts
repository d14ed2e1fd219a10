// Choosing people: contacts by a few letters of their name, anybody else by the whole username.

import { BackendError, type Backend } from "../../backend/backend";
import type { Contact } from "../../backend/types";
import { failureText } from "../../i18n/failure";
import { t } from "../../i18n/text";
import { fuzzy, type Part } from "../../kit/fuzzy";

/** Milliseconds after the last key before the server is asked: each question is counted there. */
export const FIND_PAUSE_MS = 400;

export interface Candidate { contact: Contact; name: string; parts: Part[] }

export class PeoplePicker {
  query = $state("");
  chosen = $state.raw<readonly Contact[]>([]);
  isLoaded = $state(false);
  isSearching = $state(false);
  /** Nobody has the name that was typed, or why that can't be said. */
  problem = $state<string>();
  #contacts = $state.raw<readonly Contact[]>([]);
  #found = $state.raw<Contact>();
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly backend: Backend,
    /** Accounts that can't be chosen: oneself, and who is in already. */
    private readonly without: () => ReadonlySet<string>,
  ) {}

  readonly candidates = $derived.by<Candidate[]>(() => {
    const without = this.without();
    const contacts = this.#contacts.filter((one) => !one.isBlocked && !without.has(one.accountId));
    const matching = contacts.flatMap((contact) => {
      const name = nameOf(contact);
      const match = fuzzy(this.query, name);
      return match && (match.score > 1 || this.query.trim() === "") ? [{ contact, name, ...match }] : [];
    });
    const found = this.#found;
    if (found && !without.has(found.accountId) && !matching.some((one) => one.contact.accountId === found.accountId)) {
      matching.push({ contact: found, name: nameOf(found), score: 5, parts: [{ text: nameOf(found), isHit: false }] });
    }
    return matching.sort((a, b) => b.score - a.score || a.name.localeCompare(b.name));
  });

  async load(): Promise<void> {
    // Without contacts, a username still finds anybody.
    this.#contacts = await this.backend.call("contact.list", {}).catch(() => []);
    this.isLoaded = true;
  }

  type(query: string): void {
    this.query = query;
    clearTimeout(this.#timer);
    this.#turn++;
    this.#found = undefined;
    this.problem = undefined;
    this.isSearching = false;
    if (this.#username !== "") this.#timer = setTimeout(() => void this.find(), FIND_PAUSE_MS);
  }

  /** Enter: chooses the first, looking for the username when no contact is there. */
  async submit(): Promise<void> {
    if (this.candidates.length === 0 && this.#username !== "") await this.find();
    const first = this.candidates[0];
    if (first) this.toggle(first.contact);
  }

  async find(): Promise<void> {
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    this.isSearching = true;
    try {
      const found = await this.backend.call("contact.find", { username: this.#username });
      if (turn === this.#turn) this.#found = found;
    } catch (error) {
      if (turn !== this.#turn) return;
      const failure = BackendError.from(error);
      const isNobody = failure.code === "UNKNOWN_ACCOUNT" || failure.code === "USERNAME_INVALID";
      // While contacts match, nobody was looked for by username.
      if (this.candidates.length === 0) this.problem = isNobody ? t("newChat.nobody") : failureText(failure);
    } finally {
      if (turn === this.#turn) this.isSearching = false;
    }
  }

  isChosen(accountId: string): boolean {
    return this.chosen.some((one) => one.accountId === accountId);
  }

  toggle(contact: Contact): void {
    const others = this.chosen.filter((one) => one.accountId !== contact.accountId);
    this.chosen = others.length === this.chosen.length ? [...others, contact] : others;
    if (this.query !== "") this.type("");
  }

  get #username(): string {
    return this.query.trim().replace(/^@/u, "").toLowerCase();
  }
}

export function nameOf(contact: Contact): string {
  return contact.name || contact.displayName || contact.username;
}
