// Who is writing, in one line.

import { shortNames } from "./firstName";
import { listOf } from "./list";
import { t } from "./text";

/** Names at most; the line must stay short. */
const NAMES_MAX = 3;

export function typingText(people: readonly string[]): string {
  const names = shortNames(people);
  const [first = ""] = names;
  return names.length === 1 ? t("presence.typingName", { name: first }) : t("presence.typingNames", { names: listOf(names.slice(0, NAMES_MAX)) });
}
