/**
 * For the tests of what doors did: the domain over a real database, and what was kept.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import type { CellTable, DatabaseLocation, EventTable } from "../../src/db/mod.ts";
import { ANNE, Rig } from "./locker.ts";
import { DoorLog } from "../../src/locker/doors/door_log.ts";
import type { CommandStep, Result } from "../../src/locker/commands/taps.ts";
import type { DoorMove } from "../../src/cabinet/doors.ts";

/** A door that is found shut. */
export const shut = (cell: number, at = 1): DoorMove => ({ cell, door: "closed", at, how: "found" });

/** The domain over a real database, what keeps its doors, and what was kept. */
export interface DoorRig {
  readonly rig: Rig;
  readonly log: DoorLog;
  /** One of another program. */
  another(): DoorLog;
  /** What is stored of doors, in the order in which it was written. */
  events(): Promise<Pick<EventTable, "kind" | "cell" | "command" | "detail">[]>;
  /** Alarms by kind and cell, and whether they are over. */
  raised(): Promise<string[]>;
  /** Doors move, one after the other, and that is stored. */
  moves(...some: DoorMove[]): Promise<void>;
  /** Where the door is, as it is stored. */
  door(cell: number): Promise<Pick<CellTable, "door" | "door_at" | "door_command"> | undefined>;
  /** Anne opens a cell. @default {1} */
  opens(cell?: number, onStep?: (step: CommandStep) => void): Promise<Result & { readonly id: string }>;
}

/** On that database. */
export async function doorRig(
  { place }: { place: DatabaseLocation },
  stack: AsyncDisposableStack,
): Promise<DoorRig> {
  const rig = stack.use(await Rig.open(place, { mode: "open" }));
  const another = () => new DoorLog(rig.db, { failed: (error) => void rig.failures.push(error) });
  const log = another();
  const { tables } = rig.db;
  const events = async () => {
    const rows = await tables.selectFrom("events").selectAll().where("alarm", "is", null).orderBy("seq")
      .execute();
    return rows.map(({ kind, cell, command, detail }) => ({ kind, cell, command, detail }));
  };
  const raised = async () => {
    const rows = await tables.selectFrom("alarms").selectAll().orderBy("raised_at").orderBy("kind").execute();
    ok(rows.every(({ raised_at, ended_at }) => ended_at === null || ended_at >= raised_at));
    return rows.map(({ kind, cell, ended_at }) => `${kind} ${cell}${ended_at === null ? "" : " over"}`);
  };
  const moves = async (...some: DoorMove[]) => {
    for (const move of some) log.moved("cab", [move]);
    await log.idle();
  };
  const door = (cell: number) =>
    tables.selectFrom("cells").select(["door", "door_at", "door_command"]).where("cell", "=", cell)
      .executeTakeFirst();
  const opens = async (cell = 1, onStep: (step: CommandStep) => void = () => {}) => {
    const id = crypto.randomUUID();
    const cabinet = await rig.cabinet();
    return {
      ...await rig.commands.run({ id, cabinet, cell, command: "open", by: `person:${ANNE}` }, onStep),
      id,
    };
  };
  return { rig, log, another, events, raised, moves, door, opens };
}
