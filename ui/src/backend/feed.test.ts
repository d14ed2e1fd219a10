import { describe, expect, it, vi } from "vitest";
import { MemoryBackend, message } from "../../tests/MemoryBackend";
import { EventFeed } from "./feed";

function heard(feed: EventFeed): { ids: string[]; missed: number } {
  const log = { ids: [] as string[], missed: 0 };
  feed.listen({
    event: (event) => event.type === "message.added" && log.ids.push(event.message.messageId),
    missed: () => log.missed++,
  });
  return log;
}

const added = (id: string) => ({ type: "message.added", message: message(id) }) as const;

describe("the event feed", () => {
  it("hands on events in order", async () => {
    const backend = new MemoryBackend();
    const feed = new EventFeed(backend);
    const log = heard(feed);
    await feed.start();
    backend.emit(added("m1"));
    backend.emit(added("m2"));
    expect(log).toEqual({ ids: ["m1", "m2"], missed: 0 });
  });

  it("tells of a hole before the event after it", async () => {
    const backend = new MemoryBackend();
    const feed = new EventFeed(backend);
    await feed.start();
    const order: string[] = [];
    feed.listen({ event: () => order.push("event"), missed: () => order.push("missed") });
    backend.emit(added("m1"));
    backend.lose();
    backend.emit(added("m3"));
    expect(order).toEqual(["event", "missed", "event"]);
  });

  it("keeps events that come before the subscription stands, without repeats", async () => {
    const backend = new MemoryBackend();
    const release = backend.hold("events.subscribe");
    const feed = new EventFeed(backend);
    const log = heard(feed);
    const started = feed.start();
    backend.emit(added("m1"));
    backend.handle("events.subscribe", () => ({ number: 1 }));
    backend.emit(added("m2"));
    release();
    await started;
    // Number 1 is in the snapshots that are asked for after the start; number 2 is not.
    expect(log).toEqual({ ids: ["m2"], missed: 0 });
  });

  it("subscribes again and tells of a gap when the line was cut", async () => {
    const backend = new MemoryBackend();
    const feed = new EventFeed(backend);
    const log = heard(feed);
    await feed.start();
    backend.emit(added("m1"));
    backend.number = 0;
    backend.transport("restarted");
    await vi.waitFor(() => expect(log.missed).toBe(1));
    backend.emit(added("m9"));
    expect(log.ids).toEqual(["m1", "m9"]);
  });

  it("can be started again after that failed", async () => {
    const backend = new MemoryBackend();
    const feed = new EventFeed(backend);
    const log = heard(feed);
    backend.fail("events.subscribe", "INTERNAL");
    await expect(feed.start()).rejects.toMatchObject({ code: "INTERNAL" });
    backend.emit(added("m1"));
    backend.fail("events.subscribe", undefined);
    await feed.start();
    backend.emit(added("m2"));
    expect(log).toEqual({ ids: ["m2"], missed: 0 });
  });

  it("stops telling a listener that left", async () => {
    const backend = new MemoryBackend();
    const feed = new EventFeed(backend);
    const listener = { event: vi.fn() };
    const leave = feed.listen(listener);
    await feed.start();
    leave();
    backend.emit(added("m1"));
    expect(listener.event).not.toHaveBeenCalled();
  });
});
