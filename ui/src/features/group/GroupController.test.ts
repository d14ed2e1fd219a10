import { beforeEach, describe, expect, it } from "vitest";
import { MemoryBackend } from "../../../tests/MemoryBackend";
import { AddPeopleController, JoinController, NewGroupController } from "./GroupController.svelte";

let backend: MemoryBackend;
let opened: string[];

beforeEach(() => {
  backend = new MemoryBackend();
  opened = [];
  backend.people = [{ accountId: "acc-noor", username: "noor", name: "noor" }];
  backend.handle("contact.list", () => [
    { accountId: "acc-me", username: "me", name: "Me" }, { accountId: "acc-ines", username: "ines", name: "Ines" }, { accountId: "acc-x", username: "x", name: "X", isBlocked: true },
  ]);
  backend.handle("conversation.create", () => ({ conversationId: "g1" }));
});

describe("a new group", () => {
  it("takes contacts and anybody by username, but not oneself and not the blocked", async () => {
    const group = new NewGroupController(backend, "acc-me", (id) => opened.push(id));
    await group.picker.load();
    expect(group.picker.candidates.map((one) => one.name)).toEqual(["Ines"]);
    await group.picker.submit();
    group.picker.type("Noor");
    await group.picker.submit();
    group.name = " Ridge walkers ";
    await group.create();
    expect(backend.called("conversation.create")).toEqual([{ name: "Ridge walkers", members: ["acc-ines", "acc-noor"] }]);
    expect(opened).toEqual(["g1"]);
  });

  it("asks for a name, and says why it failed without losing anything", async () => {
    const group = new NewGroupController(backend, "acc-me", (id) => opened.push(id));
    await group.create();
    expect(group.wantsName).toBe(true);
    backend.fail("conversation.create", "OFFLINE");
    group.name = "Ridge";
    await group.create();
    expect(group).toMatchObject({ problem: expect.stringMatching(/offline/u), name: "Ridge", isBusy: false });
  });
});

describe("adding people", () => {
  it("offers those who aren't in yet", async () => {
    const add = new AddPeopleController(backend, "g1", new Set(["acc-ines", "acc-me"]), () => opened.push("added"));
    await add.picker.load();
    expect(add.picker.candidates).toEqual([]);
    await add.add();
    expect(backend.called("conversation.add")).toEqual([]);
    add.picker.type("noor");
    await add.picker.submit();
    await add.add();
    expect(backend.called("conversation.add")).toEqual([{ conversationId: "g1", members: ["acc-noor"] }]);
    expect(opened).toEqual(["added"]);
  });
});

describe("joining by a link", () => {
  it("shows where the link leads before it joins", async () => {
    backend.handle("invite.look", () => ({ server: "here", inviter: "Ines" }));
    backend.handle("invite.join", () => ({ conversationId: "g1", isPending: false }));
    const join = new JoinController(backend, (id) => opened.push(id));
    join.type("pipit://join/abc");
    await join.submit();
    expect(join.look).toEqual({ server: "here", inviter: "Ines" });
    expect(backend.called("invite.join")).toEqual([]);
    await join.submit();
    expect(opened).toEqual(["g1"]);
  });

  it("says when somebody has to let us in, and when the link is wrong", async () => {
    backend.handle("invite.look", () => ({ server: "here" }));
    backend.handle("invite.join", () => ({ isPending: true }));
    const join = new JoinController(backend, (id) => opened.push(id));
    join.type("pipit://join/abc");
    await join.submit();
    await join.submit();
    expect(join.isPending).toBe(true);
    backend.fail("invite.look", "BAD_REQUEST");
    join.type("nonsense");
    await join.submit();
    expect(join.problem).toMatch(/link/u);
  });
});
