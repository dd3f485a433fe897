import { type Kysely, sql } from "kysely";
import type { Schema } from "../src/db/mod.ts";
import { numbersOf } from "./_rows.ts";

const CITIES = ["Hangzhou", "Shanghai", "Beijing", "Chengdu", "杭州", "上海"];
const CELLS = 24;
const ADDRESS = "West Lake Road 12, north gate";

/**
 * Adds cabinets `cab-0`… with cells, words and tags: of a sixth of them, of a thousandth, and `scope` of a hundredth.
 *
 * @param options.secondEvery each so many'th is of the organization `second` @default {undefined} none
 */
export async function insertCabinets(
  db: Kysely<Schema>,
  { cabinets, secondEvery = cabinets + 1 }: { cabinets: number; secondEvery?: number },
): Promise<void> {
  const numbers = numbersOf(db)(0, cabinets);
  const every = sql.lit(secondEvery);
  const organization = sql`case when n % ${every} = ${
    sql.lit(secondEvery - 1)
  } then 'second' else 'main' end`;
  const city = sql`case n % 6 ${
    sql.join(CITIES.map((city, n) => sql`when ${sql.lit(n)} then ${sql.lit(city)}`), sql` `)
  } end`;
  const name = sql`'Lobby ' || (n * 7919 % ${sql.lit(cabinets)}) || ' ' || ${city}`;
  const locks = JSON.stringify(Array.from({ length: CELLS }, (_, n) => [n + 1, 1, n + 1]));
  const rest = JSON.stringify({ location: { address: ADDRESS } });
  await sql`insert into cabinets (id, organization, name, board, wiring, mode, locks, rules, description, heartbeat_echo,
    local_echo, created_at, updated_at, event_seq, online, online_at, last_seen_at)
    ${numbers} select 'cab-' || n, ${organization}, ${name},
    case when n % 1000 = 0 then 'dc' when n % 3 = 0 then 'lcus' else '8a' end, 'none', 'storage', ${
    sql.lit(locks)
  }, '{}', ${sql.lit(rest)}, 0, 0, 1, 1, 0, case when n % 100 = 0 then 0 else 1 end, n * 7919 % 100000, 1
    from numbers`.execute(db);
  const words = sql`lower('cab-' || n || ${sql.lit("\n")} || ${name} || ${
    sql.lit(`\n${ADDRESS}\n0571-00`)
  } || n)`;
  await sql`insert into cabinet_search (organization, cabinet, words, described_at)
    ${numbers} select ${organization}, 'cab-' || n, ${words}, 1 from numbers`.execute(db);
  const [cell, cabinet] = [sql`(n % ${sql.lit(CELLS)} + 1)`, sql`(n / ${sql.lit(CELLS)})`];
  await sql`insert into cells (organization, cabinet, cell, board, channel, size, state)
    ${numbersOf(db)(0, cabinets * CELLS)} select case when ${cabinet} % ${every} = ${
    sql.lit(secondEvery - 1)
  } then 'second' else 'main' end, 'cab-' || ${cabinet}, ${cell}, 1, ${cell}, 'M', 'free' from numbers`
    .execute(db);
  for (const tag of [sql`'city-' || (n % 6)`, sql`'group-' || (n % 1000)`]) {
    await sql`insert into cabinet_tags (organization, cabinet, tag)
      ${numbers} select ${organization}, 'cab-' || n, ${tag} from numbers`.execute(db);
  }
  await sql`insert into cabinet_tags (organization, cabinet, tag)
    ${numbers} select ${organization}, 'cab-' || n, 'scope' from numbers where n % 100 = 0`.execute(db);
}
