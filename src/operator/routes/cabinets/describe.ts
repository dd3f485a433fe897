import { cabinetBody, type DescribedCabinet } from "../../../cabinet/description_body.ts";
import { patchedCabinet } from "../../../cabinet/description_patch.ts";
import { OPERATOR } from "../../../lib/limits.ts";
import { type Actor, type Cabinet, isWithinScope, versionOf } from "../../../locker/mod.ts";
import type { Caller } from "../../../staff/mod.ts";
import type { OperatorContext } from "../../context.ts";
import { Problem } from "../../problem.ts";
import { cabinetOf, checked, found } from "../../requests.ts";
import { refuseUnlessMayDescribe } from "../../special_rights.ts";
import type { IsAsWanted } from "./etags.ts";

/** The cabinet is not as the request wants it to be that changes it. */
export class StaleError extends Error {
  override name = "StaleError";
}

/** What describes cabinets. */
type Parts = Pick<OperatorContext, "cabinets" | "auditLog">;

/** Who describes which cabinet. */
interface Describing {
  readonly id: string;
  readonly caller: Caller;
  readonly actor: Actor;
  /** @default {undefined} as it may be */
  readonly isAsWanted: IsAsWanted | undefined;
}

/**
 * Creates the cabinet or replaces its description. That is noted before it is done.
 *
 * @throws {Problem} if the caller may not describe it so
 * @throws {StaleError} if the cabinet is not as it is wanted to be
 */
export async function replace(
  { body, ...describing }: Describing & { body: DescribedCabinet },
  parts: Parts,
): Promise<"created" | "replaced"> {
  return await describe({ ...describing, body, act: "put" }, parts);
}

/**
 * Changes parts of the cabinet's description. What others change meanwhile stays: the patch is then made of that.
 *
 * @throws {Problem} if what comes of it is not a description, or the caller may not describe it so
 * @throws {StaleError} if the cabinet is not as it is wanted to be
 */
export async function patch(
  { changes, ...describing }: Describing & { changes: Readonly<Record<string, unknown>> },
  parts: Parts,
): Promise<void> {
  const { id, caller, isAsWanted } = describing;
  if (Object.hasOwn(changes, "id") && changes["id"] !== id) {
    throw new Problem(422, `id: this cabinet is ${id}, and stays so; leave it out`);
  }
  for (let tries = 1;; tries++) {
    const before = await cabinetOf(id, { caller, cabinets: parts.cabinets });
    if (isAsWanted?.(before) === false) throw new StaleError();
    const body = checked(cabinetBody, patchedCabinet(before, changes), "body");
    const isSame = (now: Cabinet | undefined) => now !== undefined && versionOf(now) === versionOf(before);
    const subject = Object.keys(changes).sort().join(", ").slice(0, OPERATOR.textMax);
    try {
      await describe({ ...describing, isAsWanted: isSame, body, act: "patch", subject }, parts);
      return;
    } catch (error) {
      // What `isAsWanted` says of what is there now is asked again.
      if (!(error instanceof StaleError)) throw error;
      if (tries === OPERATOR.patchTriesMax) {
        throw new Problem(409, `Cabinet ${id} is being changed again and again: try again`, { code: "busy" });
      }
    }
  }
}

async function describe(
  { id, body, caller, actor, isAsWanted, ...noted }: Describing & {
    body: DescribedCabinet;
    act: "put" | "patch";
    subject?: string;
  },
  { cabinets, auditLog }: Parts,
): Promise<"created" | "replaced"> {
  const { organization } = caller;
  const wanted = { ...body, id, organization };
  const own = { organization };
  const [before, held] = [await cabinets.findWithin(own, id), await cabinets.heldCells(own, id)];
  refuseUnlessMayDescribe(caller, { wanted, before, held });
  if (isAsWanted?.(before) === false) throw new StaleError();
  await auditLog.note(actor, { ...noted, cabinet: id });
  let isThere = false;
  // Asked once more inside its transaction: a person may have been given a cell meanwhile.
  return await cabinets.put(wanted, {
    scope: caller.tags,
    confirm: async (trx, now) => {
      await actor.confirm?.(trx);
      refuseUnlessMayDescribe(caller, { wanted, ...now });
      if (isAsWanted?.(now.before) === false) throw new StaleError();
      isThere = now.before !== undefined;
    },
    settle: (done) => {
      // Another transaction made it at the same moment.
      if (isAsWanted && !isThere && done === "replaced") throw new StaleError();
    },
  });
}

/**
 * Removes the cabinet. That is noted before it is done.
 *
 * @throws {StaleError} if the cabinet is not as it is wanted to be
 */
export async function remove(
  { cabinet, caller, actor, isAsWanted }: Pick<Describing, "caller" | "actor" | "isAsWanted"> & {
    cabinet: Cabinet;
  },
  { cabinets, auditLog }: Parts,
): Promise<void> {
  if (isAsWanted?.(cabinet) === false) throw new StaleError();
  await auditLog.note(actor, { act: "delete", cabinet: cabinet.id });
  const isRemoved = await cabinets.remove(cabinet, {
    confirm: async (trx, before) => {
      await actor.confirm?.(trx);
      // Others may have changed its tags meanwhile.
      found(isWithinScope(caller.tags, before.tags) ? before : undefined, "cabinet", before.id);
      if (isAsWanted?.(before) === false) throw new StaleError();
    },
  });
  if (!isRemoved && isAsWanted) throw new StaleError();
}
