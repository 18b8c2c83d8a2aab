/** Passkeys, by the browser's own means. */

/** Whether this browser has them, on this page. */
export function passkeysAble(): boolean {
  return (
    typeof globalThis.PublicKeyCredential === "function" &&
    typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function" &&
    typeof PublicKeyCredential.parseRequestOptionsFromJSON === "function"
  );
}

type Options = Record<string, unknown>;
export type Credential = Record<string, unknown>;

/** A new passkey, as the server takes it; null when the person gave up, or the device has one already. */
export async function createPasskey(options: Options): Promise<Credential | null> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as never);
  return settled(() => navigator.credentials.create({ publicKey }));
}

/** A passkey shown, as the server takes it; null when the person gave up. */
export async function showPasskey(options: Options): Promise<Credential | null> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as never);
  return settled(() => navigator.credentials.get({ publicKey }));
}

const GIVEN_UP = new Set(["NotAllowedError", "AbortError", "InvalidStateError"]);

async function settled(ask: () => Promise<unknown>): Promise<Credential | null> {
  try {
    const made = (await ask()) as { toJSON(): Credential } | null;
    return made?.toJSON() ?? null;
  } catch (thrown) {
    // Browsers do not tell a refusal from a time-out, so that pages learn nothing of the person's devices.
    if (thrown instanceof DOMException && GIVEN_UP.has(thrown.name)) return null;
    throw thrown;
  }
}
