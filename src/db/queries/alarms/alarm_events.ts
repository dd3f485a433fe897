import { sql } from "kysely";
import type { EventKind } from "../../../cabinet/kinds.ts";
import { uuidOf } from "../../../lib/uuid.ts";
import type { Tables } from "../../schema.ts";
import { type RowStatement, runWith } from "../../statements/compiled.ts";

/** What became of an alarm, and when. */
export interface AlarmChange {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Events of one statement: SQLite takes 32,766 parameters. */
const STEP_ROWS = 256;

/** Writes, in the transaction that raises or ends the alarms, that it does. */
export async function tellOfAlarms(
  trx: Tables,
  kind: Extract<EventKind, "alarm-raised" | "alarm-ended">,
  alarms: readonly AlarmChange[],
): Promise<void> {
  for (let from = 0; from < alarms.length; from += STEP_ROWS) {
    const rows = alarms.slice(from, from + STEP_ROWS).map(({ id, at }) => {
      return [uuidOf(crypto.getRandomValues(new Uint8Array(16)), at), at, kind, id];
    });
    await runWith(trx, TELL, rows);
  }
}

/** The alarm's own organization, since its cabinet may have been removed. Padding may repeat a row, which is still one event. */
const TELL: RowStatement = {
  name: "tell of alarms",
  columns: ["text", "bigint", "text", "text"],
  build: (db, values) =>
    sql`
      insert into events (id, at, kind, cabinet, cell, detail, alarm, organization)
      select column1, column2, column3, cabinet, cell, alarms.kind, alarms.id, organization
      from (${values}) as told join alarms on alarms.id = column4
      where true on conflict (id) do nothing`.compile(db),
};
