import { expect, it } from "vitest";
import { firstName, shortNames } from "./firstName";

it("people are called by their first names, unless two share one", () => {
  expect(shortNames(["Tomás Ferreira", "Ines Okafor", "Jun Park", "Jun Mori", "ليلى حداد", "Plato"])).toEqual(["Tomás", "Ines", "Jun Park", "Jun Mori", "ليلى", "Plato"]);
  expect(shortNames([])).toEqual([]);
});

it("an initial or a title is no first name", () => {
  expect(["H. Brandt", "Dr. Noor de Wit", "J Park", "  Noor de Wit ", ""].map(firstName)).toEqual(["H. Brandt", "Dr. Noor de Wit", "J Park", "Noor", ""]);
});
