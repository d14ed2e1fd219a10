// What guards the account: two-step verification and the password. Each change asks for the password anew; what was
// typed is forgotten when its dialog closes.

import { BackendError, type Backend } from "../../backend/backend";
import type { SecurityStatus, TotpBegun } from "../../backend/generated/api";
import { failureText } from "../../i18n/failure";
import { t } from "../../i18n/text";

export type Dialog = "turnOn" | "scan" | "codes" | "turnOff" | "password";

export class SecurityController {
  status = $state.raw<SecurityStatus>();
  loadError = $state.raw<BackendError>();
  dialog = $state<Dialog>();
  begun = $state.raw<TotpBegun>();
  recoveryCodes = $state.raw<readonly string[]>([]);
  password = $state("");
  newPassword = $state("");
  code = $state("");
  isBusy = $state(false);
  passwordError = $state<string>();
  newPasswordError = $state<string>();
  codeError = $state<string>();
  error = $state<string>();
  /** Told once, beside the settings. */
  done = $state<string>();

  constructor(private readonly backend: Backend) {}

  async load(): Promise<void> {
    this.loadError = undefined;
    try {
      this.status = await this.backend.call("security.status", {});
    } catch (error) {
      this.loadError = BackendError.from(error);
    }
  }

  open(dialog: Dialog): void {
    this.close();
    this.done = undefined;
    this.dialog = dialog;
  }

  close(): void {
    this.dialog = undefined;
    this.begun = undefined;
    this.recoveryCodes = [];
    this.password = "";
    this.newPassword = "";
    this.code = "";
    this.#clearErrors();
  }

  async begin(): Promise<void> {
    await this.#try(async () => {
      if (!this.#hasPassword()) return;
      this.begun = await this.backend.call("security.totpBegin", { password: this.password });
      this.password = "";
      this.dialog = "scan";
    });
  }

  async confirm(): Promise<void> {
    await this.#try(async () => {
      if (!this.#hasCode()) return;
      const answer = await this.backend.call("security.totpConfirm", { code: this.code });
      this.begun = undefined;
      this.recoveryCodes = answer.recoveryCodes;
      this.dialog = "codes";
      await this.load();
    });
  }

  async turnOff(): Promise<void> {
    await this.#try(async () => {
      const [hasPassword, hasCode] = [this.#hasPassword(), this.#hasCode()];
      if (!hasPassword || !hasCode) return;
      await this.backend.call("security.totpDisable", { password: this.password, code: this.code });
      this.close();
      await this.load();
    });
  }

  async changePassword(): Promise<void> {
    await this.#try(async () => {
      if (!this.#hasPassword()) return;
      await this.backend.call("account.changePassword", { oldPassword: this.password, newPassword: this.newPassword });
      this.close();
      this.done = t("password.changed");
    });
  }

  #hasPassword(): boolean {
    if (this.password === "") this.passwordError = t("onboarding.logIn.needPassword");
    return this.password !== "";
  }

  #hasCode(): boolean {
    if (this.code.trim() === "") this.codeError = t("twoStep.needCode");
    return this.code.trim() !== "";
  }

  /** One try at a time; what went wrong is said where it belongs. */
  async #try(work: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.#clearErrors();
    this.isBusy = true;
    try {
      await work();
    } catch (error) {
      this.#explain(BackendError.from(error));
    } finally {
      this.isBusy = false;
    }
  }

  #explain(error: BackendError): void {
    switch (error.code) {
      case "WRONG_PASSWORD": this.passwordError = t("password.wrong"); break;
      case "PASSWORD_TOO_SHORT": this.newPasswordError = t("onboarding.account.passwordRule"); break;
      case "WRONG_CODE":
      case "TOTP_REQUIRED": this.codeError = t("twoStep.wrong"); this.code = ""; break;
      default: this.error = failureText(error);
    }
  }

  #clearErrors(): void {
    this.passwordError = undefined;
    this.newPasswordError = undefined;
    this.codeError = undefined;
    this.error = undefined;
  }
}
