// The way from nothing to an account: welcome, server, then create or log in. Ends when the core says
// "signed in"; the recovery key is RecoveryController's. Forms keep what was typed when going back.

import { BackendError, type Backend } from "../../backend/backend";
import { failureText } from "../../i18n/failure";
import { t } from "../../i18n/text";
import { PASSWORD_BYTES_MAX, strengthOf, type Strength } from "./passwordStrength";
import { ServerChoice } from "./ServerChoice.svelte";
import { UsernameCheck } from "./UsernameCheck.svelte";

export type Step = "welcome" | "server" | "account" | "logIn" | "recover" | "code" | "link";
export type Purpose = "create" | "logIn" | "link";

export class OnboardingController {
  step = $state<Step>("welcome");
  purpose = $state<Purpose>("create");
  displayName = $state("");
  password = $state("");
  isBusy = $state(false);
  /** What the last try said, for the whole form. */
  error = $state<string>();
  /** What it said about the password. */
  passwordError = $state<string>();
  /** Log in only: about the username. */
  usernameError = $state<string>();
  /** Of the second step: six digits, or a recovery code. */
  code = $state("");
  codeError = $state<string>();
  /** A recovery code in place of the app's. */
  isSpare = $state(false);
  recoveryKey = $state("");
  keyError = $state<string>();
  /** Where the code was asked for. */
  #wayIn: "logIn" | "recover" = "logIn";
  readonly servers: ServerChoice;
  readonly username: UsernameCheck;

  constructor(
    private readonly backend: Backend,
    private readonly onSignedIn: () => Promise<void>,
  ) {
    this.servers = new ServerChoice(backend);
    this.username = new UsernameCheck(backend, () => this.servers.server);
  }

  get strength(): Strength {
    return strengthOf(this.password, [this.username.username, this.displayName]);
  }

  /** The server may be used for what the person came for. */
  get canUseServer(): boolean {
    const probe = this.servers.probe;
    return probe.state === "answered" && (this.purpose !== "create" || probe.info.registration === "open");
  }

  begin(purpose: Purpose): void {
    this.purpose = purpose;
    this.#clearErrors();
    this.step = "server";
    if (this.servers.suggestions.length === 0) void this.servers.load();
    else if (this.servers.probe.state !== "answered" && this.servers.server !== "") void this.servers.check();
  }

  back(): void {
    this.#clearErrors();
    this.code = "";
    switch (this.step) {
      case "code": this.step = this.#wayIn; break;
      case "recover": this.step = "logIn"; break;
      case "link":
      case "account":
      case "logIn": this.step = "server"; break;
      default: this.step = "welcome";
    }
  }

  async useServer(): Promise<void> {
    if (this.isBusy || this.servers.server === "") return;
    this.isBusy = true;
    if (this.servers.probe.state !== "answered") await this.servers.check();
    this.isBusy = false;
    if (!this.canUseServer) return;
    this.#clearErrors();
    this.step = this.purpose === "create" ? "account" : this.purpose;
    if (this.purpose === "create" && this.username.text !== "") void this.username.ask();
  }

  async createAccount(): Promise<void> {
    await this.#try(async () => {
      if (!(await this.#isFormComplete())) return;
      const displayName = this.displayName.trim();
      await this.backend.call("account.register", {
        server: this.servers.server, username: this.username.username, password: this.password,
        ...(displayName === "" ? {} : { displayName }),
      });
      await this.#finish();
    });
  }

  async logIn(): Promise<void> {
    await this.#try(async () => {
      if (this.username.username === "") this.usernameError = t("onboarding.logIn.needUsername");
      if (this.password === "") this.passwordError = t("onboarding.logIn.needPassword");
      if (this.usernameError || this.passwordError) return;
      this.#wayIn = "logIn";
      await this.#logIn();
    });
  }

  async #logIn(): Promise<void> {
    await this.backend.call("account.login", {
      server: this.servers.server, username: this.username.username, password: this.password, ...this.#totp,
    });
    await this.#finish();
  }

  /** The way in when the password is forgotten. */
  startRecovery(): void {
    this.#clearErrors();
    this.password = "";
    this.step = "recover";
  }

  async recover(): Promise<void> {
    await this.#try(async () => {
      if (this.username.username === "") this.usernameError = t("onboarding.logIn.needUsername");
      if (this.recoveryKey.trim() === "") this.keyError = t("recover.needKey");
      this.#checkNewPassword();
      if (this.usernameError || this.keyError || this.passwordError) return;
      this.#wayIn = "recover";
      await this.#recover();
    });
  }

  async #recover(): Promise<void> {
    await this.backend.call("account.recover", {
      server: this.servers.server, username: this.username.username, recoveryKey: this.recoveryKey,
      newPassword: this.password, ...this.#totp,
    });
    await this.#finish();
  }

  /** The second step, of whichever way in asked for it. */
  async enterCode(): Promise<void> {
    await this.#try(async () => {
      if (this.code.trim() === "") this.codeError = t("twoStep.needCode");
      else if (this.#wayIn === "logIn") await this.#logIn();
      else await this.#recover();
    });
  }

  useSpare(isSpare: boolean): void {
    this.#clearErrors();
    this.code = "";
    this.isSpare = isSpare;
  }

  get #totp(): { totp?: string } {
    return this.code.trim() === "" ? {} : { totp: this.code };
  }

  async #finish(): Promise<void> {
    await this.onSignedIn();
    this.password = "";
    this.recoveryKey = "";
    this.code = "";
  }

  /** Marks what is missing; asks about the name when that wasn't done yet. */
  async #isFormComplete(): Promise<boolean> {
    if (this.username.state === "checking" || this.username.state === "unchecked") await this.username.ask();
    if (this.username.state === "empty") this.username.type("");
    this.#checkNewPassword();
    const isNameUsable = this.username.state === "free" || this.username.state === "unchecked";
    if (!isNameUsable && this.username.state === "empty") this.usernameError = t("onboarding.account.usernameShort");
    return isNameUsable && this.passwordError === undefined;
  }

  #checkNewPassword(): void {
    if (this.strength === "short") this.passwordError = this.passwordHelp;
    else if (new TextEncoder().encode(this.password).length > PASSWORD_BYTES_MAX) this.passwordError = t("onboarding.account.passwordLong");
  }

  /** What the strength meter says. */
  get passwordHelp(): string {
    const rule = t("onboarding.account.passwordRule");
    switch (this.strength) {
      case "short":
        return this.password === "" ? rule : `${t("onboarding.account.passwordShort", { count: 12 - [...this.password].length })} ${rule}`;
      case "weak": return t("onboarding.account.passwordWeak");
      case "fair": return t("onboarding.account.passwordFair");
      case "good": return `${t("onboarding.account.passwordGood")} ${rule}`;
      case "strong": return t("onboarding.account.passwordStrong");
    }
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
      case "USERNAME_TAKEN": this.username.refuse("taken"); break;
      case "USERNAME_INVALID": this.username.refuse("characters"); break;
      case "REGISTRATION_CLOSED": this.error = t("onboarding.server.closedHelp"); break;
      case "PASSWORD_TOO_SHORT": this.passwordError = t("onboarding.account.passwordRule"); break;
      case "TOTP_REQUIRED": this.step = "code"; break;
      case "WRONG_CODE": this.codeError = t("twoStep.wrong"); this.code = ""; break;
      case "WRONG_RECOVERY_KEY": this.#refuseKey(error.message); break;
      case "WRONG_PASSWORD":
      case "UNKNOWN_ACCOUNT": this.passwordError = t("onboarding.logIn.wrong"); break;
      default: this.error = failureText(error);
    }
  }

  /** Mistyped or of another account: the core says which. */
  #refuseKey(text: string): void {
    this.step = "recover";
    this.keyError = text;
  }

  #clearErrors(): void {
    this.error = undefined;
    this.passwordError = undefined;
    this.usernameError = undefined;
    this.codeError = undefined;
    this.keyError = undefined;
  }
}
