import { describe, expect, it } from "vitest";
import { dayName, daysAgo, isSameDay, rowTime, timeOfDay } from "./time";

const at = (text: string): number => new Date(text).getTime();
const now = at("2026-03-12T10:00:00");

describe("days", () => {
  it("are counted from midnight to midnight, not by 24 hours", () => {
    expect(daysAgo(at("2026-03-11T23:59:00"), now)).toBe(1);
    expect(daysAgo(at("2026-03-12T00:00:00"), now)).toBe(0);
    expect(isSameDay(at("2026-03-11T23:59:59"), at("2026-03-12T00:00:00"))).toBe(false);
  });

  it("survive the change of clocks", () => {
    // Whatever the zone: 31 days of March, one of which may be an hour short.
    expect(daysAgo(at("2026-03-01T12:00:00"), at("2026-04-01T00:30:00"))).toBe(31);
  });
});

describe("names of days", () => {
  it("say today, yesterday, a weekday, then a date", () => {
    expect(dayName(now, now)).toBe("Today");
    expect(dayName(at("2026-03-11T09:00:00"), now)).toBe("Yesterday");
    expect(dayName(at("2026-03-09T09:00:00"), now)).toBe(new Intl.DateTimeFormat(undefined, { weekday: "long" }).format(at("2026-03-09T09:00:00")));
    expect(dayName(at("2026-01-02T09:00:00"), now)).not.toMatch(/2026/u);
    expect(dayName(at("2025-01-02T09:00:00"), now)).toMatch(/2025/u);
  });

  it("give a row the time of today only", () => {
    expect(rowTime(now, now)).toBe(timeOfDay(now));
    expect(rowTime(at("2026-03-11T09:00:00"), now)).toBe("Yesterday");
    expect(rowTime(at("2025-01-02T09:00:00"), now)).toMatch(/25/u);
  });
});
