import { expect, it } from "vitest";

import { systemLineOf } from "./systemLine";

it("names the core's words, and says of one it does not know that it is newer", () => {
  expect(systemLineOf({ text: "history.gap" })).toBe("system.historyGap");
  expect(systemLineOf({ text: "group.created" })).toBe("system.newer");
});
