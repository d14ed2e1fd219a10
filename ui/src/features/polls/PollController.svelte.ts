// A poll that is being made.

import { BackendError, type Backend } from "../../backend/backend";
import { failureText } from "../../i18n/failure";

export const OPTIONS_MIN = 2;
export const OPTIONS_MAX = 12;
export const QUESTION_LEN_MAX = 300;
export const OPTION_LEN_MAX = 100;

export class PollController {
  question = $state("");
  options = $state<string[]>(["", ""]);
  isMultiple = $state(false);
  isSending = $state(false);
  error = $state<string>();

  constructor(private readonly backend: Backend, private readonly conversationId: string, private readonly onDone: () => void) {}

  /** What would be sent: trimmed, without empty lines and repetitions. */
  get filled(): string[] {
    return [...new Set(this.options.map((one) => one.trim()).filter((one) => one !== ""))];
  }

  get canSend(): boolean {
    return this.question.trim() !== "" && this.filled.length >= OPTIONS_MIN;
  }

  /** An empty line is always there for the next option. */
  type(at: number, text: string): void {
    this.error = undefined;
    this.options[at] = text;
    if (this.options.at(-1)?.trim() !== "" && this.options.length < OPTIONS_MAX) this.options.push("");
  }

  remove(at: number): void {
    if (this.options.length > OPTIONS_MIN) this.options.splice(at, 1);
  }

  async send(): Promise<void> {
    if (!this.canSend || this.isSending) return;
    this.isSending = true;
    try {
      await this.backend.call("poll.create", { conversationId: this.conversationId, question: this.question.trim(), options: this.filled, isMultiple: this.isMultiple });
      this.onDone();
    } catch (error) {
      this.error = failureText(BackendError.from(error));
    } finally {
      this.isSending = false;
    }
  }
}
