import { afterEach, describe, expect, it, vi } from "vitest";
import { createPasskey, passkeysAble, showPasskey } from "./passkeys";

function browser(answer: () => Promise<unknown>): void {
  const read = (options: object) => ({ ...options, read: true });
  const PublicKeyCredential = Object.assign(() => undefined, {
    parseCreationOptionsFromJSON: read,
    parseRequestOptionsFromJSON: read,
  });
  vi.stubGlobal("PublicKeyCredential", PublicKeyCredential);
  vi.stubGlobal("navigator", { credentials: { create: answer, get: answer } });
}

afterEach(() => vi.unstubAllGlobals());

describe("passkeys", () => {
  it("are not there where the browser cannot read the server's options", () => {
    vi.stubGlobal("PublicKeyCredential", () => undefined);
    expect(passkeysAble()).toBe(false);
    browser(async () => null);
    expect(passkeysAble()).toBe(true);
  });

  it("are given to the server as JSON", async () => {
    browser(async () => ({ toJSON: () => ({ id: "a" }) }));
    expect(await createPasskey({})).toEqual({ id: "a" });
    expect(await showPasskey({})).toEqual({ id: "a" });
  });

  it("given up are nothing, and a fault stays a fault", async () => {
    for (const name of ["NotAllowedError", "AbortError", "InvalidStateError"]) {
      browser(() => Promise.reject(new DOMException("", name)));
      expect(await showPasskey({})).toBeNull();
    }
    browser(() => Promise.reject(new DOMException("", "SecurityError")));
    await expect(showPasskey({})).rejects.toThrow(DOMException);
  });
});
