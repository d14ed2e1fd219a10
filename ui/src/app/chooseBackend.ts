// Picks how to reach the core: inside the app through Tauri, in a browser through `pipit-cli serve`.

import type { Backend } from "../backend/backend";
import { SocketBackend } from "../backend/socket";

/** The token of the page's address, over reloads of this tab. */
const TOKEN_KEY = "pipit.token";

export async function chooseBackend(): Promise<Backend> {
  if ("__TAURI_INTERNALS__" in globalThis) {
    const { tauriBackend } = await import("../backend/tauri");
    return tauriBackend();
  }
  return new SocketBackend(socketUrl(takeToken()));
}

/** Moves the token out of the address bar and the history, where others may see it. */
function takeToken(): string {
  const url = new URL(location.href);
  const given = url.searchParams.get("token");
  if (given !== null) {
    sessionStorage.setItem(TOKEN_KEY, given);
    url.searchParams.delete("token");
    history.replaceState(history.state, "", url);
  }
  return given ?? sessionStorage.getItem(TOKEN_KEY) ?? "";
}

function socketUrl(token: string): string {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}/rpc?token=${encodeURIComponent(token)}`;
}
