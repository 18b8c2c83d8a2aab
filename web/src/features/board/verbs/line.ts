import { create } from "zustand";
import { api, asProblem, type MonitorMode, ownProblem, take } from "@/shared/api";
import type { Credentials, Softphone } from "@/softphone";

/**
 * The supervisor's own telephone: made when a verb first needs it, answered by itself because the supervisor
 * asked for the call, kept while the page lives.
 */

const REGISTER_MS = 8000;
const TRIES = 12;
const PAUSE_MS = 250;
const NO_DEVICE = "monitor.no_device";

interface Line {
  /** The microphone cannot be used: the supervisor hears and is not heard. */
  deaf: boolean;
  /** A verb is under way. */
  busy: boolean;
}

export const useLine = create<Line>(() => ({ deaf: false, busy: false }));

let phone: Softphone | undefined;

async function made(): Promise<Softphone> {
  if (phone) return phone;
  const { Softphone } = await import("@/softphone");
  const { protocol, host } = globalThis.location;
  const url = `${protocol === "https:" ? "wss" : "ws"}://${host}/sip`;
  const one = new Softphone(url, () => void renew(one));
  one.store.subscribe(({ mediaFault }) => useLine.setState({ deaf: mediaFault !== null }));
  phone = one;
  return one;
}

/** A new account for the telephone; resolves once it is registered. */
async function renew(one: Softphone): Promise<void> {
  const { sip } = (await take(api.POST("/api/supervise/device", { body: { device: "browser" } }))) as {
    sip: Credentials;
  };
  one.start(sip);
  if (one.store.getState().registered) return;
  await new Promise<void>((done, fail) => {
    const late = setTimeout(() => {
      stop();
      fail(ownProblem("network"));
    }, REGISTER_MS);
    const stop = one.store.subscribe(({ registered }) => {
      if (!registered) return;
      clearTimeout(late);
      stop();
      done();
    });
  });
}

const pause = () => new Promise<void>((done) => setTimeout(done, PAUSE_MS));

/** Runs a verb that needs the telephone. A core that has not heard of it yet, or not any more, is given time. */
async function withLine(verb: () => Promise<unknown>): Promise<void> {
  useLine.setState({ busy: true });
  try {
    const one = await made();
    let fresh = !one.store.getState().registered;
    if (fresh) await renew(one);
    for (let left = TRIES; ; left -= 1) {
      try {
        await verb();
        return;
      } catch (thrown) {
        if (asProblem(thrown).code !== NO_DEVICE || left === 0) throw thrown;
        if (fresh) await pause();
        else {
          fresh = true;
          await renew(one);
        }
      }
    }
  } finally {
    useLine.setState({ busy: false });
  }
}

export const monitor = (agent_id: string, mode: Exclude<MonitorMode, "pull">) =>
  withLine(() =>
    take(
      api.POST("/api/supervise/agents/{agent_id}/monitor", {
        params: { path: { agent_id } },
        body: { mode },
      }),
    ),
  );

export const pull = (contact_id: string) =>
  withLine(() =>
    take(api.POST("/api/supervise/contacts/{contact_id}/pull", { params: { path: { contact_id } } })),
  );

export const end = () => take(api.POST("/api/supervise/end", {}));
