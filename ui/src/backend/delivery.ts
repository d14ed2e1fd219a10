// What a message's state looks like: which mark, and which words a screen reader says for it.

import type { Message } from "./types";

export type DeliveryMark = "clock" | "tick" | "ticks" | "ticks-bold" | "alert";
export type DeliveryLabel = "delivery.sending" | "delivery.sent" | "delivery.delivered" | "delivery.read" | "delivery.failed";

export interface Delivery {
  mark: DeliveryMark;
  label: DeliveryLabel;
}

/** Nothing for messages of other people and for lines that nobody wrote. */
export function deliveryOf(message: Pick<Message, "isOwn" | "kind" | "state">): Delivery | undefined {
  if (!message.isOwn || message.kind === "system" || message.kind === "deleted") return undefined;
  switch (message.state) {
    case "queued": return { mark: "clock", label: "delivery.sending" };
    case "accepted": return { mark: "tick", label: "delivery.sent" };
    case "delivered": return { mark: "ticks", label: "delivery.delivered" };
    case "read": return { mark: "ticks-bold", label: "delivery.read" };
    case "failed": return { mark: "alert", label: "delivery.failed" };
    case "received": return undefined;
  }
}
