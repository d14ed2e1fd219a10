// What the picture of a chat is made of.

import type { Conversation } from "./types";

export interface Face {
  /** Chooses the hue. */
  id: string;
  shape: "person" | "group" | "self";
  /** A data URL; without one, initials. */
  picture?: string | undefined;
}

export function faceOf(conversation: Conversation): Face {
  switch (conversation.kind) {
    case "self": return { id: conversation.conversationId, shape: "self" };
    case "group": return { id: conversation.conversationId, shape: "group", picture: conversation.picture };
    case "direct": return { id: conversation.peer?.accountId ?? conversation.conversationId, shape: "person", picture: conversation.peer?.picture ?? conversation.picture };
  }
}
