import { deepEqual } from "node:assert/strict";
import { seeded } from "../../../testing/rigs/two_organizations.ts";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { openDatabase } from "../mod.ts";
import { cabinetsAfter, noteSeen } from "./cabinets.ts";
import { setConnected } from "./offline.ts";

testOnEach("cabinetsAfter() pages through all cabinets of a scope, in the database's own order", async (
  { kind, place, query },
  stack,
) => {
  const ids = ["B", "C", "a", "b", "c"];
  await seeded(place, async (seeds) => {
    for (const cabinet of [...ids, "A"]) {
      await seeds.place({
        organization: "main",
        cabinet,
        tag: cabinet === "A" ? "spa" : "gym",
        word: cabinet,
      });
    }
  });
  // Most servers order text as people do: aBbCc instead of BCabc.
  if (kind === "postgres") await query(`alter table cabinets alter id type text collate "und-x-icu"`);
  const db = stack.use(await openDatabase(place));
  const seen: string[] = [];
  for (let after: string | undefined; seen.length < 2 * ids.length; after = seen.at(-1)) {
    const page = { after, limit: 2 };
    const reach = { organization: "main", tags: ["gym", "none"] };
    const found = await db.view(reach, (view) => cabinetsAfter(view, page));
    if (found.length === 0) break;
    seen.push(...found.map(({ id }) => id));
  }
  deepEqual(seen, kind === "postgres" ? ["a", "b", "B", "c", "C"] : ids);
});

testOnEach("setConnected() does not undo that the owner says the cabinet went after that", async (
  { place },
  stack,
) => {
  await seeded(
    place,
    (seeds) => seeds.place({ organization: "main", cabinet: "cab", tag: "gym", word: "Gym" }),
  );
  const db = stack.use(await openDatabase(place));
  const cabinets = [{ cabinet: "cab", epoch: 1 }];
  const seen = async () => {
    const row = await db.tables.selectFrom("cabinets").select(["online", "online_at"])
      .executeTakeFirstOrThrow();
    return [row.online, row.online_at];
  };
  const connected = (since: number, askedAt: number) =>
    db.writer.transaction((trx) => setConnected(trx, "cab", { since, askedAt }));
  await connected(50, 60);
  deepEqual(await seen(), [1, 50]);
  await db.writer.run(noteSeen, { cabinets, at: 100, online: true });
  await db.writer.run(noteSeen, { cabinets, at: 200, online: false });
  // The router was asked while it was there.
  await connected(100, 150);
  deepEqual(await seen(), [0, 200]);
  // The clock of the connection's program is behind.
  await connected(190, 300);
  deepEqual(await seen(), [1, 190]);
});
