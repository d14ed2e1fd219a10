import { describe, expect, it } from "vitest";
import { markupOf, mentionName, peopleFor, queryAt, shownText } from "./mentions";

const A = "a".repeat(64);
const B = "b".repeat(64);

describe("mentions", () => {
  it("are shown as names and kept as links", () => {
    const markup = `hi [@Ann](pipit:account:${A}), [@Ann Lee](pipit:account:${B}): a@b.example`;
    const { text, mentions } = shownText(markup);
    expect(text).toBe("hi @Ann, @Ann Lee: a@b.example");
    expect(markupOf(text, mentions)).toBe(markup);
  });

  it("go when their name is changed, and leave the rest alone", () => {
    const mentions = [{ name: "Ann", accountId: A }, { name: "J. (x)", accountId: B }];
    expect(markupOf("@Anna @Ann2 Ann @ann", mentions)).toBe("@Anna @Ann2 Ann @ann");
    expect(markupOf("@J. (x)!", mentions)).toBe(`[@J. (x)](pipit:account:${B})!`);
    expect(markupOf("plain", [])).toBe("plain");
  });

  it("have names that a link can hold", () => {
    expect(mentionName("A [b]\nc")).toBe("A  b  c");
  });
});

describe("what is typed after an @", () => {
  it("is a query at the caret", () => {
    expect(queryAt("hello @pri", 10)).toEqual({ start: 6, text: "pri" });
    expect(queryAt("@", 1)).toEqual({ start: 0, text: "" });
    expect(queryAt("(@priya ra", 10)).toEqual({ start: 1, text: "priya ra" });
    expect(queryAt("@pri and more", 4)).toEqual({ start: 0, text: "pri" });
  });

  it("is none in an address, after a space or a line, or when it is long", () => {
    for (const text of ["a@b", "@ a", "@a\nb", "none", `@${"x".repeat(60)}`, "@a  b"]) expect(queryAt(text, text.length), text).toBeUndefined();
  });

  it("finds people by the beginnings of their names", () => {
    const people = [{ username: "priya", name: "Priya Raman" }, { username: "oskar", name: "Öskar Nyström" }];
    expect(peopleFor(people, "ram").map((one) => one.username)).toEqual(["priya"]);
    expect(peopleFor(people, "osk").map((one) => one.username)).toEqual(["oskar"]);
    expect(peopleFor(people, "")).toHaveLength(2);
    expect(peopleFor(people, "x")).toEqual([]);
  });
});
