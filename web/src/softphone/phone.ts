import { createActor } from "xstate";
import { create } from "zustand";
import { type EchoResult, echoTest } from "./echo";
import { type Credentials, inCall, type PhonePhase, phaseOf, softphoneMachine } from "./machine";
import { audioChoice, closeStream, faultOf, openMicrophone, playThrough } from "./media";
import { LineLog, type LineSummary } from "./mos";
import { type Quality, qualityOf, type Reading, read } from "./quality";
import { Signalling } from "./signalling";
import { beep } from "./sounds";

const STATS_EVERY_MS = 2000;

interface PhoneState {
  phase: PhonePhase;
  registered: boolean;
  /** Contact of the call that rings or goes on here. */
  contactId: string | null;
  mediaFault: ReturnType<typeof faultOf> | null;
  /** How the last call here ended. */
  ended: { contactId: string | null; cause: string; by: string } | null;
  quality: Quality | null;
  /** The microphone was muted on this page. */
  muted: boolean;
  /** What the line of the last call here was. */
  measured: (LineSummary & { contactId: string }) | null;
}

const nothing: PhoneState = {
  phase: "idle",
  registered: false,
  contactId: null,
  mediaFault: null,
  ended: null,
  quality: null,
  muted: false,
  measured: null,
};

/** The browser's telephone: JsSIP, the microphone, the speaker and the machine that says what is allowed. */
export class Softphone {
  readonly store = create<PhoneState>(() => nothing);
  private readonly signalling: Signalling;
  private readonly actor;
  private readonly remote = new Audio();
  private microphone: Promise<MediaStream> | undefined;
  private before: Reading | undefined;
  private log: { contactId: string; line: LineLog } | undefined;
  private statsTimer: ReturnType<typeof setInterval> | undefined;

  /**
   * `onStale` is called when the secret is refused for good and a new one is needed; `byItself` says whether a
   * call is answered without being asked, after a beep.
   */
  constructor(url: string, onStale: () => void, byItself: () => boolean = () => false) {
    this.remote.autoplay = true;
    this.remote.dataset.andon = "remote-audio";
    this.signalling = new Signalling(url, {
      onRegistered: () => this.actor.send({ type: "REGISTERED" }),
      onRefused: (cause) => this.actor.send({ type: "REFUSED", cause }),
      onDisconnected: () => this.actor.send({ type: "DISCONNECTED" }),
      onInvited: (contactId, returned) => {
        this.actor.send({ type: "INVITED", contactId });
        if (!returned && byItself()) beep();
        else if (!returned) return;
        this.actor.send({ type: "ANSWER" });
      },
      onAccepted: () => this.actor.send({ type: "ACCEPTED" }),
      onEnded: (cause, by) => this.actor.send({ type: "ENDED", cause, by }),
      onRemoteAudio: (stream) => this.hear(stream),
    });
    this.actor = createActor(
      softphoneMachine.provide({
        actions: {
          open: (_, { credentials }) => this.signalling.open(credentials),
          close: () => this.signalling.close(),
          register: () => this.signalling.register(),
          prepare: () => this.openMicrophone(),
          accept: () => void this.accept(),
          refuse: () => this.signalling.refuse(),
          hangUp: () => this.signalling.hangUp(),
          release: () => this.release(),
        },
      }),
    );
    this.actor.on("STALE", onStale);
    this.actor.subscribe((snapshot) => {
      const { contactId, mediaFault, ended } = snapshot.context;
      this.store.setState({
        phase: phaseOf(snapshot),
        registered: snapshot.matches({ line: "registered" }),
        contactId,
        mediaFault,
        ended,
      });
    });
    this.actor.start();
  }

  start(credentials: Credentials): void {
    this.actor.send({ type: "START", credentials });
  }

  stop(): void {
    this.actor.send({ type: "HANG_UP" });
    this.actor.send({ type: "STOP" });
  }

  retry(): void {
    this.actor.send({ type: "RETRY" });
  }

  answer(): void {
    this.actor.send({ type: "ANSWER" });
  }

  /** Ends the call from this side without the server, for when the server cannot be reached. */
  hangUp(): void {
    this.actor.send({ type: this.store.getState().phase === "ringing" ? "REJECT" : "HANG_UP" });
  }

  /** Follows the core: it puts the caller on music, the agent's own leg stays up. */
  setHeld(held: boolean): void {
    this.actor.send({ type: held ? "HELD" : "RETRIEVED" });
  }

  /** Closes the microphone at its source, so that nothing leaves the page even before the core has heard. */
  setMuted(muted: boolean): void {
    this.store.setState({ muted });
    this.signalling.setMuted(muted);
  }

  echo(): Promise<EchoResult> {
    return echoTest(this.signalling);
  }

  private openMicrophone(): void {
    const opening = openMicrophone();
    this.microphone = opening;
    opening.catch((thrown) => {
      if (this.microphone === opening) this.actor.send({ type: "MEDIA_FAILED", fault: faultOf(thrown) });
    });
  }

  private async accept(): Promise<void> {
    if (!this.microphone || this.store.getState().mediaFault) this.openMicrophone();
    const opening = this.microphone;
    try {
      const stream = await opening;
      if (stream && this.microphone === opening && this.actor.getSnapshot().matches({ call: "answering" })) {
        this.signalling.answer(stream);
        this.watch();
      }
    } catch (thrown) {
      this.actor.send({ type: "MEDIA_FAILED", fault: faultOf(thrown) });
    }
  }

  private hear(stream: MediaStream): void {
    this.remote.srcObject = stream;
    void playThrough(this.remote, audioChoice().speaker).catch(() => undefined);
    void this.remote.play().catch(() => undefined);
    if (!this.remote.isConnected) document.body.append(this.remote);
  }

  private watch(): void {
    this.before = undefined;
    const { contactId } = this.store.getState();
    this.log = contactId === null ? undefined : { contactId, line: new LineLog(STATS_EVERY_MS) };
    clearInterval(this.statsTimer);
    this.statsTimer = setInterval(() => void this.measure(), STATS_EVERY_MS);
  }

  private async measure(): Promise<void> {
    const connection = this.signalling.connection;
    if (!connection || !inCall(this.store.getState().phase)) return;
    const now = await read(connection);
    // The first reading is only the ground for the next: what is lost while a call is set up tells nothing.
    if (this.before) {
      const quality = qualityOf(this.before, now);
      this.store.setState({ quality });
      this.log?.line.add(quality);
    }
    this.before = now;
  }

  private release(): void {
    clearInterval(this.statsTimer);
    const opening = this.microphone;
    this.microphone = undefined;
    void opening?.then(closeStream, ignoreFault);
    this.remote.srcObject = null;
    const line = this.log?.line.summary();
    const measured = line && this.log ? { ...line, contactId: this.log.contactId } : null;
    this.log = undefined;
    this.store.setState({ quality: null, muted: false, ...(measured ? { measured } : {}) });
  }
}

/** Whoever opened the microphone already told of its failure. */
function ignoreFault(): void {}
