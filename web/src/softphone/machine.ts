import { assign, emit, type SnapshotFrom, setup } from "xstate";

/** SIP account of one desk session. `uri` is the address of record, for instance `sip:u0123@127.0.0.1`. */
export interface Credentials {
  username: string;
  secret: string;
  uri: string;
}

export type MediaFault = "insecure" | "denied" | "missing" | "busy" | "failed";

export type EndedBy = "remote" | "local" | "system";

interface Context {
  credentials: Credentials | null;
  /** Registrations refused in a row. */
  refusals: number;
  /** The contact of the call that rings or goes on. */
  contactId: string | null;
  ended: { contactId: string | null; cause: string; by: EndedBy } | null;
  mediaFault: MediaFault | null;
}

export type PhoneEvent =
  | { type: "START"; credentials: Credentials }
  | { type: "STOP" }
  | { type: "RETRY" }
  | { type: "REGISTERED" }
  | { type: "REFUSED"; cause: string }
  | { type: "DISCONNECTED" }
  | { type: "INVITED"; contactId: string }
  | { type: "ANSWER" }
  | { type: "REJECT" }
  | { type: "ACCEPTED" }
  | { type: "MEDIA_FAILED"; fault: MediaFault }
  | { type: "HELD" }
  | { type: "RETRIEVED" }
  | { type: "HANG_UP" }
  | { type: "ENDED"; cause: string; by: EndedBy };

/** A secret refused this often in a row is stale: the desk asks the server for a new one. */
export const REFUSALS_MOST = 3;
const RETRY_MS = 1500;
const ANSWER_LIMIT_MS = 12_000;

/**
 * The softphone, in two halves that live side by side, because a call survives its signalling:
 * `line` (is the account registered) and `call` (what the one call does). The actions are given from outside.
 */
export const softphoneMachine = setup({
  types: {
    context: {} as Context,
    events: {} as PhoneEvent,
    emitted: {} as { type: "STALE" },
  },
  actions: {
    open: (_, _params: { credentials: Credentials }) => {},
    close: () => {},
    register: () => {},
    prepare: () => {},
    accept: () => {},
    refuse: () => {},
    hangUp: () => {},
    release: () => {},
  },
  guards: {
    worn: ({ context }) => context.refusals + 1 >= REFUSALS_MOST,
  },
  delays: {
    retry: ({ context }) => RETRY_MS * 2 ** Math.min(context.refusals, 4),
    answerLimit: ANSWER_LIMIT_MS,
  },
}).createMachine({
  id: "softphone",
  type: "parallel",
  context: { credentials: null, refusals: 0, contactId: null, ended: null, mediaFault: null },
  states: {
    line: {
      initial: "idle",
      on: {
        START: {
          target: ".registering",
          reenter: true,
          actions: [
            assign({ credentials: ({ event }) => event.credentials, refusals: 0 }),
            { type: "open", params: ({ event }) => ({ credentials: event.credentials }) },
          ],
        },
        STOP: { target: ".idle", actions: ["close", assign({ credentials: null })] },
      },
      states: {
        idle: {},
        registering: {
          on: {
            REGISTERED: { target: "registered", actions: assign({ refusals: 0 }) },
            REFUSED: [
              { guard: "worn", target: "failed", actions: emit({ type: "STALE" }) },
              { target: "waiting", actions: assign({ refusals: ({ context }) => context.refusals + 1 }) },
            ],
          },
        },
        waiting: {
          // The engine may be starting and not know the account yet: try again, slower each time.
          after: { retry: { target: "registering", actions: "register" } },
          on: { REGISTERED: { target: "registered", actions: assign({ refusals: 0 }) } },
        },
        registered: {
          on: {
            DISCONNECTED: "registering",
            REFUSED: {
              target: "waiting",
              actions: assign({ refusals: ({ context }) => context.refusals + 1 }),
            },
          },
        },
        failed: {
          on: { RETRY: { target: "registering", actions: [assign({ refusals: 0 }), "register"] } },
        },
      },
    },
    call: {
      initial: "none",
      states: {
        none: {
          entry: assign({ contactId: null }),
          on: {
            INVITED: {
              target: "ringing",
              actions: assign({ contactId: ({ event }) => event.contactId, ended: null, mediaFault: null }),
            },
          },
        },
        ringing: {
          entry: "prepare",
          on: {
            ANSWER: "answering",
            REJECT: { target: "ended", actions: ["refuse", ended("rejected", "local")] },
            ENDED: { target: "ended", actions: endedByEvent() },
            MEDIA_FAILED: { actions: assign({ mediaFault: ({ event }) => event.fault }) },
          },
        },
        answering: {
          entry: "accept",
          after: { answerLimit: { target: "ended", actions: ["hangUp", ended("answer_timeout", "system")] } },
          on: {
            ACCEPTED: "talking",
            MEDIA_FAILED: {
              target: "ended",
              actions: [
                "refuse",
                assign({ mediaFault: ({ event }) => event.fault }),
                ended("media", "system"),
              ],
            },
            ENDED: { target: "ended", actions: endedByEvent() },
            HANG_UP: { target: "ended", actions: ["hangUp", ended("hung_up", "local")] },
          },
        },
        talking: {
          on: {
            HELD: "held",
            ENDED: { target: "ended", actions: endedByEvent() },
            HANG_UP: { target: "ended", actions: ["hangUp", ended("hung_up", "local")] },
          },
        },
        held: {
          on: {
            RETRIEVED: "talking",
            ENDED: { target: "ended", actions: endedByEvent() },
            HANG_UP: { target: "ended", actions: ["hangUp", ended("hung_up", "local")] },
          },
        },
        ended: { entry: "release", always: "none" },
      },
    },
  },
});

function ended(cause: string, by: EndedBy) {
  return assign<Context, PhoneEvent, undefined, PhoneEvent, never>({
    ended: ({ context }) => ({ contactId: context.contactId, cause, by }),
  });
}

function endedByEvent() {
  return assign<Context, Extract<PhoneEvent, { type: "ENDED" }>, undefined, PhoneEvent, never>({
    ended: ({ context, event }) => ({ contactId: context.contactId, cause: event.cause, by: event.by }),
  });
}

export type PhonePhase =
  | "idle"
  | "registering"
  | "registered"
  | "failed"
  | "ringing"
  | "answering"
  | "talking"
  | "held";

type PhoneSnapshot = SnapshotFrom<typeof softphoneMachine>;

/** Both halves as one word: the call where there is one, else the line. */
export function phaseOf(snapshot: PhoneSnapshot): PhonePhase {
  const { line, call } = snapshot.value as { line: string; call: string };
  if (call !== "none" && call !== "ended") return call as PhonePhase;
  return line === "waiting" ? "registering" : (line as PhonePhase);
}

/** True while a call is up, whatever the line does. */
export function inCall(phase: PhonePhase): boolean {
  return phase === "answering" || phase === "talking" || phase === "held";
}
