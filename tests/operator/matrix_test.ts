/**
 * Every operation of the API, for every caller, on what is the caller's own, out of the caller's scope, and another
 * organization's.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { ROLES } from "../../src/cabinet/roles.ts";
import { ROUTES } from "../../src/operator/contract/mod.ts";
import { Program } from "../../testing/program.ts";
import {
  byCookie,
  byRoot,
  byToken,
  call,
  OTHER,
  type Reply,
  type Seat,
  seeded,
  type Seeds,
} from "../../testing/rigs/two_organizations.ts";
import { testOnEach } from "../../testing/servers/databases.ts";
import { type Caller, ENTRIES, type Entry, expected, type Spot, type Where } from "./matrix.ts";

const MAIN = "main";
const WHERES = ["own", "out", "foreign"] as const;
/** Words of the places' texts, which are in no other text. */
const WORDS = { own: "Aardvark", out: "Buffalo", foreign: "Cormorant" } as const;
/** More than calls that use something up succeed at one place: of the service's own token, and of owners or managers. */
const POOL = 12;

/** What was written before the program started. */
interface Scene {
  readonly spots: Readonly<Record<Where, Spot>>;
  /** Of each role, one that has all cabinets in reach, and one that has only the own place. */
  readonly seats: readonly { readonly seat: Seat; readonly spare: Caller["spare"] }[];
}

/** One call of the matrix. */
interface Cell {
  readonly program: Program;
  readonly method: string;
  readonly entry: Entry;
  readonly caller: Caller;
  readonly where: Where;
  readonly scene: Scene;
}

Deno.test("each route of the API has an entry in the matrix, and each entry a route", () => {
  deepEqual(
    Object.keys(ENTRIES).toSorted(),
    ROUTES.map(({ method, path }) => `${method} ${path}`).toSorted(),
  );
});

testOnEach(
  "the API gives each role what the table says, and shows nothing of others",
  async (database, stack) => {
    const scene = await seeded(database.place, sceneOf);
    const env = { ...database.env, TRUSTED_PROXIES: "1" };
    const program = stack.use(await Program.start(database.place.folder, env));
    const callers = callersOf(scene, program);
    const mistakes: string[] = [];
    let checked = 0;
    for (const { method, path } of ROUTES) {
      const entry = ENTRIES[`${method} ${path}`];
      if (!entry) continue;
      for (const caller of callers) {
        for (const where of WHERES) {
          const found = await mistakesIn({ program, method, entry, caller, where, scene });
          mistakes.push(...found.map((mistake) => `${method} ${path}, ${caller.name}, ${where}: ${mistake}`));
          checked++;
        }
      }
    }
    ok(mistakes.length === 0, mistakes.join("\n"));
    equal(checked, ROUTES.length * callers.length * WHERES.length);
    const text =
      `${ROUTES.length} operations x ${callers.length} callers x ${WHERES.length} places = ${checked}\n`;
    Deno.stdout.writeSync(new TextEncoder().encode(text));
  },
);

async function sceneOf(seeds: Seeds): Promise<Scene> {
  const spots = {
    own: await spotOf(seeds, MAIN, "own"),
    out: await spotOf(seeds, MAIN, "out"),
    foreign: await spotOf(seeds, OTHER, "foreign"),
  };
  const seats: Scene["seats"][number][] = [];
  for (const role of ROLES) {
    for (const tags of [undefined, ["own"]]) {
      const seat = await seeds.seat({ organization: MAIN, role, tags, word: role });
      const spare = await Promise.all(
        Array.from({ length: 2 * WHERES.length }, () => seeds.session(seat.account)),
      );
      seats.push({ seat, spare });
    }
  }
  return { spots, seats };
}

async function spotOf(seeds: Seeds, organization: string, where: Where): Promise<Spot> {
  const word = WORDS[where];
  const place = await seeds.place({ organization, cabinet: `cab-${where}`, tag: where, word });
  // Staff is seen by all owners of the organization.
  const about = { organization, word: organization === MAIN ? "Mate" : word };
  const { account: member, tokenId, session } = await seeds.seat({ ...about, role: "viewer", tags: [where] });
  const spot: Spot = {
    ...place,
    member,
    tokenId,
    session: where === "own" ? "" : session,
    secret: (await seeds.invitation(organization, about.word, [where])).secret,
    members: [],
    visitors: [],
    links: [],
  };
  while (spot.members.length < POOL) {
    spot.members.push(await seeds.member(organization, about.word, [where]));
    spot.visitors.push(await seeds.person(`Visitor ${about.word}`, organization));
    spot.links.push((await seeds.invitation(organization, about.word, [where])).id);
  }
  return spot;
}

function callersOf({ seats }: Scene, program: Program): Caller[] {
  const strangers = [
    { name: "nobody", kind: "nobody", headers: {} },
    { name: "wrong token", kind: "nobody", headers: { authorization: "Bearer wrong" } },
    { name: "root", kind: "root", headers: byRoot() },
  ] as const;
  return [
    ...strangers.map((stranger, index) => {
      return { ...stranger, scope: undefined, spare: [], login: seats[index]?.seat.login ?? "" };
    }),
    ...seats.flatMap(({ seat, spare }) => {
      const scope = seat.tags?.[0];
      const is = { seat, scope, spare, login: seat.login };
      const name = `${seat.role} of ${scope ?? "all"}`;
      return [
        { ...is, name: `${name} by token`, kind: "token", headers: byToken(seat) } as const,
        { ...is, name: `${name} by cookie`, kind: "cookie", headers: byCookie(seat, program) } as const,
      ];
    }),
  ];
}

/** What is wrong with what the call gets. */
async function mistakesIn(cell: Cell): Promise<string[]> {
  const { entry, caller, where, scene } = cell;
  const spot = scene.spots[where];
  const reply = await ask(cell, spot);
  const wanted = expected(entry, caller, where);
  if (reply.status !== wanted) return [`${reply.status} instead of ${wanted}: ${reply.text.slice(0, 300)}`];
  if (entry.uses && reply.status < 400) (entry.uses === "spare" ? caller.spare : spot[entry.uses]).pop();
  // Not the place where a list goes on: it may be behind a row that the list did not show.
  const text = reply.text.replace(/"next":"[^"]*"/, "").toLowerCase();
  const shown = hiddenFrom(cell, reply).filter((one) => text.includes(one.toLowerCase()));
  const mistakes = shown.map((one) => `shows ${one}: ${reply.text.slice(0, 300)}`);
  if (reply.status === 404) {
    const ghost = ghostOf(spot);
    const [is, none] = [reply, await ask(cell, ghost)].map(({ status, type, text }, index) => {
      return `${status} ${type} ${withoutIds(text, index === 0 ? spot : ghost)}`;
    });
    if (is !== none) mistakes.push(`${is}, where what does not exist gets ${none}`);
  }
  return mistakes;
}

let calls = 0;

async function ask({ program, method, entry, caller }: Cell, spot: Spot): Promise<Reply & { sent: string }> {
  const { path, body } = entry.call(spot, caller);
  // The session that is ended is another one.
  const secret = path === "/session" && method === "DELETE" ? caller.spare.at(-1)?.secret : undefined;
  const headers = {
    ...caller.headers,
    ...caller.kind === "cookie" && secret !== undefined && { cookie: `kaigui_staff=${secret}` },
    ...entry.isBare && spot.organization !== MAIN && { "kaigui-organization": spot.organization },
    // An address each: wrong tokens and passwords of one are slowed down.
    "x-forwarded-for": `10.0.${++calls >> 8}.${calls & 255}`,
  };
  return { ...await call(program, { method, path, body, headers }), sent: path + JSON.stringify(body) };
}

/** What the caller must not see, of what was not in the call itself. */
function hiddenFrom({ entry, caller, where, scene }: Cell, { sent }: { sent: string }): string[] {
  const { foreign, out } = scene.spots;
  const hidden: string[] = [];
  const isNamed = caller.kind === "root" && where === "foreign";
  // What staff has asked for stands in their own audit log, with the ids that they gave.
  const isLog = entry === ENTRIES["GET /acts"];
  if (!isNamed && entry.row !== "public") hidden.push(foreign.word, ...isLog ? [] : idsOf(foreign));
  if (caller.scope !== undefined && !entry.isWide) hidden.push(out.word, ...isLog ? [] : idsOf(out));
  const mayNotSeePeople = ["viewer", "installer"].includes(caller.seat?.role ?? "");
  if (mayNotSeePeople) {
    hidden.push(...WHERES.flatMap((one) => [`Person ${WORDS[one]}`, scene.spots[one].person]));
  }
  return hidden.filter((one) => !sent.includes(one));
}

/** The ids of what is at the place. */
function idsOf(
  { person, rental, endedRental, permit, command, event, alarm, act, job, cabinet, ...spot }: Spot,
): string[] {
  const { member, tokenId, number } = spot;
  return [
    person,
    rental,
    endedRental,
    permit,
    command,
    event,
    alarm,
    act,
    job,
    cabinet,
    member,
    tokenId,
    number,
  ];
}

/** The same place, where nothing is. */
function ghostOf(spot: Spot): Spot {
  const ids = Object.fromEntries(Object.keys(spot).map((key) => [key, crypto.randomUUID()]));
  const pools = {
    members: [crypto.randomUUID()],
    visitors: [crypto.randomUUID()],
    links: [crypto.randomUUID()],
  };
  return { ...spot, ...ids, ...pools, organization: "ghost", cabinet: "ghost" } as Spot;
}

/** The text, in which each id that stands for the place or what is at it reads alike. */
function withoutIds(text: string, spot: Spot): string {
  const ids = Object.values<string | string[]>({ ...spot }).flat().filter((id) => id.length > 3);
  return ids.reduce((text, id) => text.replaceAll(id, "ID"), text);
}
