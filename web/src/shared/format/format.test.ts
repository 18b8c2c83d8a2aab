import { afterAll, describe, expect, it } from "vitest";
import { changeLocale } from "@/shared/i18n";
import { figure, moment, phone, share, span, timer } from ".";

afterAll(() => changeLocale("zh"));

describe("timers and spans", () => {
  it("counts without ever going below zero", () => {
    expect([0, 5_900, 65_000, 3_600_000, 36_061_000, -4000].map(timer)).toEqual([
      "0:00",
      "0:05",
      "1:05",
      "1:00:00",
      "10:01:01",
      "0:00",
    ]);
  });

  it("speaks both languages", async () => {
    await changeLocale("zh");
    expect([45_000, 180_000, 185_000, 3_840_000].map(span)).toEqual([
      "45 秒",
      "3 分",
      "3 分 5 秒",
      "1 小时 4 分",
    ]);
    expect(span(null)).toBe("—");
    await changeLocale("en");
    expect([45_000, 185_000].map(span)).toEqual(["45 s", "3 min 5 s"]);
  });
});

describe("phone numbers", () => {
  it.each([
    ["13800138000", "138 0013 8000"],
    ["+8613800138000", "138 0013 8000"],
    ["138****8000", "138 **** 8000"],
    ["01065529988", "010 6552 9988"],
    ["075584301122", "0755 8430 1122"],
    ["4008208820", "400 820 8820"],
    ["95588", "95588"],
    ["+442071234567", "+442071234567"],
    ["", "未显示号码"],
  ])("%s", async (given, shown) => {
    await changeLocale("zh");
    expect(phone(given)).toBe(shown);
  });
});

describe("figures", () => {
  it("shows each unit its own way and nothing as nothing", () => {
    expect(figure(0.9234, "ratio", "zh")).toBe("92.3%");
    expect(figure(1, "ratio", "zh")).toBe("100%");
    expect(figure(185.4, "seconds", "zh")).toBe("3:05");
    expect(figure(12_345, "count", "zh")).toBe("12,345");
    expect(figure(4.666, "score", "en")).toBe("4.67");
    expect(figure(null, "ratio", "zh")).toBe("—");
    expect(share(Number.NaN, "zh")).toBe("—");
  });
});

describe("moments", () => {
  it("names today and yesterday", async () => {
    await changeLocale("zh");
    const now = new Date(2026, 2, 7, 15, 0);
    const at = (day: number, hour: number) => new Date(2026, 2, day, hour, 4).toISOString();
    expect(moment(at(7, 9), "zh", now.getTime())).toBe("今天 09:04");
    expect(moment(at(6, 23), "zh", now.getTime())).toBe("昨天 23:04");
    expect(moment(at(1, 8), "zh", now.getTime())).toBe("2026-03-01 08:04");
    expect(moment("nonsense", "zh", now.getTime())).toBe("—");
  });
});
