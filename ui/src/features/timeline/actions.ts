// What the timeline asks for when somebody acts on a message. The view that shows it decides what happens.

import type { MessageAction } from "../../backend/messageActions";
import type { Message, Role } from "../../backend/types";

/** Where something opens: at an element, or at a point of the window. */
export type Anchor = HTMLElement | { x: number; y: number };

export interface TimelineActions {
  readonly ownAccountId: string | undefined;
  /** Groups name the sender of each message. */
  readonly isGroup: boolean;
  /** What somebody is in a group. */
  roleOf(accountId: string): Role;
  /** The message whose menu or picker is open: its buttons stay. */
  readonly openFor: string | undefined;
  readonly selection: { readonly isOn: boolean; has(messageId: string): boolean };
  can(action: MessageAction, message: Message): boolean;
  act(action: MessageAction, message: Message, at: Anchor): void;
  openMenu(message: Message, at: Anchor): void;
  react(message: Message, emoji: string): void;
  vote(message: Message, options: number[]): Promise<void>;
  jumpTo(messageId: string): void;
  openLink(href: string): void;
  /** What is written waits for the person. */
  readonly isHeld: boolean;
  /** Opens what is to be decided. */
  review(): void;
}
