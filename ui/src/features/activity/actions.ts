// What can be done about something that happened.

import type { Message } from "../../backend/types";
import type { EntryOf } from "./ActivityController.svelte";

export interface ActivityActions {
  /** Goes to a message in its chat. */
  open: (message: Message) => void;
  /** Goes there, and begins an answer. */
  reply: (message: Message) => void;
  /** Opens a chat. */
  look: (conversationId: string) => void;
  /** A new device is the person's own. */
  confirm: (entry: EntryOf<"ownDevice">) => void;
  /** It is not: asks, then signs it out. */
  signOut: (entry: EntryOf<"ownDevice">) => void;
  accept: (entry: EntryOf<"invitation">) => void;
  decline: (entry: EntryOf<"invitation">) => void;
}
