import type { Database, PersonTable } from "../../db/mod.ts";
import {
  COPIED,
  copiedPerson,
  copiedRows,
  type CopyFilter,
  type CopySection,
} from "../../db/queries/history/person_copy.ts";
import type { Semaphore } from "../../lib/concurrency/semaphore.ts";
import { delay } from "../../lib/concurrency/delay.ts";

/** Columns that have a time end so; they are told as text (RFC 3339). */
const TIME = /(^|_)(at|since|until|from)$/;
/** Columns whose 0 is not a time: no session was ended, nothing is blocked. It is told as `null`. */
const ZERO_IS_NONE = ["sessions_from", "blocked_until"];
/** A pause after each step lets other work of the isolate run. */
const PAUSE_MS = 1;

/**
 * All that is kept about a person as JSON, a part at a time: no more is read than is taken.
 *
 * @param options.now milliseconds since 1970
 * @param options.steps bounds how many steps of copies are read at once
 * @returns `undefined`: there is no such person
 */
export async function personCopy(
  db: Pick<Database, "tables" | "view">,
  filter: CopyFilter,
  options: { now: number; steps: Semaphore },
): Promise<AsyncGenerator<string> | undefined> {
  const person = await copiedPerson(db, filter);
  return person && parts(db, filter, { person, ...options });
}

async function* parts(
  db: Pick<Database, "tables" | "view">,
  filter: CopyFilter,
  { person, now, steps }: { person: PersonTable; now: number; steps: Semaphore },
): AsyncGenerator<string> {
  yield `{"at":${JSON.stringify(new Date(now))},"person":${JSON.stringify(readable({ ...person }))}`;
  for (const section of Object.keys(COPIED) as CopySection[]) {
    yield `,\n${JSON.stringify(section)}:[`;
    let separator = "\n";
    const rest = copiedRows(db, section, filter);
    while (true) {
      const { value: rows, done } = await steps.run(() => rest.next());
      if (done) break;
      yield rows.map((row) => {
        const text = separator + JSON.stringify(readable(row));
        separator = ",\n";
        return text;
      }).join("");
      await delay(PAUSE_MS);
    }
    yield "]";
  }
  yield "}\n";
}

/** With names and times as the API has them. */
function readable(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      const name = column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      if (column === "acts") return [name, (value as Record<string, unknown>[]).map(readable)];
      if (!TIME.test(column) || typeof value !== "number") return [name, value];
      const isNone = value === 0 && ZERO_IS_NONE.includes(column);
      return [name, isNone ? null : new Date(value).toISOString()];
    }),
  );
}
