// What the groups of emoji are called.

import { t, type PlainKey } from "../../i18n/text";

const NAMES: Record<string, PlainKey> = {
  recent: "emoji.recent", found: "emoji.found", smileys_emotion: "emoji.smileys", people_body: "emoji.people", animals_nature: "emoji.nature",
  food_drink: "emoji.food", activities: "emoji.activities", travel_places: "emoji.travel", objects: "emoji.objects", symbols: "emoji.symbols", flags: "emoji.flags",
};

export function groupName(group: string): string {
  const key = NAMES[group];
  return key === undefined ? group : t(key);
}
