import { api, take } from "@/shared/api";
import type { components } from "@/shared/api/schema";

type Ice = components["schemas"]["Ice"];

const ASK_MS = 3000;
const NONE: RTCConfiguration = { iceServers: [] };

let known: { config: RTCConfiguration; staleAt: number } | undefined;
let asking: Promise<RTCConfiguration> | undefined;

/**
 * How sound gets from this page to the engine. Asked again when half of what the credential is good for has gone
 * by, so that a page left open all day can always take a call; never throws: without the server it is what was
 * known last, or the straight way.
 */
export function ways(): Promise<RTCConfiguration> {
  if (known && Date.now() < known.staleAt) return Promise.resolve(known.config);
  asking ??= ask().finally(() => {
    asking = undefined;
  });
  return asking;
}

async function ask(): Promise<RTCConfiguration> {
  try {
    const ice = await take(api.GET("/api/phone/ice", { signal: AbortSignal.timeout(ASK_MS) }));
    known = { config: configOf(ice), staleAt: Date.now() + (ice.expires_in / 2) * 1000 };
  } catch {
    // Who is logged out or cut off has no call to set up; the next one asks again.
  }
  return known?.config ?? NONE;
}

/** The server's answer as the browser takes it. */
export function configOf(ice: Ice): RTCConfiguration {
  return {
    iceServers: ice.servers.map(({ urls, username, credential }) =>
      username ? { urls, username, credential } : { urls },
    ),
    ...(ice.relay_only ? { iceTransportPolicy: "relay" as const } : {}),
  };
}

/** Whether a relay is among the ways. */
export function relays(config: RTCConfiguration): boolean {
  return (config.iceServers ?? []).some(({ urls }) => [urls].flat().some((url) => url.startsWith("turn")));
}

const NEXT_MS = 400;
const RELAY_MS = 5000;

/**
 * How long an answer waits for one more candidate instead of for interfaces that never come. The relay's takes some
 * round trips and may be the only way, so it is waited for; a relay that did not come the last time is not.
 */
export class Patience {
  private missed = false;

  /** In ms, `gone` ms after the first candidate; `wanting`: the relay's has not come yet. */
  left(gone: number, wanting: boolean): number {
    return wanting && !this.missed ? Math.max(0, RELAY_MS - gone) : NEXT_MS;
  }

  relayCame(): void {
    this.missed = false;
  }

  /** The answer went out without it. */
  relayMissed(): void {
    this.missed = true;
  }
}
