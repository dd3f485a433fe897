import { deepEqual, equal, rejects } from "node:assert/strict";
import { openDatabase } from "../../db/mod.ts";
import { insertEvents } from "../../db/queries/records.ts";
import { Guard } from "../../http/websocket_guard.ts";
import { FEED, STAFF } from "../../lib/limits.ts";
import type { Caller } from "../../staff/mod.ts";
import { until } from "../../../testing/until.ts";
import { FaultyRouter } from "../../../testing/network/faulty_router.ts";
import { testOnSqlite } from "../../../testing/servers/databases.ts";
import { Feeds } from "./feeds.ts";

function caller(who: string): Caller {
  const confirm = () => Promise.resolve();
  const rights = { organization: "main", role: "viewer", tags: undefined } as const;
  return { who, kind: "token", ...rights, account: undefined, session: undefined, confirm };
}

/** The feeds of an isolate, whose callers have their rights until that says something else. */
async function rig(place: Parameters<typeof openDatabase>[0], stack: AsyncDisposableStack) {
  const db = stack.use(await openDatabase(place));
  const guard = new Guard(() => {}, () => true);
  const state = { lost: new Set<Caller>(), error: undefined as Error | undefined, now: 0, looks: 0 };
  const feeds = new Feeds(db, {
    router: new FaultyRouter(),
    guard,
    rights: {
      lostBy: () => {
        state.looks++;
        return state.error ? Promise.reject(state.error) : Promise.resolve(state.lost);
      },
    },
    keptMs: Infinity,
    connectionsMax: 10_000,
    failed: () => {},
    now: () => state.now,
    wallClock: Date.now,
    recheckMs: 5,
  });
  const open = async (of: Caller, cabinets: string[] = []) => {
    const request = { caller: of, cabinets, anyTag: [], after: undefined, untakenBytes: () => 0 };
    return await feeds.open(request);
  };
  return { db, guard, state, open };
}

/** All of the feed until its end. */
async function restOf({ stream }: { stream: ReadableStream<Uint8Array> }): Promise<string> {
  return await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text();
}

testOnSqlite(
  "Feeds ends a feed whose caller's rights are lost, and leaves the others alone",
  async ({ place }, stack) => {
    const { db, guard, state, open } = await rig(place, stack);
    const [one, two] = [caller("token:one"), caller("token:two")];
    const [lost, kept] = [await open(one), await open(two)];
    equal(guard.open.size, 2);
    state.lost = new Set([one]);
    equal((await restOf(lost)).endsWith('event: end\ndata: {"reason":"rights"}\n\n'), true);
    equal(guard.open.size, 1);
    await db.writer.transaction((trx) =>
      insertEvents(trx, [{ at: 1, kind: "stored", cabinet: "cab", cell: 1, detail: "told" }])
    );
    const reader = kept.stream.getReader();
    for (let text = ""; !text.includes("told");) {
      text += new TextDecoder().decode(
        (await reader.read()).value,
      );
    }
    await reader.cancel();
    equal(guard.open.size, 0);
  },
);

testOnSqlite(
  "Feeds outlives a look at rights that fails, and not seconds of them",
  async ({ place }, stack) => {
    const { guard, state, open } = await rig(place, stack);
    const feed = await open(caller("token:one"));
    state.error = new Error("the database is away");
    const looks = state.looks;
    await until(() => state.looks > looks + 3);
    equal(guard.open.size, 1);
    state.now += STAFF.recheckWaitMs;
    equal((await restOf(feed)).endsWith('event: end\ndata: {"reason":"failed"}\n\n'), true);
  },
);

testOnSqlite(
  "Feeds says now and then how far it has come, and that the program stops",
  async ({ place }, stack) => {
    const { guard, state, open } = await rig(place, stack);
    const feed = await open(caller("token:one"));
    state.now += FEED.heartbeatMs;
    const reader = feed.stream.getReader();
    let text = "";
    while (!text.includes(": heartbeat\nid: 0\n\n")) {
      text += new TextDecoder().decode(
        (await reader.read()).value,
      );
    }
    for (const socket of guard.open) socket.close(1012, "the service restarts");
    text = new TextDecoder().decode((await reader.read()).value);
    deepEqual([text, guard.open.size], ['event: end\ndata: {"reason":"stopping"}\n\n', 0]);
  },
);

testOnSqlite(
  "Feeds refuses what is one too many, and has room again after an end",
  async ({ place }, stack) => {
    const { guard, open } = await rig(place, stack);
    const one = caller("token:one");
    const feeds = [];
    for (let n = 0; n < FEED.perCallerMax; n++) feeds.push(await open(one));
    await rejects(open(one), { name: "TooManyFeedsError", isFull: false });
    equal(guard.open.size, FEED.perCallerMax);
    await feeds[0]?.stream.cancel();
    feeds.push(await open(one));
    for (const feed of feeds.slice(1)) await feed.stream.cancel();
    equal(guard.open.size, 0);
  },
);
