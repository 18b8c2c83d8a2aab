import type { UA } from "jssip";
import type { RTCSession } from "jssip/lib/RTCSession";
import { Patience, relays, ways } from "./ice";
import type { Credentials, EndedBy } from "./machine";

/** The header by which the core names the contact an invitation belongs to; calls without it are refused. */
export const CONTACT_HEADER = "X-Andon-Contact";
/** The call goes on that this page lost, by a reload for instance: it is answered without asking. */
const RETURN_HEADER = "X-Andon-Return";
const REGISTER_EXPIRES_S = 120;
const LOAD_AGAIN_MS = 1500;

export interface LineListener {
  onRegistered(): void;
  onRefused(cause: string): void;
  onDisconnected(): void;
  onInvited(contactId: string, returned: boolean): void;
  onAccepted(): void;
  onRemoteAudio(stream: MediaStream): void;
  onEnded(cause: string, by: EndedBy): void;
}

/** SIP over the WebSocket of the page's own origin. Holds at most one call. */
export class Signalling {
  private agent: UA | undefined;
  /** Of the line that is wanted now; another one while JsSIP was on its way makes it void. */
  private wanted: Credentials | undefined;
  private session: RTCSession | undefined;
  private readonly patience = new Patience();

  constructor(
    private readonly url: string,
    private readonly listener: LineListener,
  ) {}

  open(credentials: Credentials): void {
    this.close();
    this.wanted = credentials;
    void ways();
    import("./sip").then(
      (sip) => this.wanted === credentials && this.connect(sip, credentials),
      () => setTimeout(() => this.wanted === credentials && this.open(credentials), LOAD_AGAIN_MS),
    );
  }

  private connect({ UA, WebSocketInterface }: typeof import("./sip"), credentials: Credentials): void {
    const agent = new UA({
      sockets: [new WebSocketInterface(this.url)],
      uri: credentials.uri,
      authorization_user: credentials.username,
      password: credentials.secret,
      register: true,
      register_expires: REGISTER_EXPIRES_S,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 8,
      user_agent: "Andon desk",
    });
    this.agent = agent;
    const current = () => this.agent === agent;
    agent.on("registered", () => current() && this.listener.onRegistered());
    agent.on("registrationFailed", (event) => {
      if (!current()) return;
      // Without an answer the line itself failed; JsSIP reconnects and registers again by itself.
      const code = event.response?.status_code;
      if (code === undefined) this.listener.onDisconnected();
      else this.listener.onRefused(String(code));
    });
    agent.on("unregistered", () => current() && this.listener.onDisconnected());
    agent.on("disconnected", () => current() && this.listener.onDisconnected());
    agent.on("newRTCSession", (event: { originator: string; session: RTCSession; request: unknown }) => {
      if (!current() || event.originator !== "remote") return;
      const request = event.request as { getHeader(name: string): string | undefined };
      const returned = request.getHeader(RETURN_HEADER) !== undefined;
      this.invited(event.session, request.getHeader(CONTACT_HEADER), returned);
    });
    agent.start();
  }

  close(): void {
    const agent = this.agent;
    this.agent = undefined;
    this.wanted = undefined;
    agent?.stop();
  }

  register(): void {
    if (this.agent?.isConnected()) this.agent.register();
  }

  answer(microphone: MediaStream): void {
    const session = this.session;
    void ways().then((pcConfig) => {
      if (!session || this.session !== session || session.isEnded()) return;
      session.answer({ mediaStream: microphone, pcConfig });
      this.hurryIce(session, relays(pcConfig));
    });
  }

  refuse(): void {
    if (this.session && !this.session.isEnded()) this.session.terminate({ status_code: 486 });
  }

  hangUp(): void {
    if (this.session && !this.session.isEnded()) this.session.terminate();
  }

  setMuted(muted: boolean): void {
    if (muted) this.session?.mute({ audio: true });
    else this.session?.unmute({ audio: true });
  }

  /** The media connection of the call, if one is up. */
  get connection(): RTCPeerConnection | undefined {
    return this.session?.connection ?? undefined;
  }

  /** Calls the engine's own echo. Rejects when it cannot be reached; `stop` ends the call. */
  async echo(
    sound: MediaStream,
  ): Promise<{ connection: RTCPeerConnection; remote: MediaStream; stop(): void }> {
    const pcConfig = await ways();
    const agent = this.agent;
    if (!agent?.isRegistered() || this.session) throw new Error("not registered");
    return new Promise((resolve, reject) => {
      const session = agent.call("echo", { mediaStream: sound, pcConfig });
      this.session = session;
      this.hurryIce(session, relays(pcConfig));
      const remote = new Promise<MediaStream>((found) => {
        session.connection?.addEventListener("track", (event) => {
          found(event.streams[0] ?? new MediaStream([event.track]));
        });
      });
      session.on("confirmed", () => {
        void remote.then((stream) =>
          resolve({
            connection: session.connection,
            remote: stream,
            stop: () => {
              if (!session.isEnded()) session.terminate();
            },
          }),
        );
      });
      const over = (event: { cause: string }) => {
        if (this.session === session) this.session = undefined;
        reject(new Error(event.cause));
      };
      session.on("failed", over);
      session.on("ended", over);
    });
  }

  private invited(session: RTCSession, contactId: string | undefined, returned: boolean): void {
    if (!contactId) {
      session.terminate({ status_code: 403 });
      return;
    }
    if (this.session) {
      session.terminate({ status_code: 486 });
      // The engine gave our leg up and dials anew: it is told busy, ends here too, and the next try gets through.
      if (returned) this.hangUp();
      return;
    }
    this.session = session;
    void ways(); // known by the time somebody answers
    session.on("peerconnection", ({ peerconnection }) => {
      peerconnection.addEventListener("track", (event) => {
        this.listener.onRemoteAudio(event.streams[0] ?? new MediaStream([event.track]));
      });
    });
    session.on("confirmed", () => this.listener.onAccepted());
    const over = (event: { cause: string; originator: string }) => {
      if (this.session !== session) return;
      this.session = undefined;
      const by = event.originator === "local" || event.originator === "remote" ? event.originator : "system";
      this.listener.onEnded(event.cause, by);
    };
    session.on("ended", over);
    session.on("failed", over);
    this.listener.onInvited(contactId, returned);
  }

  /** Answers go out with the candidates found so far instead of waiting for interfaces that never come. */
  private hurryIce(session: RTCSession, relayed: boolean): void {
    let relay = false;
    let begun: number | undefined;
    let patience: ReturnType<typeof setTimeout> | undefined;
    session.connection?.addEventListener("icecandidate", ({ candidate }) => {
      if (candidate?.type === "relay") this.patience.relayCame();
    });
    session.on("icecandidate", ({ candidate, ready }) => {
      relay ||= candidate.type === "relay";
      const now = performance.now();
      begun ??= now;
      clearTimeout(patience);
      patience = setTimeout(
        () => {
          if (relayed && !relay) this.patience.relayMissed();
          ready();
        },
        this.patience.left(now - begun, relayed && !relay),
      );
    });
    session.on("ended", () => clearTimeout(patience));
    session.on("failed", () => clearTimeout(patience));
  }
}
