// What the panel asks of the window around it.

import type { Conversation } from "../../backend/types";

export interface InfoActions {
  mute(): void;
  /** Opens the choice of how long messages stay. */
  timer(): void;
  find(): void;
  archive(): void;
  clear(): void;
  leave(): void;
  addPeople(): void;
  report(): void;
  /** Shows what to compare with a person. */
  security(accountId: string): void;
  person(accountId: string): void;
  /** Shown before something that others see, or that can't be taken back. */
  ask(question: { title: string; text: string; action: string; run: () => void }): void;
  /** How long messages stay, in words. */
  timerText(conversation: Conversation): string;
}
