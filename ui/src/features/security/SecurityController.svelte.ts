// What is compared with a person, and what is decided about an alarm.

import { BackendError, type Backend } from "../../backend/backend";
import type { ComparisonResult, SafetyNumberView } from "../../backend/generated/api";
import { failureText } from "../../i18n/failure";

export class SecurityController {
  number = $state.raw<SafetyNumberView>();
  /** What comparing what was entered came to. */
  result = $state<ComparisonResult>();
  /** The person said that the numbers differ. */
  differs = $state(false);
  problem = $state<string>();
  isBusy = $state(false);

  constructor(
    private readonly backend: Backend,
    readonly accountId: string,
  ) {
    void this.load();
  }

  async load(): Promise<void> {
    await this.#try(async () => (this.number = await this.backend.call("security.safetyNumber", { accountId: this.accountId })));
  }

  /** Compares what was scanned or typed; the same marks the person as verified. */
  async compare(entered: string): Promise<void> {
    await this.#try(async () => {
      const { result } = await this.backend.call("security.compare", { accountId: this.accountId, entered });
      this.result = result;
      this.differs = result === "different";
      if (result === "same") await this.#verify(true);
    });
  }

  async verify(isVerified: boolean): Promise<void> {
    await this.#try(() => this.#verify(isVerified));
  }

  /** The numbers on the two screens differ. */
  async mismatch(): Promise<void> {
    this.differs = true;
    if (this.number?.isVerified) await this.verify(false);
    this.differs = true;
  }

  async #verify(isVerified: boolean): Promise<void> {
    await this.backend.call("security.verify", { accountId: this.accountId, isVerified });
    if (isVerified) this.differs = false;
    this.number = await this.backend.call("security.safetyNumber", { accountId: this.accountId });
  }

  async #try(work: () => Promise<unknown>): Promise<void> {
    this.problem = undefined;
    this.isBusy = true;
    try {
      await work();
    } catch (error) {
      this.problem = failureText(BackendError.from(error));
    } finally {
      this.isBusy = false;
    }
  }
}
