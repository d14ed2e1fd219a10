import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MemoryBackend } from "../../../tests/MemoryBackend";
import { OnboardingController } from "./OnboardingController.svelte";
import { RecoveryController } from "./RecoveryController.svelte";
import { ADDRESS_PAUSE_MS, OTHER } from "./ServerChoice.svelte";
import { USERNAME_PAUSE_MS } from "./UsernameCheck.svelte";

let backend: MemoryBackend;
let onboarding: OnboardingController;
const signedIn = vi.fn(async () => {});

beforeEach(() => {
  vi.useFakeTimers();
  signedIn.mockClear();
  backend = new MemoryBackend();
  backend.handle("server.suggestions", () => [{ server: "far.example", label: "Far", local: false }, { server: "127.0.0.1:1", label: "Local", local: true }]);
  backend.handle("server.probe", ({ server }) => ({ server, name: "N", registration: server === "closed.example" ? "closed" : "open", latencyMs: 3 }));
  backend.handle("account.checkUsername", ({ username }) => (username === "taken" ? { free: false, problem: "taken" } : { free: true }));
  onboarding = new OnboardingController(backend, signedIn);
});
afterEach(() => vi.useRealTimers());
const rest = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1_000);

async function atAccount(): Promise<void> {
  onboarding.begin("create");
  await rest();
  await onboarding.useServer();
  expect(onboarding.step).toBe("account");
}

describe("choosing a server", () => {
  it("offers the local one first and says that it answers", async () => {
    onboarding.begin("create");
    await rest();
    expect(onboarding.servers).toMatchObject({ picked: "127.0.0.1:1", probe: { state: "answered" } });
    expect(onboarding.canUseServer).toBe(true);
  });

  it("tries a typed address after a pause, and only the last one counts", async () => {
    onboarding.begin("create");
    await rest();
    onboarding.servers.pick(OTHER);
    expect(onboarding.servers.server).toBe("");
    onboarding.servers.type("slow.exam");
    await vi.advanceTimersByTimeAsync(ADDRESS_PAUSE_MS);
    const release = backend.hold("server.probe");
    const late = onboarding.servers.check();
    backend.handle("server.probe", ({ server }) => ({ server, name: "N", registration: "open", latencyMs: 9 }));
    onboarding.servers.type("good.example");
    expect(onboarding.servers.probe.state).toBe("none");
    release();
    await late;
    expect(onboarding.servers.probe.state).toBe("none");
    await vi.advanceTimersByTimeAsync(ADDRESS_PAUSE_MS);
    expect(onboarding.servers.probe).toMatchObject({ state: "answered", info: { server: "good.example" } });
  });

  it("stays when the server doesn't answer, and says why", async () => {
    backend.fail("server.probe", "UNREACHABLE");
    onboarding.begin("create");
    await rest();
    await onboarding.useServer();
    expect(onboarding.step).toBe("server");
    expect(onboarding.servers.probe).toMatchObject({ state: "failed", error: { code: "UNREACHABLE" } });
  });

  it("doesn't lead to a new account on a closed server, but to logging in", async () => {
    onboarding.begin("create");
    await rest();
    onboarding.servers.pick(OTHER);
    onboarding.servers.type("closed.example");
    await onboarding.useServer();
    expect(onboarding.step).toBe("server");
    onboarding.back();
    onboarding.begin("logIn");
    await onboarding.useServer();
    expect(onboarding.step).toBe("logIn");
  });

  it("works without suggestions", async () => {
    backend.fail("server.suggestions", "INTERNAL");
    onboarding.begin("create");
    await rest();
    expect(onboarding.servers).toMatchObject({ hasLoadFailed: true, isLoading: false, picked: OTHER });
  });
});

describe("creating an account", () => {
  it("checks the name while it is typed", async () => {
    await atAccount();
    const { username } = onboarding;
    const states: [string, string][] = [["", "empty"], ["ab", "too_short"], ["a b c", "characters"], ["a..b", "characters"], ["-ab", "characters"], ["x".repeat(33), "too_long"]];
    for (const [text, state] of states) {
      username.type(text);
      expect(username.state, text).toBe(state);
    }
    username.type("@Taken ");
    expect(username.state).toBe("checking");
    await vi.advanceTimersByTimeAsync(USERNAME_PAUSE_MS);
    expect(username.state).toBe("taken");
    username.type("free.name");
    await vi.advanceTimersByTimeAsync(USERNAME_PAUSE_MS);
    expect(username.state).toBe("free");
    expect(backend.called("account.checkUsername").map((one) => one.username)).toEqual(["taken", "free.name"]);
  });

  it("registers with what was typed, and forgets the password", async () => {
    await atAccount();
    onboarding.username.type(" @Mara ");
    onboarding.displayName = " Mara L ";
    onboarding.password = "three small boats";
    await onboarding.createAccount();
    expect(backend.called("account.register")).toEqual([{ server: "127.0.0.1:1", username: "mara", displayName: "Mara L", password: "three small boats" }]);
    expect(signedIn).toHaveBeenCalledOnce();
    expect(onboarding.password).toBe("");
  });

  it("asks for what is missing without asking the server", async () => {
    await atAccount();
    await onboarding.createAccount();
    expect(onboarding.usernameError).toBeDefined();
    expect(onboarding.passwordError).toBeDefined();
    onboarding.username.type("mara");
    onboarding.password = "elevenchars";
    await onboarding.createAccount();
    expect(onboarding.passwordError).toMatch(/1 more character\./u);
    expect(backend.called("account.register")).toEqual([]);
  });

  it("goes on when the name couldn't be checked", async () => {
    await atAccount();
    backend.fail("account.checkUsername", "UNREACHABLE");
    onboarding.username.type("mara");
    onboarding.password = "three small boats";
    await onboarding.createAccount();
    expect(backend.called("account.register")).toHaveLength(1);
  });

  it("says a refusal where it belongs, and keeps what was typed", async () => {
    await atAccount();
    onboarding.username.type("mara");
    onboarding.password = "three small boats";
    backend.fail("account.register", "USERNAME_TAKEN");
    await onboarding.createAccount();
    expect(onboarding.username.state).toBe("taken");
    backend.fail("account.register", "UNREACHABLE");
    onboarding.username.type("mara2");
    await onboarding.createAccount();
    expect(onboarding.error).toMatch(/doesn’t answer/u);
    expect(onboarding.password).toBe("three small boats");
    expect(onboarding.isBusy).toBe(false);
    expect(signedIn).not.toHaveBeenCalled();
  });

  it("is asked for once, however often the button is pressed", async () => {
    await atAccount();
    onboarding.username.type("mara");
    await rest();
    onboarding.password = "three small boats";
    const release = backend.hold("account.register");
    const first = onboarding.createAccount();
    const second = onboarding.createAccount();
    release();
    await Promise.all([first, second]);
    expect(backend.called("account.register")).toHaveLength(1);
  });
});

describe("logging in", () => {
  it("says the same for a wrong name and a wrong password", async () => {
    onboarding.begin("logIn");
    await rest();
    await onboarding.useServer();
    await onboarding.logIn();
    expect(onboarding.usernameError).toBeDefined();
    expect(onboarding.passwordError).toBeDefined();
    onboarding.username.text = "Mara";
    onboarding.password = "not the one";
    const said: unknown[] = [];
    for (const code of ["WRONG_PASSWORD", "UNKNOWN_ACCOUNT"] as const) {
      backend.fail("account.login", code);
      await onboarding.logIn();
      said.push(onboarding.passwordError);
    }
    expect(said[0]).toBeDefined();
    expect(said[0]).toBe(said[1]);
    backend.fail("account.login", undefined);
    await onboarding.logIn();
    expect(backend.called("account.login").at(-1)).toEqual({ server: "127.0.0.1:1", username: "mara", password: "not the one" });
    expect(signedIn).toHaveBeenCalledOnce();
  });
});

describe("the recovery key", () => {
  const key = "TARN-7KQH-4M2X-WREN-PF63-9DVY-HEAT-8RTC-N5GB-ULMA-2XJ7-KEPS";
  const confirmed = vi.fn(async () => {});
  const make = (): RecoveryController => new RecoveryController(backend, { username: "mara", server: "here" }, confirmed);
  beforeEach(() => confirmed.mockClear());

  it("is shown in twelve groups and forgotten when it was saved", async () => {
    backend.handle("account.recoveryKey", () => ({ recoveryKey: key }));
    const recovery = make();
    await recovery.load();
    expect(recovery.groups).toHaveLength(12);
    expect(recovery.fileText).toContain(key);
    await recovery.finish();
    expect(backend.called("account.confirmRecoveryKey")).toEqual([]);
    recovery.isSaved = true;
    await recovery.finish();
    expect(confirmed).toHaveBeenCalledOnce();
    expect(recovery.key).toBe("");
  });

  it("can be asked for again when it didn't load, and is skipped when it was confirmed elsewhere", async () => {
    backend.fail("account.recoveryKey", "STORAGE");
    const recovery = make();
    await recovery.load();
    expect(recovery.hasLoadFailed).toBe(true);
    backend.fail("account.recoveryKey", "NOT_FOUND");
    await recovery.load();
    expect(confirmed).toHaveBeenCalledOnce();
  });
});
