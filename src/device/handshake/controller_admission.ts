import type { ClaimResult } from "./claim.ts";
import type { CloseReason, DeviceContext } from "../context.ts";
import { Controller } from "../controller/controller.ts";
import type { ProvenController } from "../controller/proof.ts";
import { refusalOf, welcomeOf } from "../controller/greeting_answers.ts";
import type { ServedCabinet } from "../cabinet_connection.ts";

/**
 * How a device's cabinet is served and what the device is sent first, or why it is not served and what it is
 * sent then.
 */
export type AdmissionResult =
  | { readonly served: ServedCabinet; readonly answer: Uint8Array }
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
