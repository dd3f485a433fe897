/**
 * Asking a cabinet's connection. That its isolate or its machine does not answer is no mistake of the program: it is
 * one of the answers.
 *
 * @module
 */
import { OPERATOR } from "../limits.ts";
import { type CabinetReply, type CabinetRouter, NoAnswerError, NotAskedError } from "../router/mod.ts";

/** How things are at a cabinet that is online. */
export type Status = CabinetReply & { readonly type: "status" };

/**
 * Asks how things are. `offline`: the cabinet has no connection. `unreachable`: it may have one, and whoever has it
 * does not answer.
 */
export async function askStatus(
  router: CabinetRouter,
  cabinet: string,
): Promise<Status | { readonly type: "offline" | "unreachable" }> {
  const reply = await ifReached(router.request(cabinet, { type: "status" }));
  if (reply === "unreachable") return { type: "unreachable" };
  return reply?.type === "status" ? reply : { type: "offline" };
}

/** Where that door is, as far as is known now. */
export async function askDoor(
  router: CabinetRouter,
  { cabinet, cell }: { cabinet: string; cell: number },
): Promise<"open" | "closed" | undefined> {
  const status = await askStatus(router, cabinet);
  return status.type === "status" ? status.doors.get(cell) : undefined;
}

/** Hangs up, so that the device says anew who it is; `false`: whoever has the connection did not say that he did. */
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
