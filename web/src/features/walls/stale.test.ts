import { describe, expect, it } from "vitest";
import { FIGURES_OLD_MS, type Known, SILENT_MS, staleness } from "./stale";

const known: Known = { status: "open", core: true, heard: 1000, figuresAt: 1000 };

describe("what a wall says of itself", () => {
  it("is fresh while it hears, core answers and the figures are new", () => {
    expect(staleness(known, 1000 + SILENT_MS)).toBeNull();
  });

  it("says which of them failed, the worst first", () => {
    expect(staleness({ ...known, status: "lost" }, 1000)).toBe("lost");
    expect(staleness({ ...known, status: "connecting" }, 1000)).toBe("lost");
    expect(staleness({ ...known, core: false }, 1001 + SILENT_MS)).toBe("lost");
    expect(staleness({ ...known, core: false }, 1000)).toBe("core");
    const late = 1001 + FIGURES_OLD_MS;
    expect(staleness({ ...known, heard: late }, late)).toBe("figures");
  });
});
