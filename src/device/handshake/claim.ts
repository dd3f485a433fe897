import { DEVICE } from "../../lib/limits.ts";
import { Networks } from "../../lib/networks.ts";
import { NoAnswerError, NotAskedError } from "../../router/mod.ts";
import type { DeviceCabinet } from "../cabinet.ts";
import type { CloseReason, DeviceContext } from "../context.ts";

/** The epoch in which the cabinet is served from now on, or why it is not served. */
export type ClaimResult =
  | { readonly epoch: number }
  | { readonly refused: CloseReason; readonly error?: unknown };

/** Why a claim is refused. */
export type ClaimRefusal = "address-not-allowed" | "already-connected";

/**
 * Why the device may not have the cabinet: it connects from an address that is not allowed, or the cabinet
 * has a connection that is not known to be dead; `undefined`: it may. Takes up to
 * {@linkcode DEVICE.signOfLifeElsewhereMs}. Never rejects.
 *
 * @param hostname the peer's address
 */
export async function claimRefusalOf(
  cabinet: DeviceCabinet,
  { hostname, context: { router } }: { hostname: string; context: DeviceContext },
): Promise<ClaimRefusal | undefined> {
  if (cabinet.addresses && !new Networks(cabinet.addresses).has(hostname)) return "address-not-allowed";
  try {
    const reply = await router.request(cabinet.id, { type: "prove-alive", from: hostname }, {
      answerMs: DEVICE.signOfLifeElsewhereMs + DEVICE.livelyMs,
    });
    return reply?.type === "prove-alive" && reply.isAlive ? "already-connected" : undefined;
  } catch (error) {
    // The higher epoch keeps an owner that cannot be reached from doing anything.
    if (error instanceof NotAskedError || error instanceof NoAnswerError) return undefined;
    throw error;
  }
}

/** Takes the cabinet's next epoch. Never rejects. */
export async function takeEpoch(cabinet: DeviceCabinet, { cabinets }: DeviceContext): Promise<ClaimResult> {
  try {
    const epoch = await cabinets.takeEpoch(cabinet);
    return epoch === undefined ? { refused: "cabinet-changed" } : { epoch };
  } catch (error) {
    return { refused: "database-unavailable", error };
  }
}
