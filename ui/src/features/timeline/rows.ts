// From messages to rows: where days begin, which bubbles belong together, where the unread divider stands.
// Pure: the same messages give the same rows.

import type { Message } from "../../backend/types";
import { isSameDay } from "../../i18n/time";

/** Messages of one sender closer than this, in ms, form one group. */
export const GROUP_GAP_MS = 5 * 60_000;

export type Shape = "single" | "first" | "middle" | "last";

export interface TimelineRow {
  message: Message;
  shape: Shape;
  /** A day begins with this message. */
  startsDay: boolean;
  /** The unread divider stands above, with this count. */
  divider: number | undefined;
}

export interface Divider {
  /** The first unread message. */
  before: string;
  count: number;
}

export function rowsOf(messages: readonly Message[], divider: Divider | undefined): TimelineRow[] {
  return messages.map((message, at) => {
    const joinsAbove = at > 0 && isJoined(messages[at - 1]!, message, divider);
    const joinsBelow = at + 1 < messages.length && isJoined(message, messages[at + 1]!, divider);
    return {
      message,
      shape: joinsAbove ? (joinsBelow ? "middle" : "last") : joinsBelow ? "first" : "single",
      startsDay: at === 0 || !isSameDay(messages[at - 1]!.sentAt, message.sentAt),
      divider: divider?.before === message.messageId ? divider.count : undefined,
    };
  });
}

/** Two neighbours share a group: one sender, close in time, nothing drawn between them. */
function isJoined(above: Message, below: Message, divider: Divider | undefined): boolean {
  if (above.sender !== below.sender || above.kind === "system" || below.kind === "system") return false;
  if (divider?.before === below.messageId || above.state === "failed") return false;
  const gap = below.sentAt - above.sentAt;
  return gap >= 0 && gap < GROUP_GAP_MS && isSameDay(above.sentAt, below.sentAt);
}
