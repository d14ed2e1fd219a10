// Who is writing, in one line.

import { listOf } from "./list";
import { t } from "./text";

/** Names at most; the line must stay short. */
const NAMES_MAX = 3;

export function typingText(names: readonly string[]): string {
  const [first = ""] = names;
  return names.length === 1 ? t("presence.typingName", { name: first }) : t("presence.typingNames", { names: listOf(names.slice(0, NAMES_MAX)) });
}
