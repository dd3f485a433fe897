/**
 * The time to store the moves of doors: opened and closed again, in many cabinets at once, each opened by a command.
 * SQLite, and Postgres where `DATABASE_URL` names an empty database of one.
 *
 * @module
 */
import { type Database, type DatabaseLocation, openDatabase } from "../src/db/mod.ts";
import { DoorLog } from "../src/locker/mod.ts";
import { Bench, say } from "./_rig.ts";

const CABINETS = 256;
const ROUNDS = 20;

const folder = await Deno.makeTempDir({ prefix: "kaigui-bench-" });
try {
  const url = Deno.env.get("DATABASE_URL");
  await measure("SQLite", { folder });
  if (url) await measure("Postgres", { folder, url });
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function measure(name: string, place: DatabaseLocation): Promise<void> {
  {
    await using bench = await Bench.open(place);
    await bench.furnish("open", CABINETS);
    await bench.opens(CABINETS, 500);
  }
  await using db = await openDatabase(place);
  const commands = await lastCommands(db);
  const log = new DoorLog(db, { failed: (error) => say(String(error)) });
  await using _ = log;
  const started = performance.now();
  for (let round = 0; round < ROUNDS; round++) {
    for (const door of ["open", "closed"] as const) {
      for (const [cabinet, { cell, id }] of commands) {
        log.moved(cabinet, [{ cell, door, at: Date.now(), command: id }]);
      }
    }
  }
  await log.idle();
  const moves = ROUNDS * 2 * commands.size;
  const tookMs = performance.now() - started;
  say(`${name.padEnd(9)} ${moves} moves, ${(tookMs * 1_000 / moves).toFixed(0)} µs each`);
}

async function lastCommands(db: Database): Promise<Map<string, { cell: number; id: string }>> {
  const rows = await db.tables.selectFrom("commands").select(["cabinet", "cell", "id"])
    .where("state", "=", "accepted").execute();
  return new Map(rows.map(({ cabinet, cell, id }) => [cabinet, { cell, id }]));
}
