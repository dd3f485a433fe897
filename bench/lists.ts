/**
 * The list of cabinets with 100,000 of them: its first page, filtered, sorted and searched, and how long a statement keeps
 * its isolate on SQLite. On SQLite, and on Postgres where `DATABASE_URL` names an empty database.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { sql } from "kysely";
import type { Reach } from "../src/db/organization_view.ts";
import type { CabinetFilter, CabinetPage } from "../src/db/queries/lists/cabinets.ts";
import type { Database, DatabaseLocation } from "../src/db/mod.ts";
import { openDatabase } from "../src/db/mod.ts";
import { CabinetCatalog, ControllerSecrets } from "../src/locker/mod.ts";
import { LocalRouter } from "../src/router/mod.ts";
import { insertCabinets } from "./_cabinet_rows.ts";
import { say } from "./_rig.ts";
import { numbersOf } from "./_rows.ts";

const CABINETS = Number(Deno.args[0] ?? 100_000);
const RUNS = Number(Deno.args[1] ?? 200);

/** What is asked for, by its name. */
const ASKED: Readonly<
  Record<string, [CabinetFilter, Partial<Omit<CabinetPage, "includesCells">>?, Partial<Reach>?]>
> = {
  "first page": [{}],
  "by name": [{}, { order: "name" }],
  "by name, the other way": [{}, { order: "name", isDescending: true }],
  "online for longest": [{ online: true }, { order: "change" }],
  "offline (1 %), by name": [{ online: false }, { order: "name" }],
  "a board, by name": [{ board: "lcus" }, { order: "name" }],
  "a rare board, offline": [{ board: "dc", online: false }, { order: "name" }],
  "a tag of a sixth, by name": [{ tags: ["city-1"] }, { order: "name" }],
  "a tag of 100": [{ tags: ["group-7"] }, { order: "name" }],
  "two tags that no cabinet has": [{ tags: ["city-1", "city-2"] }],
  "with an alarm": [{ alarm: true }, { order: "name" }],
  "without an alarm, by name": [{ alarm: false }, { order: "name" }],
  "search: an id": [{ words: "cab-77777" }],
  "search: a telephone": [{ words: "0571-0012345" }],
  "search: two characters": [{ words: "杭州" }, { order: "name" }],
  "search: nothing found": [{ words: "nowhere" }],
  "search: %": [{ words: "%" }],
  "search: e, offline, a tag": [{ words: "e", online: false, tags: ["city-1"] }, { order: "name" }],
  "scope of 1,000, search": [{ words: "lobby 1" }, {}, { tags: ["scope"] }],
  "scope of a sixth": [{}, {}, { tags: ["city-1"] }],
};

/** Measures the longest time in which the isolate did nothing else. */
class Stuck {
  #last = performance.now();
  #worst = 0;
  readonly #timer = setInterval(() => this.#look(), 1);

  #look(): void {
    const now = performance.now();
    this.#worst = Math.max(this.#worst, now - this.#last);
    this.#last = now;
  }

  end(): string {
    clearInterval(this.#timer);
    return this.#worst.toFixed(0);
  }
}

const folder = await Deno.makeTempDir({ prefix: "kaigui-bench-" });
try {
  const url = Deno.env.get("DATABASE_URL");
  const places: [string, DatabaseLocation][] = [["SQLite", { folder }]];
  if (url) places.push(["Postgres", { folder, url }]);
  for (const [name, place] of places) await measureAll(name, place);
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function measureAll(name: string, place: DatabaseLocation): Promise<void> {
  await using db = await openDatabase(place);
  const since = performance.now();
  await fill(db);
  say(
    `${name}: ${CABINETS.toLocaleString("en")} cabinets in ${
      Math.round((performance.now() - since) / 1_000)
    } s`,
  );
  const secrets = new ControllerSecrets("the secret of the benchmark");
  const cabinets = new CabinetCatalog(db, { router: new LocalRouter(), secrets, wallClock: Date.now });
  for (const [what, [filter, page, reach]] of Object.entries(ASKED)) {
    const times: number[] = [];
    const stuck = new Stuck();
    let found;
    for (let n = 0; n < RUNS; n++) {
      const from = performance.now();
      found = await cabinets.page({ organization: "main", ...reach }, filter, {
        order: "id",
        limit: 50,
        includesCells: false,
        ...page,
      });
      times.push(performance.now() - from);
      await setImmediate();
    }
    times.sort((a, b) => a - b);
    const at = (part: number) => (times[Math.floor(part * times.length)] as number).toFixed(1).padStart(7);
    const count = `${found?.count?.isAll ? "" : ">= "}${found?.count?.rows}`;
    say(
      `${name.padEnd(9)} ${what.padEnd(30)} p50 ${at(0.5)} p99 ${
        at(0.99)
      } ms; at a stretch ${stuck.end()} ms; ${count}`,
    );
  }
}

async function fill(db: Database): Promise<void> {
  const { tables } = db;
  await db.writer.transaction(async (trx) => {
    await insertCabinets(trx, { cabinets: CABINETS });
    await sql`insert into alarms (id, organization, kind, cabinet, cell, subject, raised_at)
      ${numbersOf(trx)(0, CABINETS)} select 'a' || n, 'main', 'offline', 'cab-' || n, 0, '', 1
      from numbers where n % 100 = 0`.execute(trx);
  });
  if (db.kind === "postgres") await sql`vacuum analyze`.execute(tables);
}
