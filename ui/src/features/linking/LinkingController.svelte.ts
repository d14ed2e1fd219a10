// Linking a device: a code that is shown or entered, the question whether the new device is wanted, and how it ended.
// The same on both devices; the core knows which of them is the new one.

import { BackendError, type Backend } from "../../backend/backend";
import type { EventFeed } from "../../backend/feed";
import type { LinkCodeView, LinkingView } from "../../backend/generated/api";
import { failureText } from "../../i18n/failure";
import { t } from "../../i18n/text";

export class LinkingController {
  /** What is shown for the other device. */
  code = $state.raw<LinkCodeView>();
  /** Whole seconds that it can still be entered. */
  secondsLeft = $state(0);
  /** How far it has come; undefined before anything was begun. */
  link = $state.raw<LinkingView>();
  /** What was typed from the other device's screen. */
  entered = $state("");
  isBusy = $state(false);
  problem = $state<string>();
  /** Something was begun here, and not left. */
  #isUnderWay = false;
  #until = 0;
  #countdown: ReturnType<typeof setInterval> | undefined;
  #stop: () => void;

  constructor(
    private readonly backend: Backend,
    feed: EventFeed,
    /** What the other device calls this one. */
    private readonly name: () => string,
    /** Of the server, on a device without an account. */
    private readonly server: () => string | undefined = () => undefined,
  ) {
    this.#stop = feed.listen({ event: (event) => { if (event.type === "link.changed") this.#apply(event.link); } });
  }

  /** Shows a code, a new one when there was one. */
  async show(): Promise<void> {
    await this.#try(async () => {
      this.link = undefined;
      this.code = await this.backend.call("device.showCode", { ...this.#where, name: this.name() });
      this.#isUnderWay = true;
      this.#until = Date.now() + this.code.lifeMs;
      clearInterval(this.#countdown);
      this.#countdown = setInterval(() => this.#count(), 1_000);
      this.#count();
    });
  }

  /** Enters the code of the other device's screen. */
  async enter(): Promise<void> {
    await this.#try(async () => {
      this.link = undefined;
      await this.backend.call("device.link", { code: this.entered, ...this.#where, name: this.name() });
      this.#isUnderWay = true;
      this.#forgetCode();
    });
  }

  async answer(isWanted: boolean): Promise<void> {
    await this.#try(() => this.backend.call("device.approve", { isWanted }));
  }

  /** Ends what is under way, and forgets how the last one ended. */
  async reset(): Promise<void> {
    const isUnderWay = this.#isUnderWay;
    this.#isUnderWay = false;
    this.#forgetCode();
    this.link = undefined;
    this.entered = "";
    this.problem = undefined;
    if (isUnderWay) await this.#try(() => this.backend.call("device.cancel", {}));
  }

  dispose(): void {
    this.#stop();
    clearInterval(this.#countdown);
    void this.reset();
  }

  /** Why it ended without a new device. */
  get failure(): string | undefined {
    if (this.link?.state !== "failed") return undefined;
    switch (this.link.why) {
      case "expired": return t("linking.failed.expired");
      case "wrongCode": return t("linking.failed.wrongCode");
      case "newer": return t("linking.failed.newer");
      case "declined": return t("linking.failed.declined");
      case "sameRole": return t("linking.failed.sameRole");
      case "broken": return t("linking.failed.broken");
      case "server": return t("linking.failed.server");
    }
  }

  get #where(): { server?: string } {
    const server = this.server();
    return server === undefined ? {} : { server };
  }

  #apply(link: LinkingView): void {
    // What ended because this device began anew says nothing about the new beginning.
    if (link.state === "failed" && link.why === "declined" && this.code !== undefined) return;
    if (link.state === "shown" || !this.#isUnderWay) return;
    this.#isUnderWay = link.state !== "linked" && link.state !== "failed";
    this.link = link;
    this.#forgetCode();
  }

  #forgetCode(): void {
    this.code = undefined;
    clearInterval(this.#countdown);
  }

  #count(): void {
    this.secondsLeft = Math.max(0, Math.ceil((this.#until - Date.now()) / 1_000));
    if (this.secondsLeft === 0 && this.code) void this.show();
  }

  async #try(work: () => Promise<unknown>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.problem = undefined;
    try {
      await work();
    } catch (error) {
      const problem = BackendError.from(error);
      this.problem = problem.code === "BAD_REQUEST" ? t("linking.notACode") : problem.code === "LINK_GONE" ? t("linking.failed.expired") : failureText(problem);
    } finally {
      this.isBusy = false;
    }
  }
}
