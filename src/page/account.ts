import { withTimeout } from "../lib/concurrency/timeout.ts";
import type { Clock } from "./connection/socket.ts";
import type { PageState } from "./state/state.ts";
import { accountAnswerMs, renewEveryMs } from "./times.ts";

/** What the account needs from the browser. */
export interface AccountOptions {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly clock: Pick<Clock, "after">;
}

/** Signs out; harmless if the person is signed out already. `holding`: refused to a guest who rents a cell. */
export async function signOut(options: AccountOptions): Promise<"signed-out" | "holding" | "failed"> {
  try {
    const { ok, status } = await post("/me/sign-out", options);
    if (status === holdingStatus) return "holding";
    return ok || status === 401 ? "signed-out" : "failed";
  } catch {
    return "failed";
  }
}

/** The server does not sign out a guest, who would lose what is in the rented cell. */
const holdingStatus = 409;

/** Makes a function, to be called with each state, that renews the session once a day while the person rents a cell. */
export function dailyRenewal(
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

/** Removes the person's data. `leaving`: the server removes it once the person has given back the last cell. */
export async function removeData(options: AccountOptions): Promise<"removed" | "leaving" | "failed"> {
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
  return withTimeout(answer, { ms: accountAnswerMs, clock });
}
