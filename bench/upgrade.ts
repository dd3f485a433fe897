/**
 * Brings a database of the version before up to date that has a long history: how long it takes, and on Postgres for how long
 * the version before, which goes on beside it, has to wait with a tap.
 *
 *     deno run -A bench/upgrade.ts [commands]     # DATABASE_URL: an empty database of Postgres, beside SQLite
 *
 * @module
 */
import { Kysely, sql } from "kysely";
import { type DatabaseLocation, dialectOf, migrateDatabase } from "../src/db/mod.ts";
import { isPostgres } from "../src/db/dialects.ts";
import { migratorOf } from "../src/db/upgrade/migrate.ts";
import type { Schema } from "../src/db/schema.ts";
import { say } from "./_rig.ts";

/** The last migration of the version before. */
const BEFORE = "0013_cabinet_description";
const CABINETS = 10_000;
const STEP = 500_000;
const [commands = 5_000_000] = Deno.args.map(Number);

/** A server that is waited for, or risks losing data. */
const failed = (error: unknown) => say(String(error));

const folder = await Deno.makeTempDir({ prefix: "kaigui-bench-" });
try {
  const url = Deno.env.get("DATABASE_URL");
  await measure({ folder });
  if (url) await measure({ folder, url });
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function measure(place: DatabaseLocation): Promise<void> {
  const db = new Kysely<Schema>({
    dialect: await dialectOf(place, { failed, answerMs: 600_000, blocks: false }),
  });
  // In a transaction, as the service does it: SQLite has one connection, for which the migrator would wait itself.
  await db.transaction().execute(async (trx) => {
    const { error } = await migratorOf<Schema>(trx).migrateTo(BEFORE);
    if (error) throw error;
  });
  await fill(db);
  const taps = isPostgres(db) ? tapOn(db) : undefined;
  const since = performance.now();
  await migrateDatabase(place, { failed });
  const ms = Math.round(performance.now() - since);
  say(
    JSON.stringify({ on: place.url ? "Postgres" : "SQLite", commands, ms, taps: await taps?.stop() }),
  );
  await db.destroy();
}

/** A command each, two events, and a rental of each tenth; ids at random, as older pages made them. */
async function fill(db: Kysely<Schema>): Promise<void> {
  for (let from = 0; from < commands; from += STEP) {
    const rows = isPostgres(db)
      ? sql`select n from generate_series(${from}::int, ${from + STEP - 1}::int) as n`
      : sql`with recursive s(n) as (select ${from} union all select n + 1 from s where n < ${
        from + STEP - 1
      }) select n from s`;
    const id = (kind: string) =>
      isPostgres(db) ? sql.raw(`md5('${kind}' || n)`) : sql.raw(`lower(hex(randomblob(16)))`);
    const cabinet = sql.raw(`'cabinet-' || (n % ${CABINETS})`);
    await sql`insert into commands (id, cabinet, cell, command, state, by, requested_at, sent_at, finished_at)
      select ${
      id("c")
    }, ${cabinet}, 1 + n % 24, 'open', 'opened', 'person:' || (n % 1000), n, n, n from (${rows}) as s`
      .execute(db);
    await sql`insert into events (id, at, kind, cabinet, cell, command)
      select ${id("e")}, n, 'door-opened', ${cabinet}, 1 + n % 24, ${id("c")} from (${rows}) as s`.execute(
      db,
    );
    await sql`insert into rentals (id, cabinet, cell, person, state, since, ended_at)
      select ${
      id("r")
    }, ${cabinet}, 1 + n % 24, 'p' || (n % 1000), 'ended', n, n from (${rows}) as s where n % 5 = 0`
      .execute(db);
  }
}

/** Inserts a command and an event each few milliseconds, as the version before does; tells how long it had to wait. */
function tapOn(
  db: Kysely<Schema>,
): { stop(): Promise<{ count: number; longestMs: number; failed: number }> } {
  let isOver = false;
  let count = 0;
  let failed = 0;
  let longestMs = 0;
  const running = (async () => {
    while (!isOver) {
      const since = performance.now();
      const id = crypto.randomUUID();
      try {
        await db.transaction().execute(async (trx) => {
          await sql`insert into commands (id, cabinet, cell, command, state, by, requested_at)
            values (${id}, 'cabinet-1', 1, 'open', 'opened', 'operator', ${Date.now()})`.execute(trx);
          await sql`insert into events (id, at, kind, cabinet, cell, command)
            values (${id}, ${Date.now()}, 'door-opened', 'cabinet-1', 1, ${id})`.execute(trx);
        });
      } catch {
        failed++;
      }
      count++;
      longestMs = Math.max(longestMs, Math.round(performance.now() - since));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return {
    async stop() {
      isOver = true;
      await running;
      return { count, longestMs, failed };
    },
  };
}
