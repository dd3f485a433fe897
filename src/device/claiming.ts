/**
 * Whether somebody who has said who he is becomes his cabinet's connection.
 *
 * @module
 */
import { DEVICE } from "../limits.ts";
import { Networks } from "../networks.ts";
import { NoAnswerError, NotAskedError } from "../router/mod.ts";
import type { DeviceCabinet } from "./cabinet.ts";
import type { CloseReason, DeviceContext } from "./context.ts";

/** The epoch in which the cabinet is served from now on, or why it is not. */
export type ClaimResult =
  | { readonly epoch: number }
  | { readonly refused: CloseReason; readonly error?: unknown };

/**
 * Takes the cabinet's next epoch, unless it may not connect from there, or has a connection that gives a sign of life.
 * Never rejects.
 *
 * @param hostname the peer's address
 */
export async function claimCabinet(
  cabinet: DeviceCabinet,
  { hostname, context }: { hostname: string; context: DeviceContext },
): Promise<ClaimResult> {
  if (cabinet.addresses && !new Networks(cabinet.addresses).has(hostname)) {
    context.records.intruded(cabinet.id, context.wallClock());
    return { refused: "address-not-allowed" };
  }
  if (await holderIsAlive(cabinet.id, context)) {
    context.records.intruded(cabinet.id, context.wallClock());
    return { refused: "already-connected" };
  }
  try {
    const epoch = await context.cabinets.own(cabinet);
    return epoch === undefined ? { refused: "cabinet-changed" } : { epoch };
  } catch (error) {
    return { refused: "database-unavailable", error };
  }
}

/** Whoever is not reached cannot prove it: the higher epoch keeps him from doing anything from then on. */
async function holderIsAlive(cabinet: string, { router }: DeviceContext): Promise<boolean> {
  try {
    const reply = await router.request(cabinet, { type: "prove-alive" }, {
      answerMs: DEVICE.signOfLifeMs + DEVICE.livelyMs,
    });
    return reply?.type === "prove-alive" && reply.isAlive;
  } catch (error) {
    if (error instanceof NotAskedError || error instanceof NoAnswerError) return false;
    throw error;
  }
}
