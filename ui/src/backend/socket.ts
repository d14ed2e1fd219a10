// The backend in a plain browser: JSON-RPC over a loopback WebSocket to `pipit-cli serve`.
// Calls made while the line is down wait for it for a short while; calls in flight when it breaks fail.

import { BackendError, type Backend, type CommandName, type Params, type Result, type TransportState } from "./backend";
import type { NumberedEvent } from "./generated/api";

/** Milliseconds before the first new try and at most, doubling between: the core is on this computer. */
const RETRY_MIN_MS = 200;
const RETRY_MAX_MS = 3_000;
/** Milliseconds that a call waits for the line to come back. */
const CALL_WAIT_MS = 5_000;

type Reply = { id?: number; result?: unknown; error?: unknown; method?: string; params?: unknown };
type Pending = { resolve(value: unknown): void; reject(error: BackendError): void };

export class SocketBackend implements Backend {
  #socket: WebSocket | undefined;
  #lastId = 0;
  #pending = new Map<number, Pending>();
  #waiting = new Set<() => void>();
  #events = new Set<(event: NumberedEvent) => void>();
  #transports = new Set<(state: TransportState) => void>();
  #retryMs = RETRY_MIN_MS;
  #wasOpen = false;

  constructor(
    private readonly url: string,
    private readonly makeSocket: (url: string) => WebSocket = (at) => new WebSocket(at),
  ) {
    this.#connect();
  }

  async call<N extends CommandName>(name: N, params: Params<N>): Promise<Result<N>> {
    const socket = await this.#line();
    const id = ++this.#lastId;
    return await new Promise<Result<N>>((resolve, reject) => {
      this.#pending.set(id, { resolve: (value) => resolve(value as Result<N>), reject });
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, method: name, params }));
    });
  }

  onEvent(listener: (event: NumberedEvent) => void): () => void {
    this.#events.add(listener);
    return () => this.#events.delete(listener);
  }

  onTransport(listener: (state: TransportState) => void): () => void {
    this.#transports.add(listener);
    return () => this.#transports.delete(listener);
  }

  /** No system knows of a page in a browser. */
  onLink(): () => void {
    return () => {};
  }

  /** Nothing outside of this page tells of messages. */
  tellWords(): void {}

  openExternal(url: string): void {
    window.open(url, "_blank", "noopener,noreferrer");
  }

  #connect(): void {
    const socket = this.makeSocket(this.url);
    this.#socket = socket;
    socket.onopen = () => {
      this.#retryMs = RETRY_MIN_MS;
      const state = this.#wasOpen ? "restarted" : "open";
      this.#wasOpen = true;
      for (const wake of [...this.#waiting]) wake();
      for (const listener of this.#transports) listener(state);
    };
    socket.onmessage = (message) => this.#receive(String(message.data));
    socket.onclose = () => this.#closed();
  }

  #closed(): void {
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of lost) call.reject(coreGone());
    if (this.#wasOpen) for (const listener of this.#transports) listener("lost");
    setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MAX_MS);
  }

  #line(): Promise<WebSocket> {
    const socket = this.#socket;
    if (socket?.readyState === WebSocket.OPEN) return Promise.resolve(socket);
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve(this.#socket!);
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(wake);
        reject(coreGone());
      }, CALL_WAIT_MS);
      this.#waiting.add(wake);
    });
  }

  #receive(text: string): void {
    let reply: Reply;
    try {
      reply = JSON.parse(text) as Reply;
    } catch {
      return; // Not ours; the core never sends it.
    }
    if (reply.method === "event") {
      for (const listener of this.#events) listener(reply.params as NumberedEvent);
      return;
    }
    const call = reply.id === undefined ? undefined : this.#pending.get(reply.id);
    if (!call) return;
    this.#pending.delete(reply.id!);
    if (reply.error === undefined) call.resolve(reply.result);
    else call.reject(BackendError.from(reply.error));
  }
}

function coreGone(): BackendError {
  return new BackendError("CORE_GONE", "Pipit is not running. Start it again, then try once more.", true);
}
