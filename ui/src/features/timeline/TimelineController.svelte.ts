// One open chat's messages: a window of the history that grows by pages in both directions and drops what is
// far away. Follows events, and asks again when one was missed. Scrolling itself is the component's.

import { tick } from "svelte";
import { BackendError, type Backend } from "../../backend/backend";
import type { EventFeed } from "../../backend/feed";
import type { NumberedEvent, ConversationView } from "../../backend/generated/api";
import type { Message } from "../../backend/types";
import { ReadMarker } from "./ReadMarker";
import { rowsOf, type Divider } from "./rows";
import type { Place } from "./ScrollMemory";

/** Messages of one page. */
export const PAGE_LEN = 50;
/** Messages held at most; a page more for a moment. */
export const WINDOW_LEN_MAX = 400;
/** The core's own bound for one request. */
const REQUEST_LEN_MAX = 200;

export type Loading = "idle" | "loading" | "failed";
/** Where to stand when the messages are first shown. */
export type Start = { at: "end" } | { at: "divider" } | { at: "place"; place: Place } | { at: "message"; messageId: string; takesFocus: boolean };
/** Milliseconds that a message is marked after a jump to it. */
export const HIGHLIGHT_MS = 2_000;

export class TimelineController {
  messages = $state.raw<readonly Message[]>([]);
  /** The first page. */
  state = $state<"loading" | "ready" | "failed">("loading");
  error = $state.raw<BackendError>();
  older = $state<Loading>("idle");
  newer = $state<Loading>("idle");
  hasOlder = $state(false);
  hasNewer = $state(false);
  divider = $state.raw<Divider>();
  /** New messages below what is seen. */
  newBelow = $state(0);
  /** Rises when other messages stand in the window altogether: the list starts over at `start`. */
  generation = $state(0);
  start = $state.raw<Start>({ at: "end" });
  /** True while messages come or go at the beginning: the list holds its place from the end. */
  isShifting = $state(false);
  /** The end is in sight: new messages are followed. Set by the component. */
  isAtEnd = $state(true);
  /** The message that was jumped to, marked for a moment. */
  highlighted = $state<string>();
  /** A message in the window to go to; each jump is a new object. */
  target = $state.raw<{ messageId: string; takesFocus: boolean }>();
  isAskingForDate = $state(false);
  #highlight: ReturnType<typeof setTimeout> | undefined;
  readonly rows = $derived(rowsOf(this.messages, this.divider));
  readonly conversationId: string;
  readonly #reads: ReadMarker;
  #stop: () => void;

  constructor(
    private readonly backend: Backend,
    feed: EventFeed,
    conversation: ConversationView,
    private readonly place: Place | undefined,
    /** Opens at this message instead, marked: somebody looked for it. */
    private readonly sought?: string,
  ) {
    this.conversationId = conversation.conversationId;
    this.#reads = new ReadMarker(backend, conversation.conversationId, conversation.unread);
    this.#stop = feed.listen({ event: (event) => this.#apply(event), missed: () => void this.refresh() });
    void this.open(conversation);
  }

  /** Call when the chat closes. */
  dispose(): void {
    clearTimeout(this.#highlight);
    this.#stop();
    this.#reads.dispose();
  }

  async open(conversation: ConversationView): Promise<void> {
    this.state = "loading";
    const { sought } = this;
    const firstUnread = conversation.unread > 0 && sought === undefined ? conversation.firstUnread : undefined;
    const around = sought ?? firstUnread ?? this.place?.messageId;
    try {
      let messages = around ? await this.#list({ around }).catch(notThere) : await this.#list({});
      if (around && !messages.some((one) => one.messageId === around)) messages = await this.#list({});
      const start: Start = !messages.some((one) => one.messageId === around) ? { at: "end" }
        : sought ? { at: "message", messageId: sought, takesFocus: false } : firstUnread ? { at: "divider" } : { at: "place", place: this.place! };
      if (start.at === "divider") this.divider = { before: firstUnread!, count: conversation.unread };
      const isWhole = messages.length >= conversation.messageCount;
      const hasLast = messages.at(-1)?.messageId === conversation.lastMessage?.messageId;
      this.#replace(messages, start, !isWhole, start.at !== "end" && !isWhole && !hasLast);
      this.state = "ready";
      if (start.at === "message") this.#mark(start.messageId);
    } catch (error) {
      this.error = BackendError.from(error);
      this.state = "failed";
    }
  }

  async loadOlder(): Promise<void> {
    const first = this.messages[0];
    if (!first || !this.hasOlder || this.older === "loading") return;
    this.older = "loading";
    const generation = this.generation;
    try {
      const page = await this.#list({ before: first.messageId });
      if (generation !== this.generation) return;
      await this.#shift([...page, ...this.messages]);
      this.hasOlder = page.length >= PAGE_LEN;
      // In two steps: the list can tell growth at one end only.
      if (this.messages.length > WINDOW_LEN_MAX) {
        this.messages = this.messages.slice(0, WINDOW_LEN_MAX);
        this.hasNewer = true;
      }
      this.older = "idle";
    } catch {
      this.older = "failed";
    }
  }

  async loadNewer(): Promise<void> {
    const last = this.messages.at(-1);
    if (!last || !this.hasNewer || this.newer === "loading") return;
    this.newer = "loading";
    const generation = this.generation;
    try {
      const page = await this.#list({ after: last.messageId });
      if (generation !== this.generation) return;
      this.messages = [...this.messages, ...page];
      this.hasNewer = page.length >= PAGE_LEN;
      if (!this.hasNewer && this.isAtEnd) this.newBelow = 0;
      await this.#dropOldest();
      this.newer = "idle";
    } catch {
      this.newer = "failed";
    }
  }

  /** Brings the newest messages into the window. */
  async toEnd(): Promise<void> {
    this.newBelow = 0;
    if (!this.hasNewer) return;
    try {
      const messages = await this.#list({});
      this.#replace(messages, { at: "end" }, messages.length >= PAGE_LEN, false);
    } catch {
      this.newer = "failed";
    }
  }

  /** Goes to a message wherever it is, and marks it. False when it isn't here any more. */
  async jumpTo(messageId: string, takesFocus = true): Promise<boolean> {
    if (this.messages.some((one) => one.messageId === messageId)) {
      this.target = { messageId, takesFocus };
      this.#mark(messageId);
      return true;
    }
    const messages = await this.#list({ around: messageId }).catch(notThere);
    return this.#goTo(messages, messageId, takesFocus);
  }

  /** Goes to the first message of a day, or the next one after it. */
  async jumpToDate(date: number): Promise<boolean> {
    const messages = await this.#list({ aroundDate: date });
    const found = messages.find((one) => one.sentAt >= date) ?? messages.at(-1);
    return found !== undefined && this.#goTo(messages, found.messageId, true);
  }

  askForDate(): void {
    this.isAskingForDate = true;
  }

  #goTo(messages: readonly Message[], messageId: string, takesFocus: boolean): boolean {
    if (!messages.some((one) => one.messageId === messageId)) return false;
    this.#replace(messages, { at: "message", messageId, takesFocus }, true, true);
    this.#mark(messageId);
    return true;
  }

  #mark(messageId: string): void {
    clearTimeout(this.#highlight);
    this.highlighted = messageId;
    this.#highlight = setTimeout(() => (this.highlighted = undefined), HIGHLIGHT_MS);
  }

  /** Asks again for what is in the window: something was missed. */
  async refresh(): Promise<void> {
    if (this.state !== "ready") return;
    const generation = this.generation;
    try {
      if (this.hasNewer) {
        const middle = this.messages[Math.floor(this.messages.length / 2)]!.messageId;
        const fresh = await this.#list({ around: middle, limit: REQUEST_LEN_MAX });
        if (generation === this.generation) this.#merge(fresh);
        return;
      }
      const fresh = await this.#list({ limit: REQUEST_LEN_MAX });
      if (generation !== this.generation) return;
      const oldest = fresh[0]?.messageId;
      const at = this.messages.findIndex((one) => one.messageId === oldest);
      if (at >= 0) this.messages = [...this.messages.slice(0, at), ...fresh];
      // Nothing in common: so much came that the old window is far away, or the chat was empty.
      else this.#replace(fresh, { at: "end" }, fresh.length >= REQUEST_LEN_MAX, false);
    } catch {
      // The next missed event or reconnection asks again; what is shown stays readable.
    }
  }

  /** Messages up to this row were on the screen. */
  saw(row: number): void {
    for (let at = Math.min(row, this.messages.length - 1); at >= 0; at--) {
      const message = this.messages[at]!;
      if (message.isOwn) continue;
      this.#reads.saw(message.messageId, at, this.messages);
      return;
    }
  }

  set isWindowFocused(isFocused: boolean) {
    this.#reads.setFocused(isFocused);
  }

  async retry(message: Message): Promise<void> {
    await this.backend.call("message.retry", { messageId: message.messageId });
  }

  async discard(message: Message): Promise<void> {
    await this.backend.call("message.discard", { messageId: message.messageId });
  }

  #apply(event: NumberedEvent): void {
    switch (event.type) {
      case "message.added":
        if (event.message.conversationId === this.conversationId) this.#add(event.message);
        return;
      case "message.changed":
        if (event.message.conversationId === this.conversationId) this.#merge([event.message]);
        return;
      case "message.removed":
        this.messages = this.messages.filter((one) => one.messageId !== event.messageId);
        return;
      case "history.filled":
        if (event.conversationId === this.conversationId) void this.#filled();
        return;
      case "conversation.changed":
        if (event.conversation.conversationId === this.conversationId) this.#reads.setUnread(event.conversation.unread);
        return;
      default:
        return;
    }
  }

  /** Messages have come from another device: above what there was, or where a gap was. */
  async #filled(): Promise<void> {
    if (this.state !== "ready") return;
    if (this.hasOlder || this.messages.length === 0) return this.refresh();
    this.hasOlder = true;
    await this.loadOlder();
  }

  #add(message: Message): void {
    if (this.messages.some((one) => one.messageId === message.messageId)) return this.#merge([message]);
    if (message.isOwn) this.divider = undefined;
    else if ((!this.isAtEnd || this.hasNewer) && message.position > (this.messages.at(-1)?.position ?? 0)) this.newBelow++;
    if (message.isOwn && this.hasNewer) return void this.toEnd();
    if (this.hasNewer) return;
    if (!this.isAtEnd && this.messages.length >= WINDOW_LEN_MAX) {
      this.hasNewer = true;
      return;
    }
    this.messages = inserted(this.messages, message);
    if (this.isAtEnd) void tick().then(() => this.#dropOldest());
  }

  /** Newer versions of messages that are in the window. */
  #merge(fresh: readonly Message[]): void {
    const byId = new Map(fresh.map((one) => [one.messageId, one]));
    this.messages = this.messages.map((one) => byId.get(one.messageId) ?? one);
  }

  #replace(messages: readonly Message[], start: Start, hasOlder: boolean, hasNewer: boolean): void {
    this.messages = messages;
    this.start = start;
    this.hasOlder = hasOlder;
    this.hasNewer = hasNewer;
    this.isAtEnd = start.at === "end";
    this.older = "idle";
    this.newer = "idle";
    this.generation++;
  }

  async #dropOldest(): Promise<void> {
    if (this.messages.length <= WINDOW_LEN_MAX) return;
    await tick();
    this.hasOlder = true;
    await this.#shift(this.messages.slice(-WINDOW_LEN_MAX + PAGE_LEN));
  }

  /** Changes messages at the beginning while the list holds its place. */
  async #shift(messages: readonly Message[]): Promise<void> {
    this.isShifting = true;
    this.messages = messages;
    await tick();
    this.isShifting = false;
  }

  #list(where: { before?: string; after?: string; around?: string; aroundDate?: number; limit?: number }): Promise<Message[]> {
    return this.backend.call("message.list", { conversationId: this.conversationId, limit: PAGE_LEN, ...where });
  }
}

/** In the core's order; nearly always at the end. */
function inserted(messages: readonly Message[], message: Message): readonly Message[] {
  let at = messages.length;
  while (at > 0 && messages[at - 1]!.position > message.position) at--;
  return [...messages.slice(0, at), message, ...messages.slice(at)];
}

/** The message to open at was deleted meanwhile: no messages; other errors go on. */
function notThere(error: unknown): Message[] {
  if (error instanceof BackendError && error.code === "NOT_FOUND") return [];
  throw error;
}
