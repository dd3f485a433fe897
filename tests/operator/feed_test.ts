/**
 * The feed of events on the running program: who gets what of it, what takes it away, and going on.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { type Database, openDatabase, type Tables } from "../../src/db/mod.ts";
import { endAlarmsOfAll, extendAlarm, raiseAlarm } from "../../src/db/queries/alarms/alarms.ts";
import { insertEvents } from "../../src/db/queries/records.ts";
import { FEED } from "../../src/lib/limits.ts";
import { askForFeed, DeafReader, FeedReader, type FeedReaderOptions } from "../../testing/feed_reader.ts";
import { api, putCabinet } from "../../testing/api.ts";
import type { Message } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { does, operated } from "../../testing/operator_rig.ts";
import { byCookie, byToken, OTHER, seeded } from "../../testing/rigs/two_organizations.ts";
import { type TestDatabase, testOnEach } from "../../testing/servers/databases.ts";

/** The program on that database. */
async function programOn(
  { place, env }: TestDatabase,
  stack: AsyncDisposableStack,
  more: Record<string, string> = {},
): Promise<Program> {
  return stack.use(await Program.start(place.folder, { ...env, ...more }));
}

/** Writes events beside the program, in one transaction each time: their details are the numbers behind the first. */
async function write(
  db: Database,
  cabinet: string,
  { first, count, detail = "" }: { first: number; count: number; detail?: string },
): Promise<void> {
  const now = Date.now();
  const numbers = Array.from({ length: count }, (_, index) => first + index);
  await db.writer.transaction((trx) =>
    insertEvents(
      trx,
      // Each happened before the one that is written before it.
      numbers.map((n) => ({ at: now - n, kind: "door-opened", cabinet, cell: 1, detail: `${n}${detail}` })),
    )
  );
}

const numbersOf = (reader: FeedReader) => reader.events.map(({ detail }) => Number.parseInt(detail));

testOnEach("the feed tells what happens, in the order in which it is written", async (database, stack) => {
  const { program, person, get } = await operated(database, stack);
  const feed = stack.use(await FeedReader.live(program, "?cabinet=cab"));
  const ann = await person();
  const { id: rental } = await does(ann, { type: "store" });
  await feed.until(({ data }) => data["kind"] === "stored" && data["rental"] === rental);
  await feed.until(({ type, data }) => type === "cabinet" && data["cells"]?.[0].door === "open");
  await feed.until(({ type, data }) => type === "cabinet" && data["cells"]?.[0].state === "held");
  const { items } = (await get("/events?after=start")).body;
  await until(() => feed.events.length === items.length);
  deepEqual(feed.events, items);
});

testOnEach(
  "a feed tells of the caller's scope and organization only, without people to whom they are not shown",
  async (
    database,
    stack,
  ) => {
    const { seats, places } = await seeded(database.place, async (seeds) => {
      const place = (organization: string, tag: string) =>
        seeds.place({ organization, cabinet: `cab-${tag}`, tag, word: tag });
      const seat = (organization: string, role: "owner" | "viewer", tags?: string[]) =>
        seeds.seat({ organization, role, tags, word: role });
      return {
        places: [await place("main", "in"), await place("main", "out"), await place(OTHER, "far")],
        seats: {
          owner: await seat("main", "owner"),
          scoped: await seat("main", "owner", ["in"]),
          viewer: await seat("main", "viewer"),
          stranger: await seat(OTHER, "owner"),
        },
      };
    });
    const program = await programOn(database, stack);
    const db = stack.use(await openDatabase(database.place));
    const open = async (seat: { token: string; cookie: string }, query = "", by = byToken(seat)) =>
      stack.use(await FeedReader.live(program, query, { headers: by }));
    const feeds = {
      owner: await open(seats.owner),
      cookie: await open(seats.owner, "", byCookie(seats.owner, program)),
      scoped: await open(seats.scoped),
      viewer: await open(seats.viewer, "?cabinet=cab-in&cabinet=cab-out"),
      tagged: await open(seats.owner, "?anyTag=out"),
      taggedOutOfScope: await open(seats.scoped, "?anyTag=out"),
      stranger: await open(seats.stranger),
    };
    const told = () =>
      Object.fromEntries(
        Object.entries(feeds).map(([name, feed]) => [name, feed.events.map(({ cabinet }) => cabinet)]),
      );
    for (const { cabinet, person } of places) {
      await db.writer.transaction((trx) =>
        insertEvents(trx, [{ at: Date.now(), kind: "stored", cabinet, cell: 1, person, detail: null }])
      );
    }
    const expected = {
      owner: ["cab-in", "cab-out"],
      cookie: ["cab-in", "cab-out"],
      scoped: ["cab-in"],
      viewer: ["cab-in", "cab-out"],
      tagged: ["cab-out"],
      taggedOutOfScope: [],
      stranger: ["cab-far"],
    };
    await until(() => JSON.stringify(told()) === JSON.stringify(expected), { saw: told });
    deepEqual(feeds.owner.events.map(({ person }) => person), [places[0]?.person, places[1]?.person]);
    deepEqual(feeds.viewer.events.map(({ person }) => person), [null, null]);
    // Nobody is told more by going back.
    for (const [seat, known] of [[seats.scoped, ["in"]], [seats.stranger, ["far"]]] as const) {
      const feed = await open(seat, "?after=start");
      deepEqual([...new Set(feed.events.map(({ cabinet }) => cabinet))], known.map((tag) => `cab-${tag}`));
    }
    const refused = async (query: string, headers: FeedReaderOptions["headers"]) => {
      const response = await askForFeed(program, query, { headers: headers ?? {} });
      return [response.status, (await response.json()).detail];
    };
    deepEqual(await refused("?cabinet=cab-far", byToken(seats.owner)), [404, "There is no cabinet cab-far"]);
    deepEqual(await refused("?cabinet=cab-out", byToken(seats.scoped)), [404, "There is no cabinet cab-out"]);
    equal((await refused("?cabinet=cab-in&anyTag=in", byToken(seats.owner)))[0], 400);
    equal((await refused("?after=nonsense", byToken(seats.owner)))[0], 400);
    equal(
      (await refused(`?${"cabinet=cab-in&".repeat(FEED.cabinetsMax + 1)}`, byToken(seats.owner)))[0],
      422,
    );
    equal((await refused("", {}))[0], 401);
  },
);

testOnEach(
  "a feed tells of alarms and says names, to whom the list of events does",
  async (database, stack) => {
    const { seats, persons } = await seeded(database.place, async (seeds) => {
      const place = (organization: string, tag: string) =>
        seeds.place({ organization, cabinet: `cab-${tag}`, tag, word: tag });
      for (const tag of ["in", "out"]) await place("main", tag);
      await place(OTHER, "far");
      const seat = (organization: string, role: "attendant" | "viewer", tags?: string[]) =>
        seeds.seat({ organization, role, tags, word: role });
      return {
        persons: [await seeds.person("Ann", "main", OTHER), await seeds.person("Far", OTHER)],
        seats: {
          all: await seat("main", "attendant"),
          scoped: await seat("main", "attendant", ["in"]),
          viewer: await seat("main", "viewer"),
          stranger: await seat(OTHER, "attendant"),
        },
      };
    });
    const program = await programOn(database, stack);
    const db = stack.use(await openDatabase(database.place));
    const open = async (seat: { token: string }, query = "") =>
      stack.use(await FeedReader.live(program, query, { headers: byToken(seat) }));
    const feeds = await Promise.all(Object.values(seats).map((seat) => open(seat)));
    const stored = (cabinet: string, person = "") => (trx: Tables) =>
      insertEvents(trx, [{ at: Date.now(), kind: "stored", cabinet, cell: 1, person }]);
    const now = Date.now();
    const away = { kind: "offline", cell: 0 } as const;
    const guessed = { kind: "wrong-tokens", cabinet: "", cell: 0, until: now + 4 } as const;
    for (
      const work of [
        (trx: Tables) => raiseAlarm(trx, { ...away, cabinet: "cab-in", raised_at: now + 1 }),
        (trx: Tables) => raiseAlarm(trx, { ...away, cabinet: "cab-far", raised_at: now + 2 }),
        (trx: Tables) => extendAlarm(trx, { ...guessed, raised_at: now + 3 }),
        (trx: Tables) => extendAlarm(trx, { ...guessed, raised_at: now + 4, until: now + 5 }),
        (trx: Tables) => endAlarmsOfAll(trx, ["cab-in", "cab-out"], { kind: "offline", now: now + 6 }),
        stored("cab-out", persons[0]),
        // Somebody of whom the organization does not know.
        stored("cab-in", persons[1]),
        stored("cab-far", persons[1]),
        stored("cab-far"),
        stored("cab-in"),
      ]
    ) await db.writer.transaction<unknown>(work);
    const short = ({ kind, cabinet, detail, personName }: Message) =>
      [kind, cabinet, detail, personName].filter((part) => part !== null).join(" ");
    const told = () => feeds.map(({ events }) => events.map(short));
    const raised = ["alarm-raised cab-in offline", "alarm-raised wrong-tokens", "alarm-ended cab-in offline"];
    const [first = "", none = "", last = ""] = raised;
    const expected = [
      [first, none, last, "stored cab-out Ann", "stored cab-in", "stored cab-in"],
      [first, last, "stored cab-in", "stored cab-in"],
      [first, none, last, "stored cab-out", "stored cab-in", "stored cab-in"],
      ["alarm-raised cab-far offline", "stored cab-far Far", "stored cab-far"],
    ];
    await until(() => JSON.stringify(told()) === JSON.stringify(expected), { saw: told });
    for (const [index, seat] of Object.values(seats).entries()) {
      const events = feeds[index]?.events ?? [];
      const { items } = await api(program, "GET", "/events?after=start&limit=200", { headers: byToken(seat) })
        .then(({ body }) => body);
      deepEqual(events, items.slice(-events.length));
      // What was missed is told alike.
      const again = await open(seat, "?after=start");
      deepEqual(again.events, items);
      const id = again.messages.find(({ data }) => data["kind"] === "alarm-raised")?.id ?? "";
      const next = stack.use(await FeedReader.live(program, "", { headers: byToken(seat), lastId: id }));
      deepEqual(next.events, events.slice(1));
    }
    const [alarm] = (await api(program, "GET", "/alarms?cabinet=cab-in&kind=offline")).body.items;
    deepEqual(feeds[0]?.events.filter(({ alarm: of }) => of === alarm.id).map(short), [first, last]);
  },
);

testOnEach(
  "a feed is over once its token, session, role, scope or cabinet is taken away",
  async (database, stack) => {
    const seats = await seeded(database.place, async (seeds) => {
      for (const tag of ["in", "out"]) {
        await seeds.place({ organization: "main", cabinet: `cab-${tag}`, tag, word: tag });
      }
      const seat = (tags?: string[]) =>
        seeds.seat({ organization: "main", role: "manager", tags, word: "seat" });
      return [await seat(), await seat(), await seat(), await seat(), await seat(["in"])] as const;
    });
    const program = await programOn(database, stack);
    const [token, session, role, scope, cabinet] = seats;
    const open = async (headers: Record<string, string>, query = "") =>
      stack.use(await FeedReader.live(program, query, { headers }));
    const stays = await open(byToken(scope), "?cabinet=cab-out");
    const changes = [
      [await open(byToken(session)), "DELETE", `/tokens/${session.tokenId}`],
      [await open(byCookie(session, program)), "POST", `/staff/${session.account}/log-out`],
      [await open(byCookie(role, program)), "PUT", `/staff/${role.account}`, { role: "viewer", tags: null }],
      [await open(byCookie(scope, program)), "PUT", `/staff/${scope.account}`, {
        role: "manager",
        tags: ["in"],
      }],
      [await open(byCookie(token, program)), "DELETE", `/staff/${token.account}`],
    ] as const;
    const isOver = async (feed: FeedReader) => {
      await feed.ended;
      deepEqual(feed.messages.at(-1), { id: feed.lastId, type: "end", data: { reason: "rights" } });
    };
    for (const [feed, method, path, body] of changes) {
      const { status } = await api(program, method, path, body ? { body } : {});
      equal(status < 300, true, `${method} ${path}: ${status}`);
      await isOver(feed);
    }
    const named = await open(byToken(cabinet), "?cabinet=cab-in");
    const db = stack.use(await openDatabase(database.place));
    await db.tables.updateTable("cabinet_tags").set({ tag: "elsewhere" }).where("cabinet", "=", "cab-in")
      .execute();
    await isOver(named);
    equal(stays.messages.some(({ type }) => type === "end"), false);
  },
);

testOnEach(
  "after kill -9 a feed goes on where it was, also at another program, and nothing comes twice",
  async (
    database,
    stack,
  ) => {
    const program = await programOn(database, stack, { ISOLATES: "2" });
    await putCabinet(program, "cab");
    const db = stack.use(await openDatabase(database.place));
    const feed = stack.use(await FeedReader.live(program, "?cabinet=cab"));
    let first = 1;
    const more = async (count: number) => {
      await write(db, "cab", { first, count });
      first += count;
    };
    await more(50);
    await until(() => feed.lastId !== "" && numbersOf(feed).length > 20);
    const killed = program.end("SIGKILL");
    // More than is read at once, while no program runs.
    await more(3 * FEED.batchMax);
    await killed;
    await feed.ended;
    const got = numbersOf(feed);
    for (const _turn of [1, 2]) {
      const again = await programOn(database, stack, { ISOLATES: "2" });
      const { lastId } = feed;
      // As a browser asks: the address is that of the first time.
      const next = stack.use(await FeedReader.open(again, "?cabinet=cab&after=start", { lastId }));
      await more(50);
      await until(() => got.length + numbersOf(next).length >= first - 1, {
        saw: () => next.messages.slice(-3),
      });
      got.push(...numbersOf(next));
      deepEqual(got, Array.from({ length: first - 1 }, (_, index) => index + 1));
      feed.lastId = next.lastId;
      equal((await again.end("SIGTERM")).success, true);
      await next.ended;
      deepEqual(next.messages.at(-1)?.data, { reason: "stopping" });
    }
  },
);

testOnEach("an id that is older than what is kept, or was never given out, begins with a reset", async (
  database,
  stack,
) => {
  const program = await programOn(database, stack);
  await putCabinet(program, "cab");
  const db = stack.use(await openDatabase(database.place));
  await write(db, "cab", { first: 1, count: 3 });
  const before = stack.use(await FeedReader.live(program, "?after=start"));
  deepEqual(numbersOf(before), [1, 2, 3]);
  await db.tables.deleteFrom("events").where("detail", "!=", "3").execute();
  for (const lastId of [before.messages[0]?.id ?? "", "999999999"]) {
    const feed = stack.use(await FeedReader.live(program, "", { lastId }));
    deepEqual(
      feed.messages.map(({ type }) => type),
      ["reset", "live"],
      `${lastId} ${Deno.inspect(feed.messages)}`,
    );
    equal(feed.lastId, before.lastId);
  }
  const same = stack.use(await FeedReader.live(program, "", { lastId: before.lastId }));
  deepEqual(same.messages.map(({ type }) => type), ["live"]);
  await write(db, "cab", { first: 4, count: 1 });
  await same.until(({ data }) => data["detail"] === "4");
});

testOnEach("a reader that does not read is dropped, and the others miss nothing", async (database, stack) => {
  const program = await programOn(database, stack);
  await putCabinet(program, "cab");
  const db = stack.use(await openDatabase(database.place));
  const others = [
    stack.use(await FeedReader.live(program, "?cabinet=cab")),
    stack.use(await FeedReader.live(program)),
  ];
  using deaf = await DeafReader.open(program, "?cabinet=cab");
  const openFeeds = async () => (await api(program, "GET", "/status")).body.totals.people;
  await until(async () => await openFeeds() === 3);
  const detail = "x".repeat(2_000);
  let first = 1;
  // The system keeps some MiB for it.
  while (await openFeeds() === 3) {
    await write(db, "cab", { first, count: 500, detail });
    first += 500;
    await until(() => others.every((reader) => reader.events.length === first - 1));
  }
  const all = Array.from({ length: first - 1 }, (_, index) => index + 1);
  for (const reader of others) deepEqual(numbersOf(reader), all);
  equal(await openFeeds(), 2);
  equal(await deaf.readToEnd() > 0, true);
});

testOnEach("a token has so many feeds and no more", async (database, stack) => {
  const program = await programOn(database, stack, { ISOLATES: "1" });
  const feeds: FeedReader[] = [];
  for (let n = 0; n < FEED.perCallerMax; n++) feeds.push(stack.use(await FeedReader.live(program)));
  const refused = await askForFeed(program, "");
  equal(refused.status, 429);
  match(refused.headers.get("retry-after") ?? "", /^\d+$/);
  equal((await refused.json() as Message)["code"], "too-many-feeds");
  await feeds.pop()?.[Symbol.asyncDispose]();
  await until(async () => {
    const response = await askForFeed(program, "");
    await response.body?.cancel();
    return response.status === 200;
  });
});
