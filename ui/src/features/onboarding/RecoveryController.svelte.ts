// The recovery key, until the person says that it is saved. The core gives it only while it is pending,
// and this forgets it when it is confirmed.

import { BackendError, type Backend } from "../../backend/backend";
import { failureText } from "../../i18n/failure";
import { t, withoutMarks } from "../../i18n/text";

export class RecoveryController {
  key = $state("");
  isSaved = $state(false);
  isBusy = $state(false);
  hasCopied = $state(false);
  /** The key itself isn't there. */
  hasLoadFailed = $state(false);
  error = $state<string>();

  constructor(
    private readonly backend: Backend,
    private readonly account: { username: string; server: string },
    private readonly onConfirmed: () => Promise<void>,
  ) {}

  get groups(): string[] {
    return this.key === "" ? [] : this.key.split("-");
  }

  async load(): Promise<void> {
    this.hasLoadFailed = false;
    try {
      this.key = (await this.backend.call("account.recoveryKey", {})).recoveryKey;
    } catch (error) {
      const failure = BackendError.from(error);
      // Confirmed elsewhere in the meantime: nothing left to show.
      if (failure.code === "NOT_FOUND") await this.onConfirmed();
      else this.hasLoadFailed = true;
    }
  }

  async copy(): Promise<void> {
    this.error = undefined;
    try {
      await navigator.clipboard.writeText(this.key);
      this.hasCopied = true;
    } catch {
      this.error = t("onboarding.recovery.copyFailed");
    }
  }

  get fileName(): string {
    return withoutMarks(t("onboarding.recovery.fileName", { username: this.account.username }));
  }

  get fileText(): string {
    return withoutMarks(t("onboarding.recovery.fileText", { ...this.account, key: this.key }));
  }

  async finish(): Promise<void> {
    if (!this.isSaved || this.isBusy) return;
    this.isBusy = true;
    this.error = undefined;
    try {
      await this.backend.call("account.confirmRecoveryKey", {});
      await this.onConfirmed();
      this.key = "";
    } catch (error) {
      this.error = failureText(BackendError.from(error));
    } finally {
      this.isBusy = false;
    }
  }
}
