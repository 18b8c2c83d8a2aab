import { create } from "zustand";
import { asProblem, ownProblem } from "@/shared/api";
import type { Credentials } from "./machine";
import type { Softphone } from "./phone";

const REGISTER_MS = 8000;
const TRIES = 12;
const PAUSE_MS = 250;

interface Line {
  /** The microphone cannot be used: whoever is here hears and is not heard. */
  deaf: boolean;
  /** A verb is under way. */
  busy: boolean;
}

const pause = () => new Promise<void>((done) => setTimeout(done, PAUSE_MS));

/**
 * A telephone of the page's own: made when a verb first needs it, answered by itself because whoever is here
 * asked for the call, kept while the page lives.
 */
export class OwnLine {
  readonly store = create<Line>(() => ({ deaf: false, busy: false }));
  private phone: Softphone | undefined;

  /** `account` asks for a new account; `noDevice` is the refusal of a core that does not know the telephone. */
  constructor(
    private readonly account: () => Promise<Credentials>,
    private readonly noDevice: string,
  ) {}

  /** Runs a verb that needs the telephone. A core that has not heard of it yet, or not any more, is given time. */
  async run<T>(verb: () => Promise<T>): Promise<T> {
    this.store.setState({ busy: true });
    try {
      const one = await this.made();
      let fresh = !one.store.getState().registered;
      if (fresh) await this.renew(one);
      for (let left = TRIES; ; left -= 1) {
        try {
          return await verb();
        } catch (thrown) {
          if (asProblem(thrown).code !== this.noDevice || left === 0) throw thrown;
          if (fresh) await pause();
          else {
            fresh = true;
            await this.renew(one);
          }
        }
      }
    } finally {
      this.store.setState({ busy: false });
    }
  }

  /** Resolves once the telephone is there. */
  async wake(): Promise<void> {
    const one = await this.made();
    if (!one.store.getState().registered) await this.renew(one);
  }

  private async made(): Promise<Softphone> {
    if (this.phone) return this.phone;
    const { Softphone } = await import("./phone");
    const { protocol, host } = globalThis.location;
    const url = `${protocol === "https:" ? "wss" : "ws"}://${host}/sip`;
    const one = new Softphone(url, () => void this.renew(one));
    one.store.subscribe(({ mediaFault }) => this.store.setState({ deaf: mediaFault !== null }));
    this.phone = one;
    return one;
  }

  /** A new account for the telephone; resolves once it is registered. */
  private async renew(one: Softphone): Promise<void> {
    one.start(await this.account());
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
}
