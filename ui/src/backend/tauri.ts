// The backend inside the desktop app: one Tauri command for calls, one Tauri event for events.

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import { BackendError, type Backend, type CommandName, type Params, type Result } from "./backend";
import type { NumberedEvent } from "./generated/api";

export function tauriBackend(): Backend {
  return {
    async call<N extends CommandName>(name: N, params: Params<N>): Promise<Result<N>> {
      try {
        return await invoke<Result<N>>("rpc", { method: name, params });
      } catch (error) {
        throw BackendError.from(error);
      }
    },
    onEvent(listener) {
      const stop = listen<NumberedEvent>("event", (event) => listener(event.payload));
      return () => void stop.then((unlisten) => unlisten());
    },
    onLink(listener) {
      const stop = listen<string>("link", (event) => listener(event.payload));
      return () => void stop.then((unlisten) => unlisten());
    },
    // The line to the core is the process itself: it cannot be lost alone.
    onTransport: () => () => {},
    // Without them such a notification bears the app's name alone.
    tellWords: (params) => void invoke("rpc", { method: "shell.words", params }).catch(() => {}),
    // The shell catches navigation to other places and opens it in the person's browser.
    openExternal: (url) => void window.open(url, "_blank", "noopener,noreferrer"),
  };
}
