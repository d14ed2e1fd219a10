// Who can be mentioned at the caret, and which of them is marked.

import type { Member } from "../../backend/types";
import { mentionName, peopleFor, queryAt, type Mention, type MentionQuery } from "./mentions";

export class MentionPicker {
  people = $state.raw<readonly Member[]>([]);
  at = $state(0);
  #query: MentionQuery | undefined;
  #turn = 0;

  constructor(private readonly members: () => Promise<readonly Member[]>) {}

  /** After each change of the text. */
  async look(text: string, caret: number): Promise<void> {
    const turn = ++this.#turn;
    this.#query = queryAt(text, caret);
    if (!this.#query) return this.close();
    const members = await this.members().catch(() => []);
    if (turn !== this.#turn || !this.#query) return;
    this.people = peopleFor(members.filter((one) => !one.isOwn), this.#query.text);
    this.at = 0;
  }

  /** What a key did: nothing, something here, or it chose somebody. */
  press(event: Pick<KeyboardEvent, "key">): Member | "used" | undefined {
    if (this.people.length === 0) return undefined;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) this.at = (this.at + step + this.people.length) % this.people.length;
    else if (event.key === "Escape") this.close();
    else return event.key === "Enter" || event.key === "Tab" ? this.people[this.at] : undefined;
    return "used";
  }

  /** Where the name goes. */
  pick(person: Member, caret: number): { start: number; end: number; mention: Mention } {
    const start = this.#query?.start ?? caret;
    this.close();
    return { start, end: caret, mention: { name: mentionName(person.name), accountId: person.accountId } };
  }

  close(): void {
    this.#turn++;
    this.#query = undefined;
    this.people = [];
  }
}
