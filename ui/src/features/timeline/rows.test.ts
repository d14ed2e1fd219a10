import { describe, expect, it } from "vitest";
import { message, own } from "../../../tests/MemoryBackend";
import type { MessageView } from "../../backend/generated/api";
import { GROUP_GAP_MS, rowsOf } from "./rows";

const noon = new Date("2026-03-12T12:00:00").getTime();
const MINUTE = 60_000;
const said = (id: string, sentAt: number, over: Partial<MessageView> = {}): MessageView => message(id, { sentAt, ...over });
const shapes = (messages: MessageView[]): string[] => rowsOf(messages, undefined).map((row) => row.shape);

describe("grouping", () => {
  it("joins one sender's messages that are close in time", () => {
    expect(shapes([said("m1", noon), said("m2", noon + MINUTE), said("m3", noon + 2 * MINUTE)])).toEqual(["first", "middle", "last"]);
    expect(shapes([said("m1", noon)])).toEqual(["single"]);
  });

  it("parts at five minutes, not before", () => {
    expect(shapes([said("m1", noon), said("m2", noon + GROUP_GAP_MS - 1)])).toEqual(["first", "last"]);
    expect(shapes([said("m1", noon), said("m2", noon + GROUP_GAP_MS)])).toEqual(["single", "single"]);
  });

  it("parts at another sender", () => {
    expect(shapes([said("m1", noon), own("m2", { sentAt: noon }), said("m3", noon)])).toEqual(["single", "single", "single"]);
  });

  it("parts at midnight, at system lines and after a message that didn't go", () => {
    const midnight = new Date("2026-03-13T00:00:00").getTime();
    expect(shapes([said("m1", midnight - 1_000), said("m2", midnight)])).toEqual(["single", "single"]);
    expect(shapes([said("m1", noon), said("m2", noon, { kind: "system" }), said("m3", noon)])).toEqual(["single", "single", "single"]);
    expect(shapes([own("m1", { sentAt: noon, state: "failed" }), own("m2", { sentAt: noon })])).toEqual(["single", "single"]);
  });

  it("parts when a sender's clock went back: order is the core's, not the clock's", () => {
    expect(shapes([said("m1", noon), said("m2", noon - MINUTE)])).toEqual(["single", "single"]);
  });
});

describe("days", () => {
  it("begin at the first message and at each new local day", () => {
    const day = 24 * 60 * MINUTE;
    const rows = rowsOf([said("m1", noon), said("m2", noon + MINUTE), said("m3", noon + day), said("m4", noon + 3 * day)], undefined);
    expect(rows.map((row) => row.startsDay)).toEqual([true, false, true, true]);
  });
});

describe("the unread divider", () => {
  it("stands above the first unread message and parts the group", () => {
    const rows = rowsOf([said("m1", noon), said("m2", noon), said("m3", noon)], { before: "m2", count: 2 });
    expect(rows.map((row) => row.divider)).toEqual([undefined, 2, undefined]);
    expect(rows.map((row) => row.shape)).toEqual(["single", "first", "last"]);
  });
});
