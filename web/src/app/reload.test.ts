import { describe, expect, it } from "vitest";
import { mayReload } from "./reload";

describe("a page whose files are gone", () => {
  it("loads itself anew", () => expect(mayReload(null, 100_000, false)).toBe(true));
  it("does not go round in circles", () => expect(mayReload("99999", 100_000, false)).toBe(false));
  it("may do so again later", () => expect(mayReload("1", 100_000, false)).toBe(true));
  it("never ends a call for it", () => expect(mayReload(null, 100_000, true)).toBe(false));
});
