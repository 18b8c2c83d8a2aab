import { describe, expect, it } from "vitest";
import { BEAT_MS, backOff, LiveSocket, SILENCE_MS, type SocketLike } from "./socket";

class Wire implements SocketLike {
  onopen: ((event: unknown) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  sent: string[] = [];
  closed: number | undefined;
  send(data: string) {
    this.sent.push(data);
  }
  close(code?: number) {
    this.closed = code;
  }
}

function live() {
  const wires: Wire[] = [];
  const jobs: { at: number; work: () => void; off: boolean }[] = [];
  const heard: string[] = [];
  let now = 0;
  const socket = new LiveSocket(
    "ws://x/api/live",
    {
      onMessage: (message) => void heard.push(message.type),
      onStatus: (status) => void heard.push(`(${status})`),
      onRefused: () => void heard.push("refused"),
    },
    {
      open: () => {
        const wire = new Wire();
        wires.push(wire);
        return wire;
      },
      after: (ms, work) => {
        const job = { at: now + ms, work, off: false };
        jobs.push(job);
        return () => {
          job.off = true;
        };
      },
      random: () => 1,
    },
  );
  const pass = (ms: number) => {
    const until = now + ms;
    for (;;) {
      const next = jobs.filter((job) => !job.off && job.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      next.off = true;
      now = next.at;
      next.work();
    }
    now = until;
  };
  return { socket, wires, heard, pass };
}

describe("live connection", () => {
  it("comes back by itself, slower each time, and asks again for what was asked for", () => {
    const { socket, wires, heard, pass } = live();
    socket.subscribe("board");
    socket.start();
    wires[0]?.onopen?.({});
    expect(wires[0]?.sent).toEqual(['{"subscribe":"board"}']);
    wires[0]?.onmessage?.({ data: '{"type":"agent"}' });
    wires[0]?.onclose?.({ code: 1006 });
    expect(heard.at(-1)).toBe("(lost)");
    pass(400);
    expect(wires).toHaveLength(2);
    wires[1]?.onclose?.({ code: 1006 });
    pass(700);
    expect(wires).toHaveLength(2);
    pass(100);
    expect(wires).toHaveLength(3);
    wires[2]?.onopen?.({});
    expect(wires[2]?.sent).toEqual(['{"subscribe":"board"}']);
    expect(heard).toEqual([
      "(connecting)",
      "(open)",
      "agent",
      "(lost)",
      "(connecting)",
      "(lost)",
      "(connecting)",
      "(open)",
    ]);
  });

  it("beats, and takes silence for death", () => {
    const { socket, wires, heard, pass } = live();
    socket.start();
    wires[0]?.onopen?.({});
    pass(BEAT_MS);
    expect(wires[0]?.sent).toEqual(['{"type":"ping"}']);
    wires[0]?.onmessage?.({ data: '{"type":"beat"}' });
    pass(SILENCE_MS - 1);
    expect(heard.at(-1)).toBe("beat");
    pass(1);
    expect(wires[0]?.closed).toBe(4000);
    expect(heard.at(-1)).toBe("(lost)");
  });

  it("does not hammer a server that refused the session", () => {
    const { socket, wires, heard, pass } = live();
    socket.start();
    wires[0]?.onclose?.({ code: 4401 });
    pass(60_000);
    expect(wires).toHaveLength(1);
    expect(heard).toEqual(["(connecting)", "(idle)", "refused"]);
  });

  it("swallows a broken frame and a late event of a dropped socket", () => {
    const { socket, wires, heard } = live();
    socket.start();
    const wire = wires[0];
    wire?.onmessage?.({ data: "{" });
    const late = wire?.onmessage;
    socket.stop();
    late?.({ data: '{"type":"agent"}' });
    expect(heard).toEqual(["(connecting)", "(idle)"]);
  });

  it("never waits longer than the cap", () => {
    expect(backOff(0, 0)).toBe(200);
    expect(backOff(50, 1)).toBe(15_000);
  });
});
