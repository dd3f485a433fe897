/**
 * What the operator looks up on the running program: rentals, events, alarms and acts, a page at a time; and what
 * is not there, or is nothing that could be.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { CODE } from "../../src/lib/limits.ts";
import { type DatabaseLocation, openDatabase } from "../../src/db/mod.ts";
import { testOnEach } from "../../testing/servers/databases.ts";
import { api, putCabinet, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { guestCookie, type Message, Page } from "../../testing/page.ts";
import { does, idOf, isProblem, operated } from "../../testing/operator_rig.ts";
import type {
  AlarmKind,
  AuditAction,
  CommandKind,
  CommandState,
  EventKind,
  Reason,
} from "../../src/cabinet/kinds.ts";

/** The id of a row that a newer version wrote. */
const NEWER = "00000000-0000-4000-8000-00000000000e";

/** What is asked, and how it is refused. */
type Case = [method: string, path: string, status: number, detail: RegExp];

/** Writes rows as a newer version may have left them. */
async function wroteNewer(place: DatabaseLocation): Promise<void> {
  await using db = await openDatabase(place);
  const { tables } = db;
  const about = { id: NEWER, organization: "main", cabinet: "cab", cell: 1 };
  await tables.insertInto("events").values({ ...about, at: 1, kind: "newer" as string as EventKind })
    .execute();
  const alarm = { ...about, subject: "", raised_at: 1 };
  await tables.insertInto("alarms").values({ ...alarm, kind: "newer" as string as AlarmKind }).execute();
  const entry = { ...about, at: 1, who: "operator", address: "192.0.2.1" };
  await tables.insertInto("acts").values({ ...entry, act: "newer" as string as AuditAction }).execute();
  const [command, state] = ["newer" as string as CommandKind, "newer" as string as CommandState];
  const reason = "newer" as string as Reason;
  await tables.insertInto("commands")
    .values({ ...about, command, state, reason, by: "operator", requested_at: 1 }).execute();
}

testOnEach("lists are narrowed and come in pages, newest first", async (database, stack) => {
  const { program, get, post, person } = await operated(database, stack);
  await putCabinet(program, "hall", { mode: "storage" });
  stack.use(await Device.connect(program, "REG-hall"));
  await untilOnline(program, "hall");
  const [ann, bob] = [await person(), await person()];
  const elsewhere = stack.use(await Page.open(program, "hall", await guestCookie(program, "hall")));
  const rentals: string[] = [];
  for (const page of [ann, ann, bob, elsewhere]) rentals.push((await does(page, { type: "store" }))["id"]);
  const [a1, a2, b, e] = rentals;
  await post(`/rentals/${a1}/end`);
  await post("/cabinets/hall/cells/9/disable");

  /** Reads to the end, two at a time. */
  const all = async (path: string): Promise<Message[]> => {
    const found: Message[] = [];
    for (let before = ""; before !== "end";) {
      const { status, body } = await get(`${path}${path.includes("?") ? "&" : "?"}limit=2${before}`);
      equal(status, 200, JSON.stringify(body));
      found.push(...body.items);
      before = body.next === null ? "end" : `&before=${body.next}`;
    }
    return found;
  };
  const idsOf = async (path: string) => (await all(path)).map(({ id }) => id);
  deepEqual(await idsOf("/rentals"), [e, b, a2, a1]);
  deepEqual(await idsOf("/rentals?cabinet=cab"), [b, a2, a1]);
  deepEqual(await idsOf(`/rentals?person=${idOf(ann)}`), [a2, a1]);
  deepEqual(await idsOf("/rentals?state=held&cabinet=cab"), [b, a2]);
  deepEqual(await idsOf(`/rentals?state=ended&person=${idOf(ann)}&cabinet=cab`), [a1]);
  deepEqual(await idsOf("/rentals?state=returning"), []);
  const of = async (path: string, ...keys: string[]) =>
    (await all(path)).map((row) => keys.map((key) => row[key]));
  const ofRentals = (await of("/events?cabinet=cab", "kind", "rental"))
    .filter(([kind]) => !String(kind).startsWith("door-"));
  deepEqual(ofRentals, [
    ["ended", a1],
    ["stored", b],
    ["stored", a2],
    ["stored", a1],
  ]);
  deepEqual(await of("/events?kind=stored", "rental", "cabinet"), [[e, "hall"], [b, "cab"], [a2, "cab"], [
    a1,
    "cab",
  ]]);
  deepEqual(await of("/events?cabinet=hall&kind=stored", "rental"), [[e]]);
  deepEqual(await of("/events?kind=reminder", "id"), []);
  deepEqual(await of("/acts?cabinet=hall", "act", "cell"), [["disable", 9], ["put", null]]);
  deepEqual(await of("/acts", "act", "cabinet"), [
    ["disable", "hall"],
    ["end-rental", "cab"],
    ["put", "hall"],
    ["put", "cab"],
    ["invite", null],
  ]);
});

testOnEach("what a newer version wrote under words of its own is told as it is", async (database, stack) => {
  await wroteNewer(database.place);
  const { program } = await operated(database, stack);
  const get = (path: string) => api(program, "GET", path, { isOtherVersion: true });
  const last = async (path: string): Promise<Message> => {
    const { status, body } = await get(path);
    equal(status, 200, JSON.stringify(body));
    return body.items.at(-1);
  };
  equal((await last("/events?cabinet=cab"))["kind"], "newer");
  equal((await last("/alarms?cabinet=cab"))["kind"], "newer");
  equal((await last("/acts?cabinet=cab"))["act"], "newer");
  const { command, state, reason } = await last("/commands?cabinet=cab");
  deepEqual([command, state, reason], ["newer", "newer", "newer"]);
  equal((await get(`/commands/${NEWER}`)).body.state, "newer");
});

testOnEach("an alarm about a whole cabinet has no cell", async (database, stack) => {
  const { get, person } = await operated(database, stack);
  const codes = Array.from({ length: CODE.wrongPerAddressMax }, (_, n) => String(n).padStart(8, "0"));
  while (codes.length > 0) {
    const page = await person();
    for (const code of codes.splice(0, CODE.wrongPerNewGuestMax)) await does(page, { type: "pickup", code });
  }
  for (const path of ["/alarms", "/alarms?active=true", "/alarms?cabinet=cab&active=true"]) {
    const { items } = (await get(path)).body;
    const told = items.map(({ kind, cell, endedAt }: Message) => [kind, cell, endedAt]);
    deepEqual(told, [["wrong-codes", null, null], ["wrong-codes", null, null]], path);
    const subjects = items.map(({ subject }: Message) => subject.split(":")[0]).sort();
    deepEqual(subjects, ["address", "cabinet"], path);
  }
  deepEqual((await get("/alarms?cabinet=hall&active=true")).body.items, []);
});

testOnEach(
  "what is not there is 404, what cannot be is 422 or 400, and none of it is 500",
  async (database, stack) => {
    const { program } = await operated(database, stack);
    const none = crypto.randomUUID();
    const cases: Case[] = [
      ...["x", "%00", "1%2700", none.slice(1), `${none}0`].flatMap((
        id,
      ): Case[] => [
        ["GET", `/rentals/${id}`, 404, /rental/],
        ["POST", `/rentals/${id}/end`, 404, /rental/],
        ["GET", `/permits/${id}`, 404, /permit/],
        ["DELETE", `/permits/${id}`, 404, /permit/],
        ["GET", `/commands/${id}`, 404, /command/],
      ]),
      ...["%00", "a%00b", "nowhere", "%20", "x".repeat(65), "%F0%9F%94%91"].flatMap(
        (id): Case[] => [
          ["GET", `/cabinets/${id}`, 404, /cabinet/],
          ["DELETE", `/cabinets/${id}`, 404, /cabinet/],
          ["GET", `/cabinets/${id}/permits`, 404, /cabinet/],
          ["POST", `/cabinets/${id}/permits`, 404, /cabinet/],
          ["POST", `/cabinets/${id}/clear`, 404, /cabinet/],
          ["POST", `/cabinets/${id}/cells/1/clear`, 404, /cabinet/],
          ["POST", `/cabinets/${id}/cells/1/open`, 404, /cabinet/],
          ["POST", `/cabinets/${id}/cells/1/disable`, 404, /cabinet/],
          ["GET", `/cabinets/${id}/raw`, 404, /cabinet/],
        ],
      ),
      ...["open", "disable", "enable", "clean", "clear"].flatMap((
        act,
      ): Case[] => [
        ["POST", `/cabinets/cab/cells/25/${act}`, 404, /25/],
        ["POST", `/cabinets/cab/cells/0/${act}`, 404, /cell 0/],
        ["POST", `/cabinets/cab/cells/x%00/${act}`, 404, /cell/],
      ]),
      ["GET", `/rentals/${none}`, 404, /rental/],
      ["POST", `/cabinets/cab/cells/1/explode`, 404, /explode/],
      ["PATCH", "/rentals", 404, /PATCH/],
      ...["rentals", "events", "alarms", "acts", "commands", "cabinets/cab/permits"].flatMap(
        (list): Case[] => [
          ["GET", `/${list}?limit=0`, 422, /limit/],
          ["GET", `/${list}?limit=201`, 422, /limit/],
          ["GET", `/${list}?colour=red`, 422, /colour/],
          ["GET", `/${list}?before=x`, 400, /cursor/],
          ["GET", `/${list}?before=1_${"%00".repeat(36)}`, 400, /cursor/],
        ],
      ),
      ...["rentals", "events", "alarms", "acts", "commands"].map((list): Case => [
        "GET",
        `/${list}?cabinet=a%00`,
        422,
        /cabinet/,
      ]),
      ["GET", "/rentals?state=opening", 422, /state/],
      ["GET", "/rentals?person=%00", 422, /person/],
      ["GET", "/rentals?number=1234567", 422, /^number: 8 digits/],
      ["GET", "/rentals?number=12345678", 422, /^number: .*a digit is wrong/],
      ["GET", "/events?kind=%00", 422, /kind/],
      ["GET", "/events?kind=nonsense", 422, /^kind: .*door-opened/],
      ["GET", "/events?after=999999999", 409, /^after: .*start/],
      ["GET", "/events?kind=stored&after=999999999", 409, /^after: /],
      ["GET", "/events?colour=red", 422, /^query: .*colour/],
      ["DELETE", "/people/x?colour=red", 422, /^query: .*colour/],
      ["GET", "/alarms?active=yes", 422, /active/],
      ["GET", "/cabinets?after=%00", 422, /after/],
    ];
    for (const [method, path, status, detail] of cases) {
      const answer = await api(program, method, path);
      equal(answer.status, status, `${method} ${path}: ${JSON.stringify(answer.body)}`);
      isProblem(answer, status, detail);
    }
    equal(
      (await api(program, "GET", "/events?after=0")).status,
      200,
      "the beginning of a log is not a cursor from after it",
    );
    for (
      const path of ["/cabinets/cab/cells/1/open", "/cabinets/cab/cells/1/clear", `/rentals/${none}/end`]
    ) {
      isProblem(await api(program, "POST", path, { body: "{" }), 400, /JSON/);
      isProblem(await api(program, "POST", path, { body: { reason: "a\0b" } }), 422, /reason/);
      isProblem(await api(program, "POST", path, { body: [] }), 422, /body/);
    }
    equal(program.err.some((line) => line.includes('"level":"ERROR"')), false);
  },
);
