/**
 * Asking a cabinet's connection. That its isolate or its machine does not answer is not a mistake of the program: it is
 * one of the answers.
 *
 * @module
 */
import { COMMAND, OPERATOR } from "../../lib/limits.ts";
import { NoAnswerError, NotAskedError } from "../../router/mod.ts";
import type { CabinetReply, CabinetRouter } from "../../cabinet/requests.ts";
import type { CellAddress } from "../../cabinet/commands.ts";
import type { DoorReading } from "../../cabinet/doors.ts";

/** The status of a cabinet that is online. */
export type OnlineStatus = CabinetReply & { readonly type: "status" };

/**
 * Asks the cabinet's connection for its status. `offline`: the cabinet has no connection. `unreachable`: it may have one,
 * whose isolate does not answer.
 *
 * @param options.wake a person may open soon: the line is asked for a sign of life @default {false}
 */
export async function askStatus(
  router: CabinetRouter,
  cabinet: string,
  { wake = false }: { wake?: boolean } = {},
): Promise<OnlineStatus | { readonly type: "offline" | "unreachable" }> {
  const reply = await ifReached(router.request(cabinet, { type: "status", ...(wake ? { wake } : {}) }));
  if (reply === "unreachable") return { type: "unreachable" };
  return reply?.type === "status" ? reply : { type: "offline" };
}

/**
 * Has the door read. The reading is asked for after this call, so it tells of all that was sent before; what was read
 * earlier would not. Nothing: it could not be read.
 */
export async function readDoor(
  router: CabinetRouter,
  { cabinet, cell }: CellAddress,
): Promise<Partial<DoorReading>> {
  const reply = await ifReached(
    router.request(cabinet, { type: "look", cell }, { answerMs: COMMAND.lookMs }),
  );
  return reply !== "unreachable" && reply?.type === "look" ? reply : {};
}

/** Closes the device's connection, so that it registers anew; `false`: the connection's isolate did not confirm it. */
export async function hangUp(router: CabinetRouter, cabinet: string): Promise<boolean> {
  const options = { beginMs: OPERATOR.hangUpMs };
  return await ifReached(router.request(cabinet, { type: "hang-up" }, options)) !== "unreachable";
}

async function ifReached(reply: Promise<CabinetReply | undefined>) {
  try {
    return await reply;
  } catch (error) {
    if (error instanceof NotAskedError || error instanceof NoAnswerError) return "unreachable";
    throw error;
  }
}
