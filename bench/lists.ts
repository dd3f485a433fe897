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
import { say } from "./_rig.ts";

const CABINETS = Number(Deno.args[0] ?? 100_000);
const RUNS = Number(Deno.args[1] ?? 200);
const CITIES = ["Hangzhou", "Shanghai", "Beijing", "Chengdu", "杭州", "上海"];

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
  const numbers = db.kind === "sqlite"
    ? sql`with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n < ${
      CABINETS - 1
    })`
    : sql`with numbers as (select generate_series(0, ${CABINETS - 1}::int) as n)`;
  const city = sql`case n % 6 ${
    sql.join(CITIES.map((city, n) => sql`when ${sql.lit(n)} then ${sql.lit(city)}`), sql` `)
  } end`;
  const name = sql`'Lobby ' || (n * 7919 % ${sql.lit(CABINETS)}) || ' ' || ${city}`;
  const locks = JSON.stringify(Array.from({ length: 24 }, (_, n) => [n + 1, 1, n + 1]));
  const rest = JSON.stringify({ location: { address: "West Lake Road 12, north gate" } });
  await db.writer.transaction(async (trx) => {
    await sql`insert into cabinets (id, organization, name, board, wiring, mode, locks, rules, description, heartbeat_echo,
      local_echo, created_at, updated_at, event_seq, online, online_at, last_seen_at)
      ${numbers} select 'cab-' || n, 'main', ${name}, case when n % 1000 = 0 then 'dc' when n % 3 = 0 then 'lcus' else '8a' end,
      'none', 'open', ${sql.lit(locks)}, '{}', ${
      sql.lit(rest)
    }, 0, 0, 1, 1, 0, case when n % 100 = 0 then 0 else 1 end,
      n * 7919 % 100000, 1 from numbers`.execute(trx);
    await sql`insert into cabinet_search (organization, cabinet, words, described_at)
      ${numbers} select 'main', 'cab-' || n, lower('cab-' || n || ${"\n"} || ${name} || ${"\nWest Lake Road 12, north gate\n0571-00"} || n), 1
      from numbers`.execute(trx);
    await sql`insert into cabinet_tags (cabinet, tag) ${numbers} select 'cab-' || n, 'city-' || (n % 6) from numbers`
      .execute(trx);
    await sql`insert into cabinet_tags (cabinet, tag) ${numbers} select 'cab-' || n, 'group-' || (n % 1000) from numbers`
      .execute(trx);
    await sql`insert into cabinet_tags (cabinet, tag) ${numbers} select 'cab-' || n, 'scope' from numbers where n % 100 = 0`
      .execute(trx);
    await sql`insert into alarms (id, organization, kind, cabinet, cell, subject, raised_at)
      ${numbers} select 'a' || n, 'main', 'offline', 'cab-' || n, 0, '', 1 from numbers where n % 100 = 0`
      .execute(trx);
  });
  if (db.kind === "postgres") await sql`vacuum analyze`.execute(tables);
}
