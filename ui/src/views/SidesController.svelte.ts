// What stands around the chat: search, finding in the chat, the palette, and the question before something that
// can't be taken back. Chats themselves are opened by the main controller.

import type { Backend } from "../backend/backend";
import type { EventFeed } from "../backend/feed";
import type { Conversation } from "../backend/types";
import { ActivityController } from "../features/activity/ActivityController.svelte";
import { ConversationActions } from "../features/conversation-list/ConversationActions";
import type { ConversationListController } from "../features/conversation-list/ConversationListController.svelte";
import { FindController } from "../features/find/FindController.svelte";
import { AddPeopleController, JoinController, NewGroupController } from "../features/group/GroupController.svelte";
import { InfoController } from "../features/info-panel/InfoController.svelte";
import { PaletteController, type PaletteSources } from "../features/palette/PaletteController.svelte";
import { SavedController } from "../features/saved/SavedController.svelte";
import { SearchController } from "../features/search/SearchController.svelte";
import { LinkingController } from "../features/linking/LinkingController.svelte";
import { SettingsController, type Page } from "../features/settings/SettingsController.svelte";
import { deviceName } from "../i18n/deviceName";
import { conversationName } from "../i18n/conversationName";
import { t } from "../i18n/text";
import { Toasts } from "../kit/Toasts.svelte";

export interface Question {
  title: string;
  text: string;
  /** What the button says, which names the act. */
  action: string;
  run: () => void;
}

export interface Opening {
  chat: (conversationId: string) => void;
  person: (accountId: string) => void;
  message: (conversationId: string, messageId: string) => void;
}

export class SidesController {
  readonly toasts = new Toasts();
  readonly actions: ConversationActions;
  readonly search: SearchController;
  palette = $state.raw<PaletteController>();
  settings = $state.raw<SettingsController>();
  linking = $state.raw<LinkingController>();
  find = $state.raw<FindController>();
  info = $state.raw<InfoController>();
  newGroup = $state.raw<NewGroupController>();
  adding = $state.raw<AddPeopleController>();
  joining = $state.raw<JoinController>();
  saved = $state.raw<SavedController>();
  /** In place of the open chat. */
  activity = $state.raw<ActivityController>();
  question = $state.raw<Question>();
  /** The chat that is asked for how long it is to be muted. */
  muting = $state.raw<Conversation>();

  constructor(
    private readonly backend: Backend,
    private readonly feed: EventFeed,
    private readonly list: ConversationListController,
    private readonly opening: Opening,
  ) {
    this.actions = new ConversationActions(backend, list, this.toasts);
    this.search = new SearchController(backend, () => list.conversations);
  }

  get hasDialog(): boolean {
    const dialogs = [this.palette, this.question, this.muting, this.newGroup, this.adding, this.joining, this.saved, this.linking];
    return dialogs.some((one) => one !== undefined);
  }

  openPalette(sources: Pick<PaletteSources, "actions" | "capsOf">): void {
    this.palette = new PaletteController(this.backend, {
      ...sources,
      conversations: () => this.list.conversations,
      chatName: () => this.list.selected && conversationName(this.list.selected),
      onChat: this.opening.chat,
      onPerson: this.opening.person,
      onHit: (hit) => this.opening.message(hit.conversationId, hit.messageId),
      onClose: () => (this.palette = undefined),
    });
  }

  /** Settings stand in place of everything else. */
  openSettings(page?: Page): void {
    this.palette = undefined;
    if (!this.settings) {
      this.settings = new SettingsController(this.backend, this.feed);
      void this.settings.load();
    }
    this.settings.go(page);
  }

  openSaved(): void {
    this.palette = undefined;
    this.saved ??= new SavedController(this.backend, this.feed);
  }

  openActivity(): void {
    this.palette = undefined;
    this.activity ??= new ActivityController(this.backend, this.feed);
  }

  closeActivity(): void {
    this.activity?.dispose();
    this.activity = undefined;
  }

  closeSaved(): void {
    this.saved?.dispose();
    this.saved = undefined;
  }

  closeSettings(): void {
    this.endLinking();
    this.settings?.dispose();
    this.settings = undefined;
  }

  startLinking(): void {
    this.linking ??= new LinkingController(this.backend, this.feed, deviceName);
  }

  endLinking(): void {
    this.linking?.dispose();
    this.linking = undefined;
  }

  openFind(): void {
    const id = this.list.selectedId;
    if (!id) return;
    if (this.find?.conversationId === id) this.find.focus();
    else this.find = new FindController(this.backend, id, (messageId) => this.opening.message(id, messageId));
  }

  closeFind(): void {
    this.find?.close();
    this.find = undefined;
  }

  toggleInfo(): void {
    if (this.info) this.closeInfo();
    else if (this.list.selectedId) this.info = new InfoController(this.backend, this.feed, this.list.selectedId, (id) => this.list.find(id));
  }

  closeInfo(): void {
    this.info?.dispose();
    this.info = undefined;
  }

  /** Another chat is open, or none: what belongs to the one before goes; the panel follows. */
  enterChat(conversationId: string | undefined): void {
    if (conversationId !== undefined) this.closeActivity();
    if (this.find?.conversationId !== conversationId) this.closeFind();
    if (!this.info || this.info.conversationId === conversationId) return;
    this.closeInfo();
    if (conversationId) this.toggleInfo();
  }

  startGroup(ownAccountId: string): void {
    this.newGroup = new NewGroupController(this.backend, ownAccountId, (conversationId) => {
      this.newGroup = undefined;
      this.opening.chat(conversationId);
    });
  }

  startJoin(link?: string): void {
    this.joining = new JoinController(this.backend, (conversationId) => {
      this.joining = undefined;
      this.opening.chat(conversationId);
    });
    if (link === undefined) return;
    this.joining.type(link);
    void this.joining.submit();
  }

  addPeople(): void {
    const { info } = this;
    if (!info) return;
    const members = new Set(info.members.map((one) => one.accountId));
    this.adding = new AddPeopleController(this.backend, info.conversationId, members, () => {
      this.adding = undefined;
      void info.load();
    });
  }

  dispose(): void {
    this.closeInfo();
    this.closeSaved();
    this.closeActivity();
    this.endLinking();
  }

  mute(conversation: Conversation): void {
    if (conversation.isMuted) this.actions.unmute(conversation);
    else this.muting = conversation;
  }

  askClear(conversation: Conversation): void {
    const name = conversationName(conversation);
    this.question = { title: t("ask.clear", { name }), text: t("ask.clearText"), action: t("ask.clearAction"), run: () => void this.actions.clear(conversation) };
  }

  askLeave(conversation: Conversation): void {
    const name = conversationName(conversation);
    this.question = { title: t("ask.leave", { name }), text: t("ask.leaveText"), action: t("ask.leaveAction"), run: () => void this.actions.leave(conversation) };
  }
}
