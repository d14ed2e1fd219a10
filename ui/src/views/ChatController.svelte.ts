// The open chat: what people do with its messages, and the menus and dialogs that this opens. One per chat that is
// open; the timeline and the composer know nothing of each other, this brings them together.

import { BackendError, type Backend, type CommandName, type Params } from "../backend/backend";
import type { EventFeed } from "../backend/feed";
import { isAllowed, mayDeleteForEveryone, type MessageAction } from "../backend/messageActions";
import type { RecipientView } from "../backend/generated/api";
import type { Conversation, Member, Message, Role } from "../backend/types";
import type { ComposerController } from "../features/composer/ComposerController.svelte";
import { MemberNames } from "../features/conversation/MemberNames.svelte";
import { PinnedController } from "../features/conversation/PinnedController.svelte";
import { PresenceController } from "../features/conversation/PresenceController.svelte";
import { ForwardController, type Target } from "../features/forward/ForwardController.svelte";
import { PollController } from "../features/polls/PollController.svelte";
import { SecurityController } from "../features/security/SecurityController.svelte";
import { SelectionController } from "../features/selection/SelectionController.svelte";
import type { Anchor, TimelineActions } from "../features/timeline/actions";
import type { TimelineController } from "../features/timeline/TimelineController.svelte";
import { failureText } from "../i18n/failure";
import { messageText } from "../i18n/messageText";
import { t } from "../i18n/text";
import { timeOfDay } from "../i18n/time";
import type { Toasts } from "../kit/Toasts.svelte";

/** Recipients in one answer: the most that the core gives. */
const INFO_PAGE = 200;

export type ChatDialog =
  | { is: "forward"; forward: ForwardController }
  | { is: "delete"; messages: readonly Message[] }
  | { is: "info" | "history"; message: Message }
  | { is: "poll"; poll: PollController }
  | { is: "timer" }
  | { is: "security"; security: SecurityController }
  | { is: "report" };

export type ChatPopup =
  | { is: "menu"; message: Message; at: Anchor }
  | { is: "reactions"; message: Message; at: Anchor }
  | { is: "emoji"; at: HTMLElement };

/** What the chat needs of the window around it. */
export interface Surroundings {
  conversation(): Conversation;
  ownAccountId(): string | undefined;
  targets(): Target[];
  openLink(href: string): void;
  leave(): void;
}

export class ChatController implements TimelineActions {
  dialog = $state.raw<ChatDialog>();
  popup = $state.raw<ChatPopup>();
  isBusy = $state(false);
  readonly selection = new SelectionController();
  readonly pins: PinnedController;
  readonly presence: PresenceController;
  readonly names: MemberNames;
  #members: Promise<readonly Member[]> | undefined;
  readonly #stop: () => void;

  constructor(
    private readonly backend: Backend,
    feed: EventFeed,
    readonly timeline: TimelineController,
    readonly composer: ComposerController,
    private readonly toasts: Toasts,
    private readonly around: Surroundings,
  ) {
    this.pins = new PinnedController(backend, feed, around.conversation());
    this.presence = new PresenceController(backend, feed, around.conversation());
    this.names = new MemberNames(backend, feed, around.conversation());
    this.#stop = feed.listen({
      event: (event) => {
        if (event.type === "message.changed") this.selection.changed(event.message.messageId, event.message);
        if (event.type === "message.removed") this.selection.changed(event.messageId, undefined);
        if (event.type === "conversation.changed") this.#changed(event.conversation);
      },
    });
  }

  dispose(): void {
    this.#stop();
    this.pins.dispose();
    this.presence.dispose();
    this.names.dispose();
  }

  get conversation(): Conversation {
    return this.around.conversation();
  }

  get ownAccountId(): string | undefined {
    return this.around.ownAccountId();
  }

  get isGroup(): boolean {
    return this.conversation.kind === "group";
  }

  roleOf(accountId: string): Role {
    return this.conversation.group?.leaders.find((one) => one.accountId === accountId)?.role ?? "member";
  }

  get openFor(): string | undefined {
    return this.popup && this.popup.is !== "emoji" ? this.popup.message.messageId : undefined;
  }

  can(action: MessageAction, message: Message): boolean {
    return isAllowed(action, message, this.conversation);
  }

  act(action: MessageAction, message: Message, at: Anchor): void {
    this.popup = undefined;
    switch (action) {
      case "reply": return this.composer.reply(message);
      case "edit": return this.composer.edit(message);
      case "react": this.popup = { is: "reactions", message, at }; return;
      case "forward": return this.forward([message]);
      case "copy": return void this.copy([message]);
      case "pin": return void this.#try("message.pin", { messageId: message.messageId, isPinned: !message.isPinned });
      case "star": return void this.#star([message]);
      case "select": return this.selection.toggle(message);
      case "info": case "history": this.dialog = { is: action, message }; return;
      case "closePoll": return void this.#try("poll.close", { messageId: message.messageId });
      case "delete": return this.remove([message]);
    }
  }

  openMenu(message: Message, at: Anchor): void {
    const isOpen = this.popup?.is === "menu" && this.popup.message.messageId === message.messageId;
    this.popup = isOpen ? undefined : { is: "menu", message, at };
  }

  react(message: Message, emoji: string): void {
    this.popup = undefined;
    const isOn = !message.reactions.some((one) => one.emoji === emoji && one.isOwn);
    void this.#try("message.react", { messageId: message.messageId, emoji, isOn });
  }

  async vote(message: Message, options: number[]): Promise<void> {
    await this.backend.call("poll.vote", { messageId: message.messageId, options });
  }

  get hasDialog(): boolean {
    return this.dialog !== undefined || this.popup !== undefined;
  }

  jumpTo(messageId: string, takesFocus = true): void {
    this.timeline.jumpTo(messageId, takesFocus).then(
      (isHere) => { if (!isHere) this.toasts.show(t("reply.missing")); },
      (error: unknown) => this.toasts.show(failureText(BackendError.from(error))),
    );
  }

  toMention(): void {
    const { firstMention } = this.conversation;
    if (firstMention !== undefined) this.jumpTo(firstMention);
  }

  openLink(href: string): void {
    this.around.openLink(href);
  }

  /** Changes the newest message of one's own that can be changed. */
  editLast(): void {
    const last = this.timeline.messages.findLast((one) => this.can("edit", one));
    if (last) this.composer.edit(last);
  }

  /** Who can be mentioned: asked for once, and again when the group changed. */
  async members(): Promise<readonly Member[]> {
    if (!this.isGroup) return [];
    this.#members ??= this.backend.call("conversation.members", { conversationId: this.conversation.conversationId });
    try {
      return await this.#members;
    } catch {
      this.#members = undefined;
      return [];
    }
  }

  forward(messages: readonly Message[]): void {
    const done = (targets: readonly Target[]): void => {
      this.dialog = undefined;
      this.selection.clear();
      this.toasts.show(targets.length === 1 ? t("forward.doneOne", { name: targets[0]!.name }) : t("forward.done", { count: targets.length }));
    };
    this.dialog = { is: "forward", forward: new ForwardController(this.backend, messages, this.around.targets(), done) };
  }

  async copy(messages: readonly Message[]): Promise<void> {
    const line = (one: Message): string => `[${timeOfDay(one.sentAt)}] ${one.isOwn ? t("message.you") : one.senderName}: ${messageText(one)}`;
    const text = messages.length === 1 ? messageText(messages[0]!) : messages.map(line).join("\n");
    try {
      await navigator.clipboard.writeText(text);
      if (messages.length > 1) this.toasts.show(t("selection.copied", { count: messages.length }));
      this.selection.clear();
    } catch {
      this.toasts.show(t("selection.copyFailed"));
    }
  }

  /** Asks first where others would see it; else it goes at once, with a way back. */
  remove(messages: readonly Message[]): void {
    if (messages.every((one) => mayDeleteForEveryone(one, this.conversation))) this.dialog = { is: "delete", messages };
    else void this.delete(messages, false);
  }

  async delete(messages: readonly Message[], forEveryone: boolean): Promise<void> {
    this.dialog = undefined;
    this.selection.clear();
    const messageIds = messages.map((one) => one.messageId);
    if (!(await this.#try("message.delete", { messageIds, forEveryone })) || forEveryone) return;
    this.toasts.show(t("delete.done", { count: messages.length }), () => void this.#try("message.restore", { messageIds }));
  }

  #changed(conversation: Conversation): void {
    if (conversation.conversationId !== this.timeline.conversationId) return;
    this.#members = undefined;
    this.composer.synced(conversation.conversationId, conversation.draft ?? "");
  }

  /** Saves all, or takes all back when each is saved already. */
  async starSelected(): Promise<void> {
    await this.#star(this.selection.messages);
    this.selection.clear();
  }

  makePoll(): void {
    this.dialog = { is: "poll", poll: new PollController(this.backend, this.conversation.conversationId, () => (this.dialog = undefined)) };
  }

  async setTimer(seconds: number): Promise<void> {
    await this.backend.call("conversation.setTimer", { conversationId: this.conversation.conversationId, seconds });
  }

  /** Everybody to whom a message was sent, read page after page. */
  async loadInfo(message: Message): Promise<{ recipients: RecipientView[] }> {
    const recipients: RecipientView[] = [];
    let after: string | undefined;
    do {
      const page = await this.backend.call("message.info", { messageId: message.messageId, limit: INFO_PAGE, ...(after !== undefined && { after }) });
      recipients.push(...page.recipients);
      after = page.next;
    } while (after !== undefined);
    return { recipients };
  }

  loadHistory(message: Message): Promise<{ text: string; at: number }[]> {
    return this.backend.call("message.history", { messageId: message.messageId });
  }

  async accept(): Promise<void> {
    this.isBusy = true;
    if (await this.#try("request.accept", { conversationId: this.conversation.conversationId })) this.composer.focus();
    this.isBusy = false;
  }

  async decline(block: boolean): Promise<void> {
    const { conversationId } = this.conversation;
    if (await this.#try("request.decline", { conversationId, block })) this.around.leave();
  }

  async report(report: { reason: string; withMessages: boolean; block: boolean }): Promise<void> {
    const { peer, request, conversationId } = this.conversation;
    const accountId = peer?.accountId ?? this.timeline.messages.find((one) => !one.isOwn)?.sender;
    if (accountId === undefined) return;
    const messageIds = report.withMessages ? this.timeline.messages.filter((one) => one.sender === accountId).slice(-10).map((one) => one.messageId) : [];
    await this.backend.call("contact.report", { accountId, reason: report.reason, messageIds });
    if (report.block && request) await this.backend.call("request.decline", { conversationId, block: true });
    else if (report.block) await this.backend.call("contact.block", { accountId, isBlocked: true });
    this.toasts.show(t("report.done"));
    if (report.block && request) this.around.leave();
  }

  get isHeld(): boolean {
    return this.conversation.alarm !== undefined;
  }

  /** Shows what to compare with a person. */
  security(accountId: string): void {
    this.dialog = { is: "security", security: new SecurityController(this.backend, accountId) };
  }

  /** Whom the alarm of this chat is about, when there is somebody to compare with. */
  get suspect(): string | undefined {
    const { alarm, peer } = this.conversation;
    const accountId = alarm?.kind === "change" ? peer?.accountId : alarm?.accountId;
    return accountId === this.ownAccountId ? undefined : accountId;
  }

  review(): void {
    if (this.suspect !== undefined) this.security(this.suspect);
    else this.settle();
  }

  /** The person has decided: what waits is sent, and what was refused is looked at anew. */
  settle(): void {
    void this.#try("security.settle", { conversationId: this.conversation.conversationId });
  }

  unblock(): void {
    const { peer } = this.conversation;
    if (peer) void this.#try("contact.block", { accountId: peer.accountId, isBlocked: false });
  }

  async #star(messages: readonly Message[]): Promise<void> {
    const isStarred = !messages.every((one) => one.isStarred);
    const changed = messages.filter((one) => one.isStarred !== isStarred);
    const results = await Promise.all(changed.map((one) => this.#try("message.star", { messageId: one.messageId, isStarred })));
    if (isStarred && results.some(Boolean)) this.toasts.show(t("star.done", { count: results.filter(Boolean).length }));
  }

  /** What fails is told where it happened least in the way. */
  async #try<N extends CommandName>(name: N, params: Params<N>): Promise<boolean> {
    try {
      await this.backend.call(name, params);
      return true;
    } catch (error) {
      this.toasts.show(failureText(BackendError.from(error)));
      return false;
    }
  }
}
