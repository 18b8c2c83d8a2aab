import createClient from "openapi-fetch";
import { currentLocale } from "@/shared/i18n";
import { ownProblem, problemOf } from "./problem";
import type { paths } from "./schema";

const UNSAFE = new Set(["POST", "PUT", "PATCH", "DELETE"]);
const signedOut = new Set<() => void>();

/** Called when the server says that the session is over. Returns the way to stop listening. */
export function onSignedOut(handler: () => void): () => void {
  signedOut.add(handler);
  return () => signedOut.delete(handler);
}

export function announceSignedOut(): void {
  for (const handler of signedOut) handler();
}

/** The typed client. Errors are thrown as `Problem`; use it through `take`. */
export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  credentials: "same-origin",
  fetch: (request) => globalThis.fetch(request),
});

api.use({
  onRequest({ request }) {
    request.headers.set("Accept-Language", currentLocale());
    if (UNSAFE.has(request.method)) request.headers.set("X-Andon", "1");
    return request;
  },
  async onResponse({ request, response }) {
    if (response.ok) return undefined;
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => null);
    if (response.status === 401 && !/\/api\/session(\/passkey)?$/.test(request.url)) announceSignedOut();
    throw problemOf(body, response.status);
  },
  onError() {
    return ownProblem("network");
  },
});

/** Unwraps an answer: `const me = await take(api.GET("/api/me"))`. Throws `Problem`. */
export async function take<T>(
  answer: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, response } = await answer;
  if (data === undefined && response.status !== 204) throw ownProblem("bad_answer", response.status);
  return data as T;
}
