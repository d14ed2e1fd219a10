// The main screen: the list, the open chat, the composer and the dialogs, and how they move together.

import { BackendError, type Backend } from "../backend/backend";
import type { EventFeed } from "../backend/feed";
import type { AccountStatus } from "../backend/generated/api";
import type { Conversation, Message } from "../backend/types";
import { newEntries, type EntryOf } from "../features/activity/ActivityController.svelte";
import { AnnouncerController } from "../features/announcer/AnnouncerController.svelte";
import { ComposerController } from "../features/composer/ComposerController.svelte";
import { ConnectionController } from "../features/connection/ConnectionController.svelte";
import { ConversationListController } from "../features/conversation-list/ConversationListController.svelte";
import { EmojiController } from "../features/emoji/EmojiController.svelte";
import { HistoryController } from "../features/history/HistoryController.svelte";
import { NewConversationController } from "../features/new-conversation/NewConversationController.svelte";
import { ScrollMemory, type Place } from "../features/timeline/ScrollMemory";
import { TimelineController } from "../features/timeline/TimelineController.svelte";
import { failureText } from "../i18n/failure";
import { conversationName } from "../i18n/conversationName";
import { t } from "../i18n/text";
import { isInvitation, isPersonLink } from "../kit/links";
import type { Toasts } from "../kit/Toasts.svelte";
import { ChatController } from "./ChatController.svelte";
import { paletteActions, pinnedCaps } from "./paletteActions";
import { PicturesController } from "./PicturesController.svelte";
import { SidesController } from "./SidesController.svelte";

/** The chat that is open, over a reload of the page. */
const OPEN_KEY = "pipit.open";

export class MainController {
  readonly list: ConversationListController;
  readonly connection: ConnectionController;
  readonly composer: ComposerController;
  readonly announcer: AnnouncerController;
  readonly sides: SidesController;
  readonly history: HistoryController;
  readonly emoji: EmojiController;
  readonly pictures: PicturesController;
  timeline = $state.raw<TimelineController>();
  /** What is done in the open chat. */
  chat = $state.raw<ChatController>();
  newConversation = $state.raw<NewConversationController>();
  isShowingShortcuts = $state(false);
  /** A data URL. */
  ownPicture = $state<string>();
  readonly #places: ScrollMemory;
  #isFocused = false;
  /** Counts openings: the last one wins. */
  #turn = 0;
  /** What the core was told last about focus. */
  #toldFocus = "";
  #stop: () => void;

  constructor(
    private readonly backend: Backend,
    private readonly feed: EventFeed,
    private readonly status: AccountStatus,
    private readonly storage: Storage | undefined,
  ) {
    this.#places = new ScrollMemory(storage);
    this.list = new ConversationListController(backend, feed);
    this.sides = new SidesController(backend, feed, this.list, {
      chat: (id) => this.go(id),
      person: (id) => void this.openPerson(id),
      message: (id, messageId) => void this.show(id, messageId),
    });
    this.connection = new ConnectionController(backend, feed);
    this.connection.apply(status);
    this.history = new HistoryController(backend, feed);
    this.composer = new ComposerController(backend);
    this.emoji = new EmojiController(globalThis.localStorage);
    this.pictures = new PicturesController(backend, feed, status.accountId);
    this.announcer = new AnnouncerController(feed, () => this.list.selectedId, (id) => this.nameOf(id));
    this.#stop = feed.listen({
      event: (event) => {
        if (event.type === "conversation.show") void this.open(event.conversationId);
        if (event.type === "conversation.removed" && event.conversationId === this.list.selectedId) this.closeConversation();
        if (event.type === "profile.changed") this.ownPicture = event.profile.picture;
      },
      missed: () => {
        void this.#loadPicture();
        this.#toldFocus = "";
        this.#tellFocus();
      },
    });
  }

  async start(): Promise<void> {
    void this.#loadPicture();
    void this.history.load();
    await this.list.load();
    const open = this.storage?.getItem(OPEN_KEY);
    if (open && this.list.conversations.some((one) => one.conversationId === open)) await this.open(open);
  }

  async #loadPicture(): Promise<void> {
    // Without an answer, initials stand there until the next change.
    this.ownPicture = (await this.backend.call("profile.get", {}).catch(() => undefined))?.picture;
  }

  /** The page is about to go. */
  keepPlaces(): void {
    this.#places.save();
  }

  dispose(): void {
    this.keepPlaces();
    this.#stop();
    this.sides.dispose();
    this.pictures.dispose();
    this.history.dispose();
    this.timeline?.dispose();
    this.chat?.dispose();
  }

  get hasDialog(): boolean {
    return this.newConversation !== undefined || this.isShowingShortcuts || this.sides.hasDialog || this.chat?.hasDialog === true;
  }

  get toasts(): Toasts {
    return this.sides.toasts;
  }

  nameOf(conversationId: string): string {
    const conversation = this.list.find(conversationId);
    return conversation ? conversationName(conversation) : "";
  }

  async open(conversationId: string): Promise<void> {
    if (this.list.selectedId === conversationId) this.#turn++;
    else if (!(await this.#open(conversationId, this.#places.get(conversationId)))) return;
    if (!this.hasDialog) this.composer.focus();
  }

  /** Opens a chat at one of its messages; focus stays where it is. */
  async show(conversationId: string, messageId: string): Promise<void> {
    if (this.list.selectedId === conversationId && this.chat) this.chat.jumpTo(messageId, false);
    else await this.#open(conversationId, this.#places.get(conversationId), messageId);
  }

  /** Opens the 1:1 with a person. */
  async openPerson(accountId: string): Promise<void> {
    try {
      const { conversationId } = await this.backend.call("conversation.open", { accountId });
      await this.open(conversationId);
    } catch (error) {
      this.toasts.show(failureText(BackendError.from(error)));
    }
  }

  /** False when another chat was opened while the core was asked for this one. */
  async #open(conversationId: string, place: Place | undefined, messageId?: string): Promise<boolean> {
    const turn = ++this.#turn;
    await this.list.know(conversationId);
    if (turn !== this.#turn) return false;
    this.list.select(conversationId);
    this.sides.enterChat(conversationId);
    const conversation = this.list.selected;
    if (!conversation) return false;
    this.timeline?.dispose();
    this.chat?.dispose();
    this.composer.open(conversationId, conversation.draft);
    this.timeline = new TimelineController(this.backend, this.feed, conversation, place, messageId);
    this.timeline.isWindowFocused = this.#isFocused;
    this.chat = this.#chatOf(conversation, this.timeline);
    this.storage?.setItem(OPEN_KEY, conversationId);
    this.#tellFocus();
    return true;
  }

  #chatOf(conversation: Conversation, timeline: TimelineController): ChatController {
    return new ChatController(this.backend, this.feed, timeline, this.composer, this.toasts, {
      conversation: () => this.list.selected ?? conversation,
      ownAccountId: () => this.status.accountId,
      targets: () => this.list.conversations.map((one) => ({ conversation: one, name: conversationName(one) })),
      openLink: (href) => this.openLink(href),
      leave: () => this.closeConversation(),
    });
  }

  /** To the search of everything, which stands above the everyday chats. */
  searchAll(): void {
    this.list.goTo("chats");
    this.sides.search.focus();
  }

  /** Opens the chat that a shortcut means, if there is one. */
  go(conversationId: string | undefined): void {
    if (conversationId !== undefined) void this.open(conversationId);
  }

  /** Asks for the open chat's messages again after that failed. */
  reopen(): void {
    if (this.list.selected) void this.timeline?.open(this.list.selected);
  }

  /** Back to the list. */
  closeConversation(): void {
    this.#turn++;
    this.timeline?.dispose();
    this.timeline = undefined;
    this.chat?.dispose();
    this.chat = undefined;
    this.composer.close();
    this.list.select(undefined);
    this.sides.enterChat(undefined);
    this.storage?.removeItem(OPEN_KEY);
    this.#tellFocus();
  }

  keepPlace(place: Place | undefined): void {
    if (this.list.selectedId) this.#places.set(this.list.selectedId, place);
  }

  /** What concerns the person, in place of a chat. */
  openActivity(): void {
    this.closeConversation();
    this.sides.openActivity();
  }

  newActivity(): Promise<number> {
    return newEntries(this.backend);
  }

  /** Goes to a message that mentions the person, and begins an answer. */
  async replyTo(message: Message): Promise<void> {
    await this.show(message.conversationId, message.messageId);
    if (this.list.selectedId === message.conversationId) this.composer.reply(message);
  }

  askSignOut(entry: EntryOf<"ownDevice">): void {
    const name = entry.name || t("devices.unnamed");
    this.sides.question = { title: t("activity.signOutAsk", { name }), text: t("devices.note"), action: t("devices.signOut"), run: () => void this.sides.activity?.signOut(entry) };
  }

  async copyOwnLink(): Promise<void> {
    try {
      const { link } = await this.backend.call("contact.ownLink", {});
      await navigator.clipboard.writeText(link);
      this.toasts.show(t("empty.copied"));
    } catch (error) {
      this.toasts.show(failureText(BackendError.from(error)));
    }
  }

  /** With a link, the person it leads to is looked for at once. */
  startNewConversation(link?: string): void {
    this.sides.palette = undefined;
    this.isShowingShortcuts = false;
    this.newConversation ??= new NewConversationController(this.backend, async (conversationId) => {
      this.newConversation = undefined;
      await this.open(conversationId);
    });
    if (link === undefined) return;
    this.newConversation.type(link);
    void this.newConversation.find();
  }

  startGroup(): void {
    this.newConversation = undefined;
    this.sides.startGroup(this.status.accountId ?? "");
  }

  startJoin(link?: string): void {
    this.newConversation = undefined;
    this.sides.startJoin(link);
  }

  openPalette(): void {
    this.newConversation = undefined;
    this.isShowingShortcuts = false;
    this.sides.openPalette({ actions: () => paletteActions(this), capsOf: (id) => pinnedCaps(this.list, id) });
  }

  /** Does to the open chat what a shortcut means; false without one. */
  act(act: "mute" | "archive" | "pin" | "unread"): boolean {
    const chat = this.list.selected;
    if (!chat) return false;
    switch (act) {
      case "mute": this.sides.mute(chat); break;
      case "archive": this.sides.actions.archive(chat); break;
      case "pin": this.sides.actions.pin(chat); break;
      case "unread": this.sides.actions.toggleUnread(chat); break;
    }
    return true;
  }

  showShortcuts(): void {
    this.sides.palette = undefined;
    this.newConversation = undefined;
    this.isShowingShortcuts = true;
  }

  /** Invitations and people are looked at here; every other address is the browser's. */
  openLink(href: string): void {
    if (isInvitation(href)) this.startJoin(href);
    else if (isPersonLink(href)) this.startNewConversation(href);
    else this.backend.openExternal(href);
  }

  setFocused(isFocused: boolean): void {
    this.#isFocused = isFocused;
    if (this.timeline) this.timeline.isWindowFocused = isFocused;
    if (!isFocused) void this.composer.flush();
    this.#tellFocus();
  }

  /** For the notification policy: nothing is shown for a chat that the person looks at. */
  #tellFocus(): void {
    const conversationId = this.list.selectedId;
    const state = `${this.#isFocused} ${conversationId ?? ""}`;
    if (state === this.#toldFocus) return;
    this.#toldFocus = state;
    const params = { focused: this.#isFocused, ...(conversationId ? { conversationId } : {}) };
    this.backend.call("window.focus", params).catch(() => (this.#toldFocus = ""));
  }
}
