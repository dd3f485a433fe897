import { deepEqual, equal } from "node:assert/strict";
import { openDatabase } from "../../db/mod.ts";
import { ownEventsBehind } from "../../db/queries/feed/feed.ts";
import { insertEvents } from "../../db/queries/records.ts";
import { FEED } from "../../lib/limits.ts";
import { until } from "../../../testing/until.ts";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { EventBatch } from "./event_batch.ts";
import { EventTail } from "./event_tail.ts";
import { Feed } from "./feed.ts";
import { Wanted } from "./wanted.ts";

const CALLER = {
  who: "token:one",
  kind: "token",
  organization: "main",
  role: "viewer",
  tags: undefined,
  account: undefined,
  session: undefined,
  confirm: () => Promise.resolve(),
} as const;
const WANTED = new Wanted(CALLER, { cabinets: [], anyTag: [] });

/** The tail of a database, which something uses, and what writes there. */
async function rig(place: Parameters<typeof openDatabase>[0], stack: AsyncDisposableStack) {
  const db = stack.use(await openDatabase(place));
  const failed = (error: unknown) => {
    throw error;
  };
  const tail = new EventTail(db.tables, { failed, pollMs: 1 });
  let written = 0;
  const write = async (count: number) => {
    const events = Array.from({ length: count }, () => `${++written}`);
    await db.writer.transaction((trx) =>
      insertEvents(trx, events.map((detail) => ({ at: 1, kind: "stored", cabinet: "cab", cell: 1, detail })))
    );
  };
  return { db, tail, failed, write, written: () => written };
}

testOnEach("a feed becomes live although more is written while it reads what it missed", async (
  { place },
  stack,
) => {
  const { db, tail, failed, write, written } = await rig(place, stack);
  stack.use(await tail.use(WANTED));
  await write(3);
  const read = async (after: number): Promise<EventBatch> => {
    const upTo = tail.position;
    const page = await db.view(
      CALLER,
      (view) => ownEventsBehind(view, { after, upTo, cabinets: [], limit: 10 }),
    );
    // Each time, as where many write.
    await write(1);
    await until(() => tail.position > upTo);
    return new EventBatch(page, { serves: () => true, tags: new Map(), nameOf: () => null });
  };
  const feed = new Feed({
    caller: CALLER,
    wanted: WANTED,
    after: 0,
    isReset: false,
    tail,
    read,
    untakenBytes: () => 0,
    ended: () => {},
    failed,
  });
  feed.start();
  let text = "";
  const reading = (async () => {
    for await (const part of feed.stream) text += new TextDecoder().decode(part);
  })();
  await until(() => text.includes("event: live"), { saw: () => text });
  await write(2);
  const numbers = () => [...text.matchAll(/"detail":"(\d+)"/g)].map(([, number]) => Number(number));
  await until(() => numbers().length >= written(), { saw: numbers });
  deepEqual(numbers(), Array.from({ length: written() }, (_, index) => index + 1));
  feed.end("stopping");
  await reading;
});

testOnEach(
  "EventTail keeps the newest events, for who needs no more than was read",
  async ({ place }, stack) => {
    const { tail, write } = await rig(place, stack);
    stack.use(await tail.use(WANTED));
    const begin = tail.position;
    await write(1);
    await until(() => tail.position > begin);
    const sizes = (after: number, needs = WANTED) => tail.recent(after, needs)?.map(({ size }) => size);
    deepEqual(sizes(begin), [1]);
    equal(sizes(begin - 1), undefined);
    const byTag = new Wanted(CALLER, { cabinets: [], anyTag: ["tag"] });
    equal(sizes(begin, byTag), undefined, "it was not read where the cabinets are");
    deepEqual(sizes(tail.position, byTag), []);
    for (let written = 0; written < FEED.recentMax; written += 2_000) {
      const { position } = tail;
      await write(2_000);
      await until(() => tail.position >= position + 2_000);
    }
    equal(sizes(begin), undefined);
    let oldest = begin;
    while (sizes(oldest) === undefined) oldest++;
    const kept = sizes(oldest) ?? [];
    const events = kept.reduce((sum, size) => sum + size, 0);
    equal(events <= FEED.recentMax && events > FEED.recentMax - 2 * FEED.batchMax, true, `${events}`);
  },
);
