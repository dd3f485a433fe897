/**
 * What a role may only under conditions: the rules that a route's permission alone cannot say.
 *
 * @module
 */
import type { Context } from "hono";
import { isDeepStrictEqual } from "node:util";
import type { CabinetDescription } from "../cabinet/description.ts";
import { DEFAULT_RULES } from "../cabinet/rules.ts";
import {
  type Cabinet,
  type CabinetBefore,
  concernsDevice,
  type Description,
  IdTakenError,
  isWithinScope,
  scopeMistake,
} from "../locker/mod.ts";
import type { Caller } from "../staff/mod.ts";
import { isAllowed } from "./access.ts";
import type { OperatorContext } from "./context.ts";
import { Problem } from "./problem.ts";
import { cabinetOf } from "./requests.ts";

/**
 * Cells that people have, and lines that can open them, are not for installers.
 *
 * @param cell the cell that would be opened @default {undefined} any of them
 * @throws {Problem} if a person has it and the caller may not open such cells
 */
export async function refuseUnlessMayTouchHeld(
  caller: Caller,
  { cabinet, cell, cabinets }: { cabinet: string; cell?: number } & Pick<OperatorContext, "cabinets">,
): Promise<void> {
  if (isAllowed(caller, "attend")) return;
  const held = (await cabinets.heldCells(caller, cabinet)).find((one) => cell === undefined || one === cell);
  if (held !== undefined) throw refusal(`A person has cell ${held}: the role ${caller.role} may not open it`);
}

/**
 * Whether the request's caller may still use the cabinet's raw line: the caller, the caller's rights and what is in the cabinet
 * may have changed since it was opened.
 *
 * @throws {Error} if that cannot be found out, as when the database is away
 */
export async function mayUseLine(
  c: Context,
  cabinet: string,
  { access, cabinets }: Pick<OperatorContext, "access" | "cabinets">,
): Promise<boolean> {
  try {
    const caller = await access.callerOf(c);
    if (!isAllowed(caller, "install")) return false;
    await cabinetOf(cabinet, { caller, cabinets });
    await refuseUnlessMayTouchHeld(caller, { cabinet, cabinets });
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

/**
 * Rules and the mode are a manager's; an installer leaves them as they are, and on a new cabinet as they usually are. While a
 * person has a cell, an installer leaves alone all by which doors are opened, too: otherwise a free cell could be given the
 * lock of one that is not. Cells are taken out of use, and into it, by who attends to the cabinet.
 *
 * Tags say who sees the cabinet, so a caller whose reach is limited to tags takes a cabinet neither out of it nor away from
 * who sees it by other tags.
 *
 * @throws {Problem} if the caller may not describe it so
 * @throws {IdTakenError} if there is a cabinet of that id out of the caller's reach
 */
export function refuseUnlessMayDescribe(
  caller: Caller,
  { wanted, before, held, isBehindOther = false }: { wanted: Description } & CabinetBefore,
): void {
  const { tags } = caller;
  if (before && !isWithinScope(tags, before.tags)) {
    throw new IdTakenError(`Cannot save cabinet ${wanted.id}: the id is taken`);
  }
  const mistake = scopeMistake(tags, { before: before?.tags, wanted: wanted.tags });
  if (mistake !== undefined) throw new Problem(422, mistake);
  if (isAllowed(caller, "manage")) return;
  const { role } = caller;
  const { rules, mode } = before ?? { rules: DEFAULT_RULES, mode: wanted.mode };
  if (!isDeepStrictEqual(wanted.rules, rules) || wanted.mode !== mode) {
    throw refusal(`The role ${role} may not change rules or mode`);
  }
  if (isBehindOther) {
    throw refusal(`The registration begins as another cabinet's, whose device it would take: ask a manager`);
  }
  if (!before) return;
  if (
    held[0] !== undefined &&
    (wanted.secret !== undefined || concernsDevice(wanted) !== concernsDevice(before))
  ) {
    throw refusal(
      `A person has cell ${
        held[0]
      }: the role ${role} may not change what the device goes by, nor the cells' locks`,
    );
  }
  const changed = before.cells.find((cell) => changesUse(cell, wanted));
  if (changed) throw refusal(`The role ${role} may not take cell ${changed.cell} out of use, or into it`);
}

/** Whether the description takes the cell out of use, or into it: a cell that is left out could come back in use. */
function changesUse(
  { cell, state }: Cabinet["cells"][number],
  { cells }: Pick<Description, "cells">,
): boolean {
  const before = state === "held" ? "free" : state;
  const wanted = cells.find((one) => one.cell === cell);
  if (!wanted) return before !== "free";
  return wanted.state !== undefined && wanted.state !== "held" && wanted.state !== before;
}

/**
 * The record without the people in it, where the caller may not see who has what. The detail of a rental that moved is the
 * person who had it before, why a member of staff opened a cell names people, and an alarm may be about one.
 */
export function shownTo<
  Answer extends { person?: string | null; kind?: string } | { by: string } | { subject: string | null },
>(caller: Caller, answer: Answer): Answer {
  if (isAllowed(caller, "attend")) return answer;
  if ("person" in answer) {
    return { ...answer, person: null, personName: null, ...answer.kind === "moved" && { detail: null } };
  }
  if ("by" in answer) {
    return { ...answer, byName: null, note: null, ...answer.by.startsWith("person:") && { by: "person" } };
  }
  if (!("subject" in answer) || !answer.subject?.startsWith("person:")) return answer;
  return { ...answer, subject: "person" };
}

/**
 * Who may not see who has what does not learn it from which rows are a person's.
 *
 * @throws {Problem} if a list is asked for by person and the caller may not see people
 */
export function refuseUnlessMayAskFor(
  caller: Caller,
  { person }: { readonly person?: string | undefined },
): void {
  if (person === undefined || isAllowed(caller, "attend")) return;
  throw refusal(`The role ${caller.role} may not see people, so it does not ask by person`);
}

/** What tells how a cabinet's device is known. */
type DeviceTold = Pick<CabinetDescription, "registration" | "heartbeat"> & {
  readonly warnings: readonly string[];
};

/**
 * The cabinet without what its device is known by, where the caller may not describe it: what sends these bytes is taken
 * for the cabinet. A heartbeat may be the registration once more, and a warning tells that a registration can be guessed.
 */
export function describedTo<Answer extends DeviceTold>(caller: Caller, answer: Answer): Answer {
  if (isAllowed(caller, "install")) return answer;
  const warnings = answer.warnings.filter((warning) => !warning.startsWith("registration:"));
  return { ...answer, registration: null, heartbeat: null, warnings };
}

/**
 * What is about all of the organization, or about a person or member wherever they are in it, is not for callers whose
 * reach is some of its cabinets.
 *
 * @throws {Problem} if the caller does not reach all
 */
export function refuseUnlessMayReachAll({ tags }: Caller): void {
  if (tags) throw refusal(`This concerns all cabinets, and your scope is ${tags.join(", ")}`);
}

function refusal(detail: string): Problem {
  return new Problem(403, detail, { code: "forbidden" });
}
