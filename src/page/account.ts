/**
 * What a person does about himself: sign out, and have removed what is known of him.
 *
 * @module
 */
import { inTime } from "./deadline.ts";
import type { Clock } from "./socket.ts";
import { accountAnswerMs } from "./times.ts";

/** What this needs from the browser. */
export interface AccountOptions {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly clock: Pick<Clock, "after">;
}

/** Signs out; whether that worked. Who is signed out already is so. */
export async function signOut(options: AccountOptions): Promise<boolean> {
  try {
    const { ok, status } = await post("/me/sign-out", options);
    return ok || status === 401;
  } catch {
    return false;
  }
}

/** Has removed what is known of the person. `leaving`: not before the last thing is taken out. */
export async function remove(options: AccountOptions): Promise<"removed" | "leaving" | "failed"> {
  try {
    const response = await post("/me/remove", options);
    if (!response.ok) return "failed";
    const { removed } = await response.json();
    return removed === true ? "removed" : "leaving";
  } catch {
    return "failed";
  }
}

function post(path: string, { fetch, clock }: AccountOptions): Promise<Response> {
  const headers = { "content-type": "application/json" };
  const answer = fetch(path, { method: "POST", headers, body: "{}", credentials: "same-origin" });
  return inTime(answer, { clock, ms: accountAnswerMs });
}
