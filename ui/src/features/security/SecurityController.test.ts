import { beforeEach, describe, expect, it } from "vitest";
import { MemoryBackend } from "../../../tests/MemoryBackend";
import type { ComparisonResult, SafetyNumberView } from "../../backend/generated/api";
import { SecurityController } from "./SecurityController.svelte";

let backend: MemoryBackend;
let isVerified: boolean;
let answer: ComparisonResult;

beforeEach(() => {
  backend = new MemoryBackend();
  isVerified = false;
  answer = "same";
  backend.handle("security.safetyNumber", (): SafetyNumberView => ({ accountId: "acc-ines", name: "Ines", digits: ["12345"], qr: "PIPIT:1:A", isVerified, devices: [] }));
  backend.handle("security.compare", () => ({ result: answer }));
  backend.handle("security.verify", (params) => {
    ({ isVerified } = params);
    return { accountId: "acc-ines", username: "ines", name: "Ines" };
  });
});

async function opened(): Promise<SecurityController> {
  const security = new SecurityController(backend, "acc-ines");
  await expect.poll(() => security.number).toBeDefined();
  return security;
}

describe("comparing", () => {
  it("marks whoever has the same number", async () => {
    const security = await opened();
    await security.compare("12345");
    expect([security.result, security.number?.isVerified, security.differs]).toEqual(["same", true, false]);
  });

  it("marks nobody when it differs, and says so", async () => {
    const security = await opened();
    for (const result of ["different", "otherPeople", "unreadable"] as const) {
      answer = result;
      await security.compare("54321");
      expect([security.result, security.number?.isVerified, security.differs]).toEqual([result, false, result === "different"]);
    }
    expect(backend.called("security.verify")).toEqual([]);
  });

  it("takes the mark away when the person says that they differ", async () => {
    const security = await opened();
    await security.verify(true);
    await security.mismatch();
    expect([security.number?.isVerified, security.differs]).toEqual([false, true]);
  });

  it("says what failed and keeps what is shown", async () => {
    const security = await opened();
    backend.fail("security.verify", "STORAGE_FULL");
    await security.verify(true);
    expect(security.problem).toBeDefined();
    expect(security.number?.isVerified).toBe(false);
  });
});
