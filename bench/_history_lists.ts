/**
 * Lists of a long history, as staff reads them: rows to fill in, and how long first pages and searches take.
 *
 * @module
 */
import { type Kysely, type RawBuilder, sql } from "kysely";
import { commandsPage } from "../src/db/journal/commands.ts";
import type { Database, Schema } from "../src/db/mod.ts";
import type { OrganizationView } from "../src/db/organization_view.ts";
import { eventsPage } from "../src/db/queries/events.ts";
import { peopleFound } from "../src/db/queries/lists/people_search.ts";
import { actsPage, alarmsPage } from "../src/db/queries/records.ts";
import { rentalsPage } from "../src/db/queries/rentals.ts";
import { peoplePage } from "../src/db/queries/staff/visits.ts";
import { rates, say } from "./_rig.ts";

const FOR_MS = 1_000;
const DAY_MS = 24 * 3_600_000;
/** The last rentals, of which so many have not ended, and each so many'th of these is overdue. */
const [HELD, OVERDUE_EVERY] = [50_000, 100];
const ALARMS = 100_000;
const ACTS = 100_000;

/** The statements whose rows a filling works with, for this database. */
export interface Filling {
  /** `with numbers(n) as …` of the numbers from the first up to and without the last one. */
  readonly numbers: (first: number, last: number) => RawBuilder<unknown>;
  /** A random id. */
  readonly id: RawBuilder<unknown>;
  /** Milliseconds since 1970 of the number `n`. */
  readonly at: RawBuilder<unknown>;
}

/**
 * Adds people, events, alarms and acts, as many people and events as there are rentals, and takes the newest rentals up
 * again.
 */
export async function fillLists(
  db: Kysely<Schema>,
  { numbers, id, at, rentals }: Filling & { readonly rentals: number },
): Promise<void> {
  const cabinet = sql`'open-' || (n * 7919 % 10000)`;
  await sql`insert into people (id, kind, name, created_at, sessions_from)
    ${
    numbers(0, rentals)
  } select ${id}, 'guest', case n % 50 when 0 then '王小' || n else 'G-' || n end, ${at}, 0
    from numbers`.execute(db);
  await sql`insert into events (id, at, kind, cabinet, cell, person)
    ${
    numbers(0, rentals)
  } select ${id}, ${at}, case n % 10000 when 0 then 'overdue' else 'stored' end, ${cabinet},
    n % 24 + 1, 'p' || (n % 100000) from numbers`.execute(db);
  await sql`insert into alarms (id, kind, cabinet, cell, subject, raised_at, ended_at)
    ${
    numbers(0, ALARMS)
  } select ${id}, case n % 1000 when 0 then 'offline' else 'contact-flutters' end, ${cabinet},
    n % 24 + 1, '', ${at}, ${at} + 1000 from numbers`.execute(db);
  await sql`insert into acts (id, at, who, act, cabinet, cell, address)
    ${
    numbers(0, ACTS)
  } select ${id}, ${at}, 'account:' || (n % 1000), case n % 1000 when 0 then 'clear' else 'open' end,
    ${cabinet}, n % 24 + 1, '192.0.2.1' from numbers`.execute(db);
  const newest = sql`(select id from rentals order by since desc, id desc limit ${sql.lit(HELD)})`;
  await sql`update rentals set state = 'held', ended_at = null, end_reason = null,
    overdue_at = case when (since / 5000) % ${sql.lit(OVERDUE_EVERY)} = 0 then since + 1000 end
    where id in ${newest}`.execute(db);
}

/** Says how long pages take. */
export async function measureLists(db: Database, name: string): Promise<void> {
  const [limit, cabinet, storage] = [50, "open-1", "storage-1"];
  const from = Date.now() - 350 * DAY_MS;
  const range = { from, until: from + 7 * DAY_MS };
  const person = "p7";
  const lists: Readonly<Record<string, (view: OrganizationView) => Promise<unknown>>> = {
    "rentals": (view) => rentalsPage(view, { limit }),
    "rentals, held": (view) => rentalsPage(view, { state: "held", limit }),
    "rentals, returning (none)": (view) => rentalsPage(view, { state: "returning", limit }),
    "rentals, overdue": (view) => rentalsPage(view, { overdue: true, limit }),
    "rentals, a week long ago": (view) => rentalsPage(view, { ...range, limit }),
    "rentals of a person": (view) => rentalsPage(view, { person, limit }),
    "rentals of a cell": (view) => rentalsPage(view, { cabinet: storage, cell: 7, limit }),
    "rentals, held in a cabinet": (view) => rentalsPage(view, { cabinet: storage, state: "held", limit }),
    "commands": (view) => commandsPage(view, { limit }),
    "commands, a week long ago": (view) => commandsPage(view, { ...range, limit }),
    "commands of a cell": (view) => commandsPage(view, { cabinet, cell: 7, limit }),
    "commands of a person": (view) => commandsPage(view, { person, limit }),
    "commands, a rare kind": (view) => commandsPage(view, { kind: "pickup", limit }),
    "events": (view) => eventsPage(view, { limit }),
    "events, a week long ago": (view) => eventsPage(view, { ...range, limit }),
    "events, a rare kind": (view) => eventsPage(view, { kind: "overdue", limit }),
    "events, rare, long ago": (view) => eventsPage(view, { kind: "overdue", ...range, limit }),
    "events of a person": (view) => eventsPage(view, { person, limit }),
    "alarms": (view) => alarmsPage(view, { limit }),
    "alarms, active (none)": (view) => alarmsPage(view, { state: "active", limit }),
    "alarms, a rare kind": (view) => alarmsPage(view, { kind: "offline", limit }),
    "acts": (view) => actsPage(view, { limit }),
    "acts of one who": (view) => actsPage(view, { who: "account:7", limit }),
    "acts, a rare kind": (view) => actsPage(view, { kind: "clear", limit }),
    "people": (view) => peoplePage(view, { before: undefined, limit }),
    "people, a rare name": (view) => peopleFound(view, { q: "王小1234", limit }),
    "people, a common name": (view) => peopleFound(view, { q: "g-", limit }),
    "people, no such name": (view) => peopleFound(view, { q: "zhang", limit }),
    "people, a number": (view) => peopleFound(view, { q: "00000017", limit }),
  };
  for (const [what, read] of Object.entries(lists)) {
    const view = async () => void await db.view({ organization: "main" }, read);
    const { p50Ms, p99Ms } = await rates(1, FOR_MS, view);
    say(
      `${name.padEnd(30)} ${what.padEnd(28)} ${p50Ms.toFixed(2).padStart(8)} ms ${p99Ms.toFixed(2)} ms (p99)`,
    );
  }
}
