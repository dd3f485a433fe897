import { DEVICE } from "../../lib/limits.ts";
import { Networks } from "../../lib/networks.ts";
import { NoAnswerError, NotAskedError } from "../../router/mod.ts";
import { SerialBus } from "../bus/bus.ts";
import type { DeviceCabinet } from "../cabinet.ts";
import type { ServedCabinet } from "../cabinet_connection.ts";
import type { CloseReason, DeviceContext } from "../context.ts";
import { Controller } from "../controller/controller.ts";
import { refusalOf, welcomeOf } from "../controller/greeting_answers.ts";
import type { ProvenController } from "../controller/proof.ts";
import type { RegisteredDtu } from "./handshake_reader.ts";

/** The epoch in which the cabinet is served from now on, or why it is not served. */
export type ClaimResult =
  | { readonly epoch: number }
  | { readonly refused: CloseReason; readonly error?: unknown };

/**
 * Why the device may not have the cabinet: it connects from an address that is not allowed, or the cabinet
 * has a connection that is not known to be dead; `undefined`: it may. Takes up to
 * {@linkcode DEVICE.signOfLifeElsewhereMs}. Rejects only because of a bug.
 *
 * @param hostname the peer's address
 */
export async function claimRefusalOf(
  cabinet: DeviceCabinet,
  { hostname, context: { router } }: { hostname: string; context: DeviceContext },
): Promise<"address-not-allowed" | "already-connected" | undefined> {
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

/**
 * How a device's cabinet is served and what the device is sent first, or why it is not served and what it is
 * sent then.
 */
export type AdmissionResult =
  | { readonly served: ServedCabinet; readonly answer: Uint8Array | undefined }
  | { readonly refused: CloseReason; readonly answer: Uint8Array | undefined; readonly error?: unknown };

/** Admits a controller that has proved its identity, if its cabinet was claimed for it. Never rejects. */
export async function admitController(
  proven: ProvenController,
  { claim, context }: { claim: ClaimResult; context: DeviceContext },
): Promise<AdmissionResult> {
  if (!("epoch" in claim)) return { ...claim, answer: refusalOf(claim.refused) };
  const { cabinet, log } = proven;
  const { records, wallClock } = context;
  try {
    const acknowledged = await records.acknowledged(cabinet.id, log);
    const welcome = { time: Math.round(wallClock()), acknowledged };
    const createDriver: ServedCabinet["createDriver"] = (port, { now }) =>
      new Controller(proven, { port, records, welcome, now, wallClock });
    return { served: { cabinet, epoch: claim.epoch, createDriver }, answer: welcomeOf(proven, welcome) };
  } catch (error) {
    const refused = "database-unavailable";
    return { refused, answer: refusalOf(refused), error };
  }
}

/** As {@linkcode admitController}, but boards are sent nothing. */
export function admitBoards({ cabinet }: RegisteredDtu, claim: ClaimResult): AdmissionResult {
  if (!("epoch" in claim)) return { ...claim, answer: undefined };
  const createDriver: ServedCabinet["createDriver"] = (port, at) => new SerialBus(cabinet, { port, ...at });
  return { served: { cabinet, epoch: claim.epoch, createDriver }, answer: undefined };
}
