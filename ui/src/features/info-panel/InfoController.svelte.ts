// What there is to know and to set about the open chat: the person, or the group with its members, link and rules.
// The chat itself comes from the list; members are asked for, and asked for again when the group says that it changed.

import { BackendError, type Backend } from "../../backend/backend";
import type { EventFeed } from "../../backend/feed";
import type { GroupView } from "../../backend/generated/api";
import type { Conversation, JoinRequest, Member, Permissions, Role } from "../../backend/types";
import { failureText } from "../../i18n/failure";
import { t } from "../../i18n/text";

type RulesChange = Partial<Permissions> & { sharesHistory?: number; needsApproval?: boolean };
export type InfoPage = "main" | "members";

export class InfoController {
  page = $state<InfoPage>("main");
  members = $state.raw<readonly Member[]>([]);
  requests = $state.raw<readonly JoinRequest[]>([]);
  link = $state<string>();
  state = $state<"loading" | "ready" | "failed">("loading");
  hasCopied = $state(false);
  problem = $state<string>();
  /** Rules on their way: shown as they were set. */
  #wanted = $state.raw<RulesChange>({});
  readonly #stop: () => void;

  constructor(
    private readonly backend: Backend,
    feed: EventFeed,
    readonly conversationId: string,
    private readonly find: (conversationId: string) => Conversation | undefined,
  ) {
    this.#stop = feed.listen({
      event: (event) => {
        const isLine = event.type === "message.added" && event.message.conversationId === conversationId && event.message.kind === "system";
        const isChange = event.type === "conversation.changed" && event.conversation.conversationId === conversationId && this.#isBehind(event.conversation);
        if (isLine || isChange) void this.load();
      },
      missed: () => void this.load(),
    });
    void this.load();
  }

  dispose(): void {
    this.#stop();
  }

  get conversation(): Conversation | undefined {
    return this.find(this.conversationId);
  }

  /** The group, with the rules as this person has just set them. */
  readonly group = $derived.by<GroupView | undefined>(() => {
    const group = this.conversation?.group;
    const { sharesHistory, needsApproval, ...permissions } = this.#wanted;
    return group && {
      ...group, permissions: { ...group.permissions, ...permissions },
      sharesHistory: sharesHistory ?? group.sharesHistory, needsApproval: needsApproval ?? group.needsApproval,
    };
  });

  readonly isGroup = $derived.by(() => this.conversation?.kind === "group");
  readonly isAdmin = $derived.by(() => {
    const group = this.conversation?.group;
    return group !== undefined && group.isMember && group.ownRole !== "member";
  });
  readonly canAdd = $derived.by(() => this.isAdmin || (this.conversation?.group?.isMember === true && this.conversation.group.permissions.add === "everyone"));
  readonly canEdit = $derived.by(() => this.isAdmin || (this.conversation?.group?.isMember === true && this.conversation.group.permissions.editInfo === "everyone"));

  async load(): Promise<void> {
    const { conversationId } = this;
    if (this.conversation?.kind !== "group") {
      this.state = "ready";
      return;
    }
    try {
      this.members = byRole(await this.backend.call("conversation.members", { conversationId }));
      this.state = "ready";
      if (!this.isAdmin) return;
      this.link = (await this.backend.call("invite.get", { conversationId })).link;
      this.requests = await this.backend.call("invite.requests", { conversationId });
    } catch (error) {
      if (this.members.length === 0) this.state = "failed";
      this.problem = failureText(BackendError.from(error));
    }
  }

  rename(name: string): Promise<boolean> {
    return this.#try(() => this.backend.call("conversation.rename", { conversationId: this.conversationId, name }));
  }

  setAbout(about: string): Promise<boolean> {
    return this.#try(() => this.backend.call("conversation.setAbout", { conversationId: this.conversationId, about }));
  }

  setPicture(picture: string): Promise<boolean> {
    return this.#try(() => this.backend.call("conversation.setPicture", { conversationId: this.conversationId, picture }));
  }

  async setPermissions(change: RulesChange): Promise<boolean> {
    this.#wanted = { ...this.#wanted, ...change };
    const wanted = this.#wanted;
    const isDone = await this.#try(() => this.backend.call("conversation.setPermissions", { conversationId: this.conversationId, ...change }));
    // A change that was made meanwhile ends it itself.
    if (this.#wanted === wanted) this.#wanted = {};
    return isDone;
  }

  async setRole(accountId: string, role: Role): Promise<void> {
    const { conversationId } = this;
    if (await this.#try(() => this.backend.call("conversation.setRole", { conversationId, accountId, role }))) await this.load();
  }

  async remove(accountId: string): Promise<void> {
    const { conversationId } = this;
    if (await this.#try(() => this.backend.call("conversation.remove", { conversationId, accountId }))) await this.load();
  }

  async createLink(): Promise<void> {
    await this.#try(async () => {
      this.link = (await this.backend.call("invite.create", { conversationId: this.conversationId })).link;
    });
  }

  async revokeLink(): Promise<void> {
    if (await this.#try(() => this.backend.call("invite.revoke", { conversationId: this.conversationId }))) this.link = undefined;
  }

  async copyLink(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.link ?? "");
      this.hasCopied = true;
    } catch {
      this.problem = t("info.copyFailed");
    }
  }

  async answer({ accountId }: JoinRequest, isWelcome: boolean): Promise<void> {
    const params = { conversationId: this.conversationId, accountId };
    const isDone = await this.#try(() => (isWelcome ? this.backend.call("invite.approve", params) : this.backend.call("invite.decline", params)));
    if (isDone) this.requests = this.requests.filter((one) => one.accountId !== accountId);
  }

  /** One's own name for a person; "" goes back to theirs. */
  renameContact(accountId: string, name: string): Promise<boolean> {
    return this.#try(() => this.backend.call("contact.rename", { accountId, name }));
  }

  block(accountId: string, isBlocked: boolean): Promise<boolean> {
    return this.#try(() => this.backend.call("contact.block", { accountId, isBlocked }));
  }

  /** Others are in the group, or wait to come in, than are shown. */
  #isBehind({ group }: Conversation): boolean {
    return group !== undefined && (group.memberCount !== this.members.length || (this.isAdmin && group.requestCount !== this.requests.length));
  }

  async #try(call: () => Promise<unknown>): Promise<boolean> {
    this.problem = undefined;
    try {
      await call();
      return true;
    } catch (error) {
      this.problem = failureText(BackendError.from(error));
      return false;
    }
  }
}

const RANK: Record<Role, number> = { owner: 0, admin: 1, member: 2 };

function byRole(members: Member[]): Member[] {
  return members.sort((a, b) => RANK[a.role] - RANK[b.role] || Number(b.isOwn) - Number(a.isOwn) || a.name.localeCompare(b.name));
}
