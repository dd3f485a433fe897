import type { Job } from "./job.ts";

/** The row that is written: in a table for what is only kept for a while. */
const KEY = "written";

/** Writes something, to see whether the database can be written: one that is full, locked or only to be read fails. */
export const proveWritable: Job<{ readonly at: number }, void> = {
  name: "prove-writable",
  async work(trx, { at }) {
    await trx.insertInto("used").values({ key: KEY, until: at })
      .onConflict((on) => on.column("key").doUpdateSet({ until: at })).execute();
  },
};
