/**
 * The list of cabinets on the running program: what it has, what narrows it down, and what it refuses.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { api, putCabinet } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { isProblem } from "../../testing/operator_rig.ts";
import { byRoot, byToken, call, OTHER, seeded } from "../../testing/rigs/two_organizations.ts";
import { testOnEach } from "../../testing/servers/databases.ts";

testOnEach("cabinets are listed without their cells, found by words, and known to be online", async (
  database,
  stack,
) => {
  const program = stack.use(await Program.start(database.place.folder, database.env));
  const get = async (query: string) => (await api(program, "GET", `/cabinets?${query}`)).body;
  const idsOf = async (query: string) => (await get(query)).items.map(({ id }: { id: string }) => id);
  await putCabinet(program, "hall", { name: "大厅 100%", tags: ["gym", "west"], cells: { count: 2 } });
  await putCabinet(program, "lobby", {
    name: "Lobby",
    tags: ["gym"],
    contact: { telephone: "400 123 4567" },
  });
  await putCabinet(program, "roof", {
    name: "Roof_A",
    location: { address: "West Lake" },
    cells: [],
  });

  const { items: [hall], total, estimate, next } = await get("");
  deepEqual([hall.id, hall.online, hall.connectedAt, hall.cells], ["hall", false, null, undefined]);
  deepEqual([total, estimate, next], [3, null, null]);
  const full = await get("include=cells");
  deepEqual(full.items.map(({ cells }: { cells: unknown[] }) => cells.length), [2, 24, 0]);
  const warnings = async (query: string) =>
    (await get(query)).items.map((item: { warnings: string[] }) => item.warnings);
  deepEqual(await warnings(""), await warnings("include=cells"));

  for (
    const [query, ids] of [
      ["q=LOBBY", ["lobby"]],
      ["q=%25", ["hall"]],
      ["q=_", ["roof"]],
      ["q=大厅", ["hall"]],
      ["q=west%20lake", ["roof"]],
      ["q=123", ["lobby"]],
      ["q=nowhere", []],
      ["tag=gym", ["hall", "lobby"]],
      ["tag=gym&tag=west", ["hall"]],
      ["tag=none", []],
      ["board=8a&sort=-id", ["roof", "lobby", "hall"]],
      ["board=lcus", []],
      ["alarm=true", []],
      ["alarm=offline", []],
      ["alarm=false&q=r", ["roof"]],
      ["after=hall", ["lobby", "roof"]],
    ] as const
  ) deepEqual(await idsOf(query), ids, query);

  const device = stack.use(await Device.connect(program, "REG-lobby"));
  await until(async () => (await idsOf("online=true")).length === 1, { deadlineMs: 30_000 });
  const { items: [lobby] } = await get("online=true");
  deepEqual([lobby.id, lobby.online, typeof lobby.connectedAt], ["lobby", true, "string"]);
  deepEqual(await idsOf("online=false"), ["hall", "roof"]);
  await device[Symbol.asyncDispose]();
  await until(async () => (await idsOf("online=true")).length === 0, { deadlineMs: 30_000 });
});

testOnEach("the list of cabinets refuses what it cannot mean, and says what it wants", async (
  database,
  stack,
) => {
  const program = stack.use(await Program.start(database.place.folder, database.env));
  for (const id of ["a", "b", "c"]) await putCabinet(program, id);
  const { body: { next } } = await api(program, "GET", "/cabinets?limit=1&sort=name");
  const second = await api(program, "GET", `/cabinets?limit=2&sort=name&after=${next}`);
  deepEqual(second.body.items.map(({ id }: { id: string }) => id), ["b", "c"]);
  deepEqual([second.body.total, second.body.estimate], [null, null]);
  const cases: [query: string, status: number, detail: RegExp][] = [
    [`after=${next}`, 422, /another filter or sort/],
    [`sort=-name&after=${next}`, 422, /another filter or sort/],
    [`sort=name&q=a&after=${next}`, 422, /another filter or sort/],
    ["sort=name&after=a", 400, /not a cursor/],
    ["after=~x", 400, /not a cursor/],
    ["after=%00", 422, /^after: /],
    ["limit=-1", 422, /^limit: a number from 1 to 200$/],
    ["limit=0", 422, /^limit: /],
    ["limit=x", 422, /^limit: a number from 1 to 200$/],
    [`q=${"x".repeat(10_000)}`, 422, /^q: /],
    ["q=%20", 422, /^q: /],
    ["q=a%00", 422, /^q: /],
    ["online=yes", 422, /^online: one of true, false$/],
    ["alarm=fire", 422, /^alarm: one of true, false, .*left-open/],
    ["board=9z", 422, /^board: one of .*8a.*kaigui/],
    ["sort=price", 422, /^sort: one of id, -id, name/],
    ["include=doors", 422, /^include: .*cells/],
    ["tag=", 422, /^tag\.0: /],
    ["colour=red", 422, /^query: .*colour/],
  ];
  for (const [query, status, detail] of cases) {
    isProblem(await api(program, "GET", `/cabinets?${query}`), status, detail);
  }
  const commands = await api(program, "GET", `/commands?before=${next}`);
  isProblem(commands, 422, /another list/);
});

testOnEach("members find and count the cabinets of their scope, and no others", async (database, stack) => {
  const { all, some, other } = await seeded(database.place, async (seeds) => {
    const places = [["main", "one", "gym"], ["main", "two", "spa"], [OTHER, "three", "gym"]] as const;
    for (const [organization, cabinet, tag] of places) {
      await seeds.place({ organization, cabinet, tag, word: `Word ${cabinet}` });
    }
    const seat = (organization: string, tags: string[] | undefined) =>
      seeds.seat({ organization, role: "viewer", tags, word: "seat" });
    return {
      all: await seat("main", undefined),
      some: await seat("main", ["gym"]),
      other: await seat(OTHER, ["gym"]),
    };
  });
  const program = stack.use(await Program.start(database.place.folder, database.env));
  const seen = async (headers: Record<string, string>, query: string) => {
    const reply = await call(program, { method: "GET", path: `/cabinets?${query}`, headers });
    equal(reply.status, 200, reply.text);
    const { items, total } = JSON.parse(reply.text);
    match(String(total), /^\d+$/);
    return [...items.map(({ id }: { id: string }) => id), total];
  };
  for (const query of ["", "q=word", "q=o", "sort=name", "board=8a", "online=false", "alarm=true&q=word"]) {
    deepEqual(await seen(byRoot(), query), ["one", "two", 2], query);
    deepEqual(await seen(byToken(all), query), ["one", "two", 2], query);
    deepEqual(await seen(byToken(some), query), ["one", 1], query);
    deepEqual(await seen(byToken(other), query), ["three", 1], query);
  }
  for (const query of ["tag=spa", "q=two", "q=three", "tag=spa&q=word"]) {
    deepEqual(await seen(byToken(some), query), [0], query);
  }
});
