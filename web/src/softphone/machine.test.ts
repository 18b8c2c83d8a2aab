import { describe, expect, it, vi } from "vitest";
import { createActor, SimulatedClock } from "xstate";
import { phaseOf, REFUSALS_MOST, softphoneMachine } from "./machine";

const credentials = { username: "u1", secret: "s", uri: "sip:u1@127.0.0.1" };

function phone() {
  const done: string[] = [];
  const clock = new SimulatedClock();
  const note = (name: string) => () => void done.push(name);
  const actor = createActor(
    softphoneMachine.provide({
      actions: {
        open: note("open"),
        close: note("close"),
        register: note("register"),
        prepare: note("prepare"),
        accept: note("accept"),
        refuse: note("refuse"),
        hangUp: note("hangUp"),
        release: note("release"),
      },
    }),
    { clock },
  );
  actor.start();
  return { actor, clock, done, phase: () => phaseOf(actor.getSnapshot()) };
}

describe("softphone", () => {
  it("registers, rings, answers, holds, retrieves and ends", () => {
    const { actor, done, phase } = phone();
    expect(phase()).toBe("idle");
    actor.send({ type: "START", credentials });
    expect(phase()).toBe("registering");
    actor.send({ type: "REGISTERED" });
    expect(phase()).toBe("registered");
    actor.send({ type: "INVITED", contactId: "c1" });
    expect(phase()).toBe("ringing");
    actor.send({ type: "ANSWER" });
    expect(phase()).toBe("answering");
    actor.send({ type: "ACCEPTED" });
    actor.send({ type: "HELD" });
    expect(phase()).toBe("held");
    actor.send({ type: "RETRIEVED" });
    expect(phase()).toBe("talking");
    actor.send({ type: "ENDED", cause: "BYE", by: "remote" });
    expect(phase()).toBe("registered");
    expect(actor.getSnapshot().context.ended).toEqual({ contactId: "c1", cause: "BYE", by: "remote" });
    expect(done).toEqual(["open", "prepare", "accept", "release"]);
  });

  it("keeps the call when the signalling drops", () => {
    const { actor, phase } = phone();
    actor.send({ type: "START", credentials });
    actor.send({ type: "REGISTERED" });
    actor.send({ type: "INVITED", contactId: "c1" });
    actor.send({ type: "ANSWER" });
    actor.send({ type: "ACCEPTED" });
    actor.send({ type: "DISCONNECTED" });
    expect(phase()).toBe("talking");
    expect(actor.getSnapshot().value).toEqual({ line: "registering", call: "talking" });
  });

  it("tries again when refused and asks for new credentials when refused too often", () => {
    const { actor, clock, done, phase } = phone();
    const stale = vi.fn();
    actor.on("STALE", stale);
    actor.send({ type: "START", credentials });
    for (let n = 1; n < REFUSALS_MOST; n += 1) {
      actor.send({ type: "REFUSED", cause: "403" });
      expect(phase()).toBe("registering");
      clock.increment(60_000);
      expect(done.filter((name) => name === "register")).toHaveLength(n);
    }
    actor.send({ type: "REFUSED", cause: "403" });
    expect(phase()).toBe("failed");
    expect(stale).toHaveBeenCalledOnce();
    actor.send({ type: "START", credentials });
    expect(phase()).toBe("registering");
  });

  it("does not lose the call over a second invitation", () => {
    const { actor, phase } = phone();
    actor.send({ type: "START", credentials });
    actor.send({ type: "REGISTERED" });
    actor.send({ type: "INVITED", contactId: "c1" });
    actor.send({ type: "INVITED", contactId: "c2" });
    expect(phase()).toBe("ringing");
    expect(actor.getSnapshot().context.contactId).toBe("c1");
  });

  it("lets go of a call that a dead microphone cannot answer", () => {
    const { actor, done, phase } = phone();
    actor.send({ type: "START", credentials });
    actor.send({ type: "REGISTERED" });
    actor.send({ type: "INVITED", contactId: "c1" });
    actor.send({ type: "ANSWER" });
    actor.send({ type: "MEDIA_FAILED", fault: "denied" });
    expect(phase()).toBe("registered");
    expect(actor.getSnapshot().context.mediaFault).toBe("denied");
    expect(done).toContain("refuse");
  });

  it("gives up an answer that is never confirmed", () => {
    const { actor, clock, done, phase } = phone();
    actor.send({ type: "START", credentials });
    actor.send({ type: "INVITED", contactId: "c1" });
    actor.send({ type: "ANSWER" });
    clock.increment(60_000);
    expect(phase()).toBe("registering");
    expect(done).toContain("hangUp");
  });
});
