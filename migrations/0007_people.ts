import { type Kysely, PostgresAdapter, sql } from "kysely";

/** A rental's number, its way back to a person whose session is lost, and whether a picker's tap is running. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const rentals = () => db.schema.alterTable("rentals");
  await rentals().addColumn("number", "text").execute();
  await rentals().addColumn("way_back", "text").execute();
  await rentals().addColumn("collecting", "integer", (column) => column.notNull().defaultTo(0)).execute();
  await fillNumbers(db);
  // The version before, which may run beside this one, adds rentals without a number.
  await db.schema.createIndex("rentals_by_number").on("rentals").unique().column("number")
    .where(sql.ref("number"), "is not", null).execute();
}

/** A number is seven random digits and a check digit. */
const PAYLOADS = 10_000_000;
/**
 * How many rentals get a number in one statement, and in all, newest first. Their table is locked meanwhile, for some
 * 45 µs each; on Postgres the taps of the version before wait for that. A rental that has ended needs no number, and one
 * that is left out gets its number when its person asks for it.
 */
const STEP_ROWS = 500;
const ROWS_MAX = { sqlite: 500_000, postgres: 10_000 };

async function fillNumbers(db: Kysely<unknown>): Promise<void> {
  const used = new Set<number>();
  const max = ROWS_MAX[db.getExecutor().adapter instanceof PostgresAdapter ? "postgres" : "sqlite"];
  let before = { since: Number.MAX_SAFE_INTEGER, id: "" };
  for (let filled = 0; filled < max; filled += STEP_ROWS) {
    const { rows } = await sql<{ id: string; since: number }>`
      select id, since from rentals where state <> 'ended' and (since, id) < (${before.since}, ${before.id})
      order by since desc, id desc limit ${STEP_ROWS}`.execute(db);
    const last = rows.at(-1);
    if (!last) return;
    before = last;
    const whens = rows.map(({ id }) => sql`when ${id} then ${withCheckDigit(unusedPayload(used))}`);
    await sql`update rentals set number = case id ${sql.join(whens, sql` `)} end
      where id in (${sql.join(rows.map(({ id }) => id))})`.execute(db);
  }
}

function unusedPayload(used: Set<number>): string {
  while (true) {
    const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
    const payload = random % PAYLOADS;
    if (used.has(payload)) continue;
    used.add(payload);
    return String(payload).padStart(7, "0");
  }
}

/** Damm's quasigroup of order 10, row by row. */
const DAMM =
  "0317598642709215486342068713591750983426612304597836742095815869720134894536201794386172052581436790";

function withCheckDigit(payload: string): string {
  const check = [...payload].reduce((interim, digit) => Number(DAMM[interim * 10 + Number(digit)]), 0);
  return `${payload}${check}`;
}
