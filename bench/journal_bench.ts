/**
 * The journal alone, on disk with `synchronous=FULL`: one write at a time, and many that share commits.
 *
 * @module
 */
import { Epochs } from "../src/db/journal/epochs.ts";
import { openDatabase } from "../src/db/mod.ts";
import { Journal } from "../src/locker/mod.ts";

const folder = await Deno.makeTempDir({ prefix: "kaigui-bench-" });
const db = await openDatabase({ folder });
const journal = new Journal(db, { wallClock: Date.now });
const owner = { cabinet: "bench", epoch: await new Epochs(db).next("bench") };
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

/** A tap's writes to the journal: its insert with its sending, then its end. */
async function life(): Promise<void> {
  const id = crypto.randomUUID();
  const place = { organization: "main", cabinet: "bench", cell: 1 };
  const command = { id, ...place, command: "open", by: "person:bench", note: null } as const;
  await Promise.all([journal.request(command), journal.sending({ id }, owner)]);
  await journal.finish(id, { state: "opened" });
}

for (const people of [1, 16, 64, 256]) {
  Deno.bench(`${people} taps at once, from request to end on disk`, { group: "journal" }, async () => {
    await Promise.all(Array.from({ length: people }, life));
  });
}
