import { expect, it } from "vitest";
import { strengthBars, strengthOf } from "./passwordStrength";

it("counts characters, not bytes", () => {
  expect(strengthOf("elevenchars")).toBe("short");
  expect(strengthOf("é".repeat(11))).toBe("short");
  expect(strengthOf("🌿".repeat(11))).toBe("short");
});

it("calls what is foreseen weak", () => {
  for (const password of ["aaaaaaaaaaaaaaaa", "abcdefghijklmnop", "123456789012", "passwordpassword", "qwertyqwerty12", "abcabcabcabcabc", "marlindamarlinda"]) {
    expect(strengthOf(password, ["marlinda"]), password).toBe("weak");
  }
});

it("calls random words good", () => {
  expect(strengthOf("three small boats at")).toBe("good");
  expect(["good", "strong"]).toContain(strengthOf("copper lantern meadow violin"));
  expect(strengthOf("copper lantern meadow violin thirteen")).toBe("strong");
});

it("shows one bar more for each step", () => {
  expect(Object.values(strengthBars)).toEqual([0, 1, 2, 3, 4]);
});
