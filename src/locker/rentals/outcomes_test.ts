import { deepEqual, equal } from "node:assert/strict";
import { sql } from "kysely";
import { testOnPostgres } from "../../../testing/servers/databases.ts";
import { until } from "../../../testing/until.ts";
import { lockActiveRentals } from "../../db/queries/rentals.ts";
import { ANNE, Rig } from "../../../testing/rigs/locker.ts";
import { endCommand, endRental } from "./outcomes.ts";
import type { Evidence } from "../../cabinet/requests.ts";

testOnPostgres(
  "endCommand() waits for the operator who clears the cell, and neither has to begin anew",
  async (
    { place },
    stack,
  ) => {
    const rig = stack.use(await Rig.open(place));
    const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
    const asked = Promise.withResolvers<void>();
    const evidence = Promise.withResolvers<Evidence>();
    stack.defer(() => evidence.resolve({ state: "opened" }));
    rig.evidence = () => {
      asked.resolve();
      return evidence.promise;
    };
    const retrieving = rig.tap(ANNE, { command: "retrieve", rental });
    await asked.promise;
    const { tables, writer } = rig.db;
    const { id } = await tables.selectFrom("commands").select("id").where("state", "=", "sent")
      .executeTakeFirstOrThrow();
    const tries: string[] = [];
    const isWaiting = async () => {
      const { rows } = await sql`
      select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
        .execute(tables);
      return rows.length > 0;
    };
    let ending: Promise<unknown> | undefined;
    await writer.transaction(async (trx) => {
      tries.push("clear");
      await lockActiveRentals(trx, "cab", cell);
      ending ??= writer.transaction(async (trx) => {
        tries.push("end");
        await endCommand(trx, { id, cell }, { outcome: { state: "opened" }, now: Date.now() });
      });
      await until(isWaiting);
      await endRental(trx, rental, { from: ["held", "returning"], now: Date.now(), reason: "operator" });
    });
    await ending;
    deepEqual(tries, ["clear", "end"]);
    evidence.resolve({ state: "opened" });
    equal((await retrieving).state, "opened");
  },
);
