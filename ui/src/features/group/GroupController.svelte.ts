// Making a group, adding people to one, and joining one by its link: three small dialogs, each closed by success.

import { BackendError, type Backend } from "../../backend/backend";
import type { InviteLook } from "../../backend/types";
import { failureText } from "../../i18n/failure";
import { t } from "../../i18n/text";
import { PeoplePicker } from "./PeoplePicker.svelte";

/** Characters (docs/protocol.md, groups). */
export const GROUP_NAME_LEN_MAX = 100;

export class NewGroupController {
  name = $state("");
  /** A data URL, or "". */
  picture = $state("");
  isBusy = $state(false);
  problem = $state<string>();
  /** The name is missing and was asked for. */
  wantsName = $state(false);
  readonly picker: PeoplePicker;

  constructor(
    private readonly backend: Backend,
    ownAccountId: string,
    private readonly onCreated: (conversationId: string) => void,
  ) {
    this.picker = new PeoplePicker(backend, () => new Set([ownAccountId]));
    void this.picker.load();
  }

  async create(): Promise<void> {
    const name = this.name.trim();
    this.wantsName = name === "";
    if (this.wantsName || this.isBusy) return;
    this.isBusy = true;
    this.problem = undefined;
    try {
      const members = this.picker.chosen.map((one) => one.accountId);
      const { conversationId } = await this.backend.call("conversation.create", { name, members, ...(this.picture ? { picture: this.picture } : {}) });
      this.onCreated(conversationId);
    } catch (error) {
      this.problem = failureText(BackendError.from(error));
    } finally {
      this.isBusy = false;
    }
  }
}

export class AddPeopleController {
  isBusy = $state(false);
  problem = $state<string>();
  readonly picker: PeoplePicker;

  constructor(
    private readonly backend: Backend,
    readonly conversationId: string,
    members: ReadonlySet<string>,
    private readonly onAdded: () => void,
  ) {
    this.picker = new PeoplePicker(backend, () => members);
    void this.picker.load();
  }

  async add(): Promise<void> {
    const members = this.picker.chosen.map((one) => one.accountId);
    if (members.length === 0 || this.isBusy) return;
    this.isBusy = true;
    this.problem = undefined;
    try {
      await this.backend.call("conversation.add", { conversationId: this.conversationId, members });
      this.onAdded();
    } catch (error) {
      this.problem = failureText(BackendError.from(error));
    } finally {
      this.isBusy = false;
    }
  }
}

export class JoinController {
  link = $state("");
  look = $state.raw<InviteLook>();
  isBusy = $state(false);
  /** Somebody has to let us in. */
  isPending = $state(false);
  problem = $state<string>();

  constructor(
    private readonly backend: Backend,
    private readonly onJoined: (conversationId: string) => void,
  ) {}

  type(link: string): void {
    this.link = link;
    this.look = undefined;
    this.problem = undefined;
  }

  /** Looks first, so that a person sees where the link leads; then joins. */
  async submit(): Promise<void> {
    const link = this.link.trim();
    if (link === "" || this.isBusy) return;
    this.isBusy = true;
    this.problem = undefined;
    try {
      if (!this.look) this.look = await this.backend.call("invite.look", { link });
      else await this.#join(link);
    } catch (error) {
      const failure = BackendError.from(error);
      this.problem = failure.code === "BAD_REQUEST" || failure.code === "NOT_FOUND" ? t("join.wrong") : failureText(failure);
    } finally {
      this.isBusy = false;
    }
  }

  async #join(link: string): Promise<void> {
    const { conversationId, isPending } = await this.backend.call("invite.join", { link });
    if (conversationId && !isPending) this.onJoined(conversationId);
    else this.isPending = true;
  }
}
