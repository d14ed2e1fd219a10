// What a screen reader says for a message: who, when, what, what it answers, what became of it.

import { deliveryOf } from "../../backend/delivery";
import type { Message } from "../../backend/types";
import { messageText } from "../../i18n/messageText";
import { t } from "../../i18n/text";
import { timeOfDay } from "../../i18n/time";

export function labelOf(message: Message): string {
  if (message.kind === "system") return messageText(message);
  const sender = message.isOwn ? t("message.you") : message.senderName;
  const parts = [t("message.label", { sender, time: timeOfDay(message.sentAt), text: messageText(message) })];
  const { replyTo } = message;
  if (replyTo && !replyTo.isMissing) parts.push(t("message.labelReply", { name: replyTo.isOwn ? t("message.you") : (replyTo.senderName ?? "") }));
  if (message.isForwarded) parts.push(t("message.forwarded"));
  if (message.editedAt !== undefined) parts.push(t("message.edited"));
  const reactions = message.reactions.reduce((sum, one) => sum + one.count, 0);
  if (reactions > 0) parts.push(t("message.labelReactions", { count: reactions }));
  const delivery = deliveryOf(message);
  if (delivery) parts.push(t(delivery.label));
  return parts.join(", ");
}
