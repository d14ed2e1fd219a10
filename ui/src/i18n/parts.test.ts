import { expect, it } from "vitest";
import { parts } from "./parts";

it("gives names their own pieces, whatever they hold", () => {
  expect(parts("activity.mention", { name: "Ann {name}", chat: "B" })).toEqual([
    { text: "Ann {name}", isValue: true },
    { text: " mentioned you in ", isValue: false },
    { text: "B", isValue: true },
  ]);
});
