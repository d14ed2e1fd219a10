// Who reacted, or chose an option: oneself first, some others by name, and how many more.

import { listOf } from "./list";
import { t } from "./text";

export function who(one: { count: number; isOwn: boolean; names: readonly string[] }): string {
  const names = one.isOwn ? [t("message.you"), ...one.names] : one.names;
  const more = one.count - names.length;
  return listOf(more > 0 ? [...names, t("reaction.more", { count: more })] : names);
}
