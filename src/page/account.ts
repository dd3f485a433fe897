/**
 * What a person does about himself: sign out, stay signed in, and have removed what is known of him.
 *
 * @module
 */
import { inTime } from "./connection/deadline.ts";
import type { Clock } from "./connection/socket.ts";
import type { PageState } from "./state/state.ts";
import { accountAnswerMs, renewEveryMs } from "./times.ts";

/** What this needs from the browser. */
export interface AccountOptions {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly clock: Pick<Clock, "after">;
}

/** Signs out; who is signed out already is so. `holding`: a guest has something in a cell. */
export async function signOut(options: AccountOptions): Promise<"signed-out" | "holding" | "failed"> {
  try {
    const { ok, status } = await post("/me/sign-out", options);
    if (status === holdingStatus) return "holding";
    return ok || status === 401 ? "signed-out" : "failed";
  } catch {
    return "failed";
  }
}

/** The server keeps a guest who would lose what is in a cell. */
const holdingStatus = 409;

/** Has the session of a page that is open for long renewed, once a day while the person has a cell. */
export function renewing(
  options: AccountOptions & { readonly clock: Clock },
): (state: Pick<PageState, "rentals">) => void {
  const { clock } = options;
  let renewedAtMs = clock.now();
  return ({ rentals }) => {
    if (rentals.length === 0 || clock.now() - renewedAtMs < renewEveryMs) return;
    renewedAtMs = clock.now();
    post("/me/renew", options).catch(() => undefined);
  };
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
