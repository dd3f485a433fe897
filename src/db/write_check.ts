import type { Job } from "./database.ts";

/** The key of the row that is written, in a table whose rows are kept only for a while. */
const KEY = "written";

/** Writes a row, to check that the database can be written: it fails on one that is full, locked or read-only. */
export const writeCheck: Job<{ readonly at: number }, void> = {
  name: "write-check",
  async work(trx, { at }) {
    await trx.insertInto("used").values({ key: KEY, until: at })
      .onConflict((on) => on.column("key").doUpdateSet({ until: at })).execute();
  },
};
