// The port between the screen and the core. Every controller takes a Backend; only app/ makes one.
// Not here: any knowledge of a transport, and any cache of what the core said.

import type { Commands, ErrorCode, NumberedEvent } from "./generated/api";

export type CommandName = keyof Commands;
export type Params<N extends CommandName> = Commands[N]["params"];
export type Result<N extends CommandName> = Commands[N]["result"];

/** "restarted": the line was cut and is open again; events may have been missed and numbers start anew. */
export type TransportState = "open" | "lost" | "restarted";

export interface Backend {
  /** Rejects with a `BackendError` and with nothing else. */
  call<N extends CommandName>(name: N, params: Params<N>): Promise<Result<N>>;
  /** Returns how to stop listening. */
  onEvent(listener: (event: NumberedEvent) => void): () => void;
  onTransport(listener: (state: TransportState) => void): () => void;
  /** An invitation that the person opened elsewhere, which the system brought here. */
  onLink(listener: (link: string) => void): () => void;
  /** What notifications say that show nothing of their message, in the screen's language. */
  tellWords(words: { request: string; message: string }): void;
  /** Opens a web address outside of Pipit. */
  openExternal(url: string): void;
}

/** Codes of the core, and one of our own: the line to the core itself is gone. */
export type FailureCode = ErrorCode | "CORE_GONE";

export class BackendError extends Error {
  constructor(
    readonly code: FailureCode,
    message: string,
    readonly retry = false,
    /** Milliseconds to wait before another try, when the server said so. */
    readonly retryAfterMs?: number,
  ) {
    super(message);
    this.name = "BackendError";
  }

  /** Reads the error object of JSON-RPC, whatever arrived. */
  static from(value: unknown): BackendError {
    if (value instanceof BackendError) return value;
    const error = value as { message?: unknown; data?: { code?: unknown; retry?: unknown; retryAfterMs?: unknown } } | null;
    const message = typeof error?.message === "string" ? error.message : "Something went wrong inside Pipit. Try again.";
    const code = typeof error?.data?.code === "string" ? (error.data.code as ErrorCode) : "INTERNAL";
    const wait = typeof error?.data?.retryAfterMs === "number" ? error.data.retryAfterMs : undefined;
    return new BackendError(code, message, error?.data?.retry === true, wait);
  }
}
