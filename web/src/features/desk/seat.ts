import { create } from "zustand";
import { type AgentView, api, asProblem, type Problem, take } from "@/shared/api";
import { takeAgentView, useLive } from "@/shared/live";
import { type Credentials, inCall, Softphone } from "@/softphone";
import { answersByItself } from "./autoAnswer";

export const DEVICES = ["browser", "sip", "mobile"] as const;
export type Device = (typeof DEVICES)[number];

export type Step =
  | "waiting" // the agent's view has not come yet
  | "out"
  | "joining"
  | "in"
  | "elsewhere" // signed in at another place; asked before moving
  | "moved" // was here, another place took over
  | "other_tab"; // this browser holds the desk in another tab

interface SeatState {
  step: Step;
  device: Device;
  /** The core's name of this desk session. */
  session: string | null;
  credentials: Credentials | null;
  /** Where a desk phone may register, host and port each. */
  servers: string[];
  problem: Problem | null;
  movedAt: string | null;
  testing: boolean;
}

interface SignedIn {
  /** A mobile registers nowhere. */
  sip: (Credentials & { servers: string[]; expires_in: number }) | null;
  view: AgentView;
}

const DEVICE_KEY = "andon.device";
const CHANNEL = "andon-desk";

export const useSeat = create<SeatState>(() => ({
  step: "waiting",
  device: DEVICES.find((each) => each === localStorage.getItem(DEVICE_KEY)) ?? "browser",
  session: null,
  credentials: null,
  servers: [],
  problem: null,
  movedAt: null,
  testing: false,
}));

const { protocol, host } = globalThis.location;

/** The page's one telephone; lives as long as the page, whatever room is on show. */
export const phone = new Softphone(
  `${protocol === "https:" ? "wss" : "ws"}://${host}/sip`,
  () => {
    const { step, device } = useSeat.getState();
    if (step === "in") void joinDesk({ device, quietly: true });
  },
  answersByItself,
);

export const usePhone = phone.store;

// What the line was is kept with the contact; a page that is closed in a call does not get to say it.
usePhone.subscribe(({ measured }, before) => {
  if (measured === null || measured === before.measured) return;
  const { contactId, mos, mosLeast, lossPercent, jitterMs, rttMs, measuredMs } = measured;
  const body = {
    contact_id: contactId,
    mos,
    mos_least: mosLeast,
    loss_percent: lossPercent,
    jitter_ms: jitterMs,
    rtt_ms: rttMs,
    measured_ms: measuredMs,
  };
  void take(api.POST("/api/desk/line", { body })).catch(() => undefined);
});

/** Signs in, resumes, or moves the desk here. Problems are kept in the seat for the page to show. */
export async function joinDesk(how: {
  device: Device;
  takeOver?: boolean;
  quietly?: boolean;
}): Promise<void> {
  localStorage.setItem(DEVICE_KEY, how.device);
  if (!how.quietly) useSeat.setState({ step: "joining", device: how.device, problem: null });
  if (!(await holdTab(how.takeOver ?? false))) {
    useSeat.setState({ step: "other_tab" });
    return;
  }
  try {
    const answer = (await take(
      api.POST("/api/desk/sign-in", { body: { device: how.device, take_over: how.takeOver ?? false } }),
    )) as SignedIn;
    takeAgentView(answer.view);
    const { sip } = answer;
    const credentials = sip && { username: sip.username, secret: sip.secret, uri: sip.uri };
    const same = JSON.stringify(credentials) === JSON.stringify(useSeat.getState().credentials);
    useSeat.setState({
      step: "in",
      device: how.device,
      session: answer.view.session,
      credentials,
      servers: sip?.servers ?? [],
      problem: null,
      movedAt: null,
      // A desk phone has to be given its account first.
      testing: how.device !== "sip" && !answer.view.device_tested && !answer.view.contact,
    });
    if (how.device === "browser" && credentials) {
      if (!same || usePhone.getState().phase === "failed" || usePhone.getState().phase === "idle")
        phone.start(credentials);
    } else phone.stop();
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (how.quietly && problem.code !== "agent.signed_in_elsewhere") throw thrown;
    releaseTab();
    useSeat.setState({ step: problem.code === "agent.signed_in_elsewhere" ? "elsewhere" : "out", problem });
  }
}

/** Signs out; throws the problem when the server refuses (in a call it becomes a wish for after it). */
export async function leaveDesk(): Promise<void> {
  await take(api.POST("/api/desk/sign-out", {}));
  const view = useLive.getState().agent;
  if (!view?.contact || view.contact.phase === "wrap") vacate("out");
}

function vacate(step: Step): void {
  phone.stop();
  releaseTab();
  useSeat.setState({ step, session: null, credentials: null, testing: false });
}

/** Follows the core's view: resumes after a reload, notices a take-over, a forced sign-out, hold and mute. */
export function followView(view: AgentView | null): void {
  const seat = useSeat.getState();
  if (!view) return;
  if (seat.step === "waiting") {
    if (!view.signed_in) useSeat.setState({ step: "out" });
    else void joinDesk({ device: view.device ?? "browser" });
    return;
  }
  if (seat.step !== "in") return;
  if (!view.signed_in) {
    vacate("out");
    return;
  }
  if (view.session && seat.session && view.session !== seat.session) {
    vacate("moved");
    useSeat.setState({ movedAt: view.server_time });
    return;
  }
  if (seat.device !== "browser" || !view.contact) return;
  const { phase } = usePhone.getState();
  if (phase === "talking" && view.contact.phase === "held") phone.setHeld(true);
  if (phase === "held" && view.contact.phase === "talking") phone.setHeld(false);
}

export function openTest(open: boolean): void {
  useSeat.setState({ testing: open });
}

/** True while leaving the page would cut a conversation. */
export function talkingHere(): boolean {
  return inCall(usePhone.getState().phase);
}

// One tab of a browser at a time: they share the session, and the engine keeps one registration.

let releaseLock: (() => void) | undefined;
const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel(CHANNEL);

channel?.addEventListener("message", (event) => {
  if (event.data === "move" && useSeat.getState().step === "in") vacate("other_tab");
});

function holdTab(force: boolean): Promise<boolean> {
  const locks = navigator.locks as LockManager | undefined;
  if (!locks || releaseLock) return Promise.resolve(true);
  if (force) channel?.postMessage("move");
  return new Promise((answered) => {
    const hold = (lock: Lock | null) => {
      if (!lock) {
        answered(false);
        return undefined;
      }
      answered(true);
      return new Promise<void>((release) => {
        releaseLock = release;
      });
    };
    void (
      force
        ? locks.request(CHANNEL, { steal: true }, hold)
        : locks.request(CHANNEL, { ifAvailable: true }, hold)
    ).catch(() => {
      // Stolen by another tab that was told to use the desk there.
      releaseLock = undefined;
      if (useSeat.getState().step === "in") vacate("other_tab");
    });
  });
}

function releaseTab(): void {
  releaseLock?.();
  releaseLock = undefined;
}
