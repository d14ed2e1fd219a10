import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SocketBackend } from "./socket";

/** The browser's end of a WebSocket, driven by the test. */
class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: { id: number; method: string; params: unknown }[] = [];
  onopen?: () => void;
  onmessage?: (message: { data: string }) => void;
  onclose?: () => void;
  constructor() {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as (typeof this.sent)[number]);
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }
  answer(reply: object): void {
    this.onmessage?.({ data: JSON.stringify({ jsonrpc: "2.0", ...reply }) });
  }
}

const make = (): SocketBackend => new SocketBackend("ws://test/rpc?token=t", () => new FakeSocket() as unknown as WebSocket);
const last = (): FakeSocket => FakeSocket.all.at(-1)!;

beforeEach(() => {
  FakeSocket.all = [];
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", { OPEN: 1 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the socket backend", () => {
  it("matches answers to calls, in any order", async () => {
    const backend = make();
    last().open();
    const first = backend.call("account.status", {});
    const second = backend.call("conversation.list", {});
    await vi.waitFor(() => expect(last().sent).toHaveLength(2));
    last().answer({ id: last().sent[1]!.id, result: [] });
    last().answer({ id: last().sent[0]!.id, result: { state: "signedOut" } });
    expect(await second).toEqual([]);
    expect(await first).toEqual({ state: "signedOut" });
  });

  it("rejects with the core's code and sentence", async () => {
    const backend = make();
    last().open();
    const call = backend.call("contact.find", { username: "nobody" });
    await vi.waitFor(() => expect(last().sent).toHaveLength(1));
    last().answer({ id: 1, error: { code: -32000, message: "Nobody has this name.", data: { code: "UNKNOWN_ACCOUNT", retry: false } } });
    await expect(call).rejects.toMatchObject({ code: "UNKNOWN_ACCOUNT", message: "Nobody has this name.", retry: false });
  });

  it("holds calls until the line is open", async () => {
    const backend = make();
    const call = backend.call("account.status", {});
    last().open();
    await vi.waitFor(() => expect(last().sent).toHaveLength(1));
    last().answer({ id: 1, result: {} });
    await call;
  });

  it("gives up on a call when the line stays down", async () => {
    const call = make().call("account.status", {});
    const failed = expect(call).rejects.toMatchObject({ code: "CORE_GONE" });
    await vi.advanceTimersByTimeAsync(5_000);
    await failed;
  });

  it("fails calls in flight when the line breaks, and opens a new one", async () => {
    const backend = make();
    const states: string[] = [];
    backend.onTransport((state) => states.push(state));
    last().open();
    const call = backend.call("message.send", { conversationId: "c1", text: "hi" });
    await vi.waitFor(() => expect(last().sent).toHaveLength(1));
    const failed = expect(call).rejects.toMatchObject({ code: "CORE_GONE" });
    last().close();
    await failed;
    await vi.advanceTimersByTimeAsync(200);
    expect(FakeSocket.all).toHaveLength(2);
    last().open();
    expect(states).toEqual(["open", "lost", "restarted"]);
  });

  it("waits longer between tries", async () => {
    make();
    for (const wait of [200, 400, 800, 1_600, 3_000, 3_000]) {
      const before = FakeSocket.all.length;
      last().close();
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(FakeSocket.all).toHaveLength(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(FakeSocket.all).toHaveLength(before + 1);
    }
  });

  it("hands on events and ignores what it can't read", () => {
    const backend = make();
    const numbers: number[] = [];
    backend.onEvent((event) => numbers.push(event.number));
    last().open();
    last().onmessage?.({ data: "not json" });
    last().answer({ id: 99, result: {} });
    last().answer({ method: "event", params: { number: 7, type: "connection", state: "online" } });
    expect(numbers).toEqual([7]);
  });
});
