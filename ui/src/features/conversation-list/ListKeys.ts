// Shortcuts that the list shows beside its actions, as they are read; the caller knows them.

export interface ListKeys {
  /** Spoken: they stand in labels. */
  newChat: string;
  search: string;
  /** Drawn: they stand in menus. */
  searchCaps: readonly string[];
  pin: string;
  mute: string;
  archive: string;
  unread: string;
}
