import { CONTROLLER } from "../../lib/limits.ts";
import type { CloseReason } from "../context.ts";
import { encodeLine, type GreetingRefusal } from "./lines.ts";
import { type ProvenController, timeMac } from "./proof.ts";

/** The refusal that a controller is sent, by the reason of closing. For other reasons nothing is sent. */
const REFUSALS: Partial<Record<CloseReason, GreetingRefusal>> = {
  "unauthorized": "unauthorized",
  "address-not-allowed": "address",
  "already-connected": "connected",
  "cabinet-changed": "unavailable",
  "database-unavailable": "unavailable",
};

/**
 * The welcome of a controller whose cabinet was claimed.
 *
 * @param said.time milliseconds since 1970; the controller's clock from now on
 * @param said.acknowledged the last event of its log that is stored; 0: none
 */
export function welcomeOf(
  { serviceProof, sessionKey }: Pick<ProvenController, "serviceProof" | "sessionKey">,
  { time, acknowledged }: { time: number; acknowledged: number },
): Uint8Array {
  const { heartbeatSeconds } = CONTROLLER;
  const mac = timeMac(sessionKey, { n: 0, time });
  return encodeLine({ type: "welcome", proof: serviceProof, time, mac, acknowledged, heartbeatSeconds });
}

/** What a controller is sent that is disconnected before its welcome; `undefined`: nothing. */
export function refusalOf(reason: CloseReason): Uint8Array | undefined {
  const refusal = REFUSALS[reason];
  return refusal && encodeLine({ type: "refused", reason: refusal });
}
