// Where pictures of people come from. The kit knows no backend: whoever draws the window says it once.

import { getContext, setContext } from "svelte";

export interface Pictures {
  /** A data URL; undefined while it isn't known, and when there is none. */
  of(accountId: string): string | undefined;
}

const KEY = Symbol("pictures");

export function providePictures(pictures: Pictures): void {
  setContext(KEY, pictures);
}

/** Of the window around this component; undefined where there is nobody to show yet. */
export function usePictures(): Pictures | undefined {
  return getContext<Pictures | undefined>(KEY);
}
