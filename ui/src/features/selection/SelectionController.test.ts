import { beforeEach, describe, expect, it } from "vitest";
import { message } from "../../../tests/MemoryBackend";
import { SELECTED_MAX, SelectionController } from "./SelectionController.svelte";

let selection: SelectionController;
beforeEach(() => { selection = new SelectionController(); });

describe("picked messages", () => {
  it("stand in the order of the conversation, whatever the order of picking", () => {
    for (const id of ["m3", "m1", "m2"]) selection.toggle(message(id));
    expect(selection.messages.map((one) => one.messageId)).toEqual(["m1", "m2", "m3"]);
    selection.toggle(message("m2"));
    expect(selection.count).toBe(2);
    expect(selection.has("m2")).toBe(false);
  });

  it("end picking when the last one goes", () => {
    selection.toggle(message("m1"));
    expect(selection.isOn).toBe(true);
    selection.changed("m1", undefined);
    expect(selection.isOn).toBe(false);
  });

  it("follow changes, and don't grow without end", () => {
    for (let at = 1; at <= SELECTED_MAX + 5; at++) selection.toggle(message(`m${at}`));
    expect(selection.count).toBe(SELECTED_MAX);
    selection.changed("m1", message("m1", { text: "new" }));
    selection.changed("unknown", message("unknown"));
    expect(selection.messages[0]?.text).toBe("new");
    expect(selection.count).toBe(SELECTED_MAX);
    selection.clear();
    expect(selection.isOn).toBe(false);
  });
});
