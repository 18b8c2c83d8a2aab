import { describe, expect, it } from "vitest";
import { configOf, Patience, relays } from "./ice";

const turn = { urls: ["turns:turn.example:443?transport=tcp"], username: "9:u", credential: "c" };

describe("the ways to the engine", () => {
  it("are the server's, in the browser's words", () => {
    const config = configOf({
      servers: [{ urls: ["stun:stun.example:3478"], username: "", credential: "" }, turn],
      relay_only: false,
      expires_in: 43_200,
    });
    expect(config).toEqual({ iceServers: [{ urls: ["stun:stun.example:3478"] }, turn] });
    expect(relays(config)).toBe(true);
    expect(configOf({ servers: [turn], relay_only: true, expires_in: 60 }).iceTransportPolicy).toBe("relay");
    const straight = configOf({ servers: [], relay_only: false, expires_in: 60 });
    expect(straight).toEqual({ iceServers: [] });
    expect(relays(straight)).toBe(false);
  });
});

describe("patience for candidates", () => {
  it("is short where no relay is wanted, and lasts until its candidate where one is", () => {
    const patience = new Patience();
    expect(patience.left(100, false)).toBe(400);
    expect(patience.left(100, true)).toBe(4900);
    expect(patience.left(6000, true)).toBe(0);
  });

  it("does not wait again for a relay that did not come, until it comes after all", () => {
    const patience = new Patience();
    patience.relayMissed();
    expect(patience.left(100, true)).toBe(400);
    patience.relayCame();
    expect(patience.left(100, true)).toBe(4900);
  });
});
