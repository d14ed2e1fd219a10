// Going anywhere by a few letters: actions, chats, people, messages. `>` asks for actions only, `@` for people, `#`
// for messages. Names are matched here; messages by the core.

import type { Component } from "svelte";
import type { Backend } from "../../backend/backend";
import { faceOf, type Face } from "../../backend/face";
import type { SearchHit } from "../../backend/generated/api";
import type { Contact, Conversation } from "../../backend/types";
import { conversationName } from "../../i18n/conversationName";
import { firstName } from "../../i18n/firstName";
import { t } from "../../i18n/text";
import { fuzzy, type Part } from "../../kit/fuzzy";

export interface PaletteAction {
  id: string;
  label: string;
  group: "chat" | "app" | "settings";
  icon: Component;
  caps?: readonly string[];
  run: () => void;
}

export interface PaletteItem {
  id: string;
  parts: readonly Part[];
  second?: string;
  icon?: Component;
  face?: { name: string; face: Face };
  caps?: readonly string[];
  run: () => void;
}

export interface PaletteSection { title: string; items: PaletteItem[] }

export interface PaletteSources {
  actions: () => readonly PaletteAction[];
  /** In the order of the list. */
  conversations: () => readonly Conversation[];
  /** Of the open chat. */
  chatName: () => string | undefined;
  /** Caps of the shortcut of a pinned chat. */
  capsOf: (conversationId: string) => readonly string[];
  onChat: (conversationId: string) => void;
  onPerson: (accountId: string) => void;
  onHit: (hit: SearchHit) => void;
  onClose: () => void;
}

/** Milliseconds after the last key before messages are asked for. */
const PAUSE_MS = 120;
const CHATS_MAX = 8;
const ACTIONS_MAX = 6;
const HITS_MAX = 8;

type Mode = "all" | "actions" | "people" | "messages";

export class PaletteController {
  text = $state("");
  /** The chosen one, over all sections. */
  at = $state(0);
  #people = $state.raw<readonly Contact[]>([]);
  #hits = $state.raw<readonly SearchHit[]>([]);
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly backend: Backend,
    private readonly sources: PaletteSources,
  ) {
    void this.#learnPeople();
  }

  readonly mode = $derived.by<Mode>(() => {
    const modes: Record<string, Mode> = { ">": "actions", "@": "people", "#": "messages" };
    return modes[this.text.trimStart()[0] ?? ""] ?? "all";
  });

  readonly query = $derived(this.mode === "all" ? this.text.trim() : this.text.trim().slice(1).trim());

  readonly sections = $derived.by<PaletteSection[]>(() => {
    const { mode } = this;
    const sections: PaletteSection[] = [];
    if (mode === "all" && this.query === "") sections.push({ title: t("palette.recent"), items: this.#chats() });
    if (mode === "actions" || (mode === "all" && this.query !== "")) sections.push(...this.#actions());
    if (mode === "all" && this.query !== "") sections.push({ title: t("search.chats"), items: this.#chats() });
    if (mode === "people" || (mode === "all" && this.query !== "")) sections.push({ title: t("search.people"), items: this.#persons() });
    if (mode !== "actions" && mode !== "people") sections.push({ title: t("search.messages"), items: this.#messages() });
    return sections.filter((one) => one.items.length > 0);
  });

  readonly items = $derived(this.sections.flatMap((one) => one.items));

  type(text: string): void {
    this.text = text;
    this.at = 0;
    clearTimeout(this.#timer);
    this.#turn++;
    this.#hits = [];
    if (this.mode === "messages" && this.query !== "") this.#timer = setTimeout(() => void this.findMessages(), PAUSE_MS);
  }

  move(step: number): void {
    const count = this.items.length;
    if (count > 0) this.at = (this.at + step + count) % count;
  }

  choose(item: PaletteItem | undefined = this.items[this.at]): void {
    if (!item) return;
    this.sources.onClose();
    item.run();
  }

  async findMessages(): Promise<void> {
    const turn = this.#turn;
    const page = await this.backend.call("message.search", { query: this.query, order: "time", limit: HITS_MAX }).catch(() => ({ hits: [] }));
    if (turn === this.#turn) this.#hits = page.hits;
  }

  #actions(): PaletteSection[] {
    const name = this.sources.chatName();
    const titles = { chat: name === undefined ? "" : t("palette.actionsIn", { name }), app: t("palette.actions"), settings: t("palette.settings") };
    return (["chat", "app", "settings"] as const).map((group) => {
      const actions = this.sources.actions().filter((one) => one.group === group);
      const found = ranked(this.query, actions, (one) => one.label, this.mode === "actions" ? actions.length : ACTIONS_MAX);
      return { title: titles[group], items: found.map(({ item, parts }) => ({ id: `action-${item.id}`, parts, icon: item.icon, caps: item.caps, run: item.run })) };
    });
  }

  #chats(): PaletteItem[] {
    return ranked(this.query, this.sources.conversations(), conversationName, CHATS_MAX).map(({ item, parts }) => ({
      id: `chat-${item.conversationId}`, parts, face: { name: conversationName(item), face: faceOf(item) },
      caps: this.sources.capsOf(item.conversationId), run: () => this.sources.onChat(item.conversationId),
    }));
  }

  #persons(): PaletteItem[] {
    const chats = this.mode === "people" ? [] : this.sources.conversations();
    const known = new Set(chats.map((one) => one.peer?.accountId));
    const people = this.#people.filter((one) => !known.has(one.accountId));
    const nameOf = (one: Contact): string => one.name || one.displayName || one.username;
    return ranked(this.query, people, nameOf, CHATS_MAX).map(({ item, parts }) => ({
      id: `person-${item.accountId}`, parts, second: `@${item.username}`, face: { name: nameOf(item), face: { id: item.accountId, shape: "person", picture: item.picture } },
      run: () => this.sources.onPerson(item.accountId),
    }));
  }

  #messages(): PaletteItem[] {
    return this.#hits.map((hit) => ({
      id: `message-${hit.messageId}`, parts: hit.snippet, second: t("search.inChat", { sender: hit.isOwn ? t("message.you") : firstName(hit.senderName), name: hit.conversationName }),
      face: { name: hit.senderName, face: { id: hit.sender, shape: "person" } }, run: () => this.sources.onHit(hit),
    }));
  }

  /** People may be missing for a moment; chats are found without them. */
  async #learnPeople(): Promise<void> {
    this.#people = await this.backend.call("contact.list", {}).catch(() => this.#people);
  }
}

function ranked<T>(query: string, items: readonly T[], nameOf: (item: T) => string, max: number): { item: T; parts: Part[] }[] {
  const found = items.flatMap((item) => {
    const match = fuzzy(query, nameOf(item));
    return match ? [{ item, ...match }] : [];
  });
  // The sort is stable: what is equally good stays in the order that it came in.
  return found.sort((a, b) => b.score - a.score).slice(0, max);
}
