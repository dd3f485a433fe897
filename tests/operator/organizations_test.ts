/**
 * Two organizations on one service, each with staff of different scopes: nobody sees or does anything of the other, by any
 * route, list, error or socket. `kaigui export` reads the database and no API: `src/cli/export/export_test.ts` has it.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { FIRST_ORGANIZATION } from "../../src/cabinet/roles.ts";
import { chance } from "../../testing/chance.ts";
import { Device } from "../../testing/device.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { rawLineTo } from "../../testing/raw_line.ts";
import {
  byCookie,
  byRoot,
  byToken,
  call,
  FREE,
  OTHER,
  type Reply,
  type Seat,
  seeded,
  type Seeds,
} from "../../testing/rigs/two_organizations.ts";
import { type TestDatabase, testOnEach } from "../../testing/servers/databases.ts";
import { sized } from "../../testing/test_run.ts";
import { SIZE } from "../sizes.ts";
import { type Company, idsOf, Intruders, type Intrusion } from "./intruders.ts";

/** Requests that are under way at once. */
const AT_ONCE = 8;
/** Words of each text of a company's rows: of its two places, and of its staff. */
const WORDS = {
  [FIRST_ORGANIZATION]: ["Aardvark", "Buffalo", "Chamois"],
  [OTHER]: ["Dormouse", "Elephant", "Flamingo"],
} as const;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** Lists that are the organization's and of no cabinet: each owner sees them, whatever the scope. */
const WIDE = /^\/(people|staff|invitations|tokens)\b/;
/** The organization's own audit log: has the ids that its staff has asked for. */
const LOG = /^\/acts\b/;

testOnEach(sized("staff sees and does nothing of another organization's"), async (database, stack) => {
  const companies = await seeded(database.place, companiesOf);
  const program = stack.use(await started(database));
  for (const company of companies) await leaveKeys(program, company);
  const random = chance("intruders");
  for (const [own, foreign] of [companies, companies.toReversed()] as const) {
    if (!own || !foreign) throw new TypeError("There are two");
    const before = await dumpOf(database, foreign);
    const intruders = new Intruders(own, foreign, { random, program });
    const counts = await intrude(intruders, { program, own, foreign, tries: SIZE.foreignIds / 2 });
    // What is refused is not refused for another reason.
    ok((counts.get(200) ?? 0) > 0 && (counts.get(404) ?? 0) > SIZE.foreignIds / 20, Deno.inspect(counts));
    deepEqual(await dumpOf(database, foreign), before);
  }
  deepEqual(program.said.filter((line) => /went wrong|failed/i.test(line)), []);
});

testOnEach(
  "the raw line of another organization's cabinet is not there, nor heard",
  async (database, stack) => {
    const companies = await seeded(database.place, companiesOf);
    const program = stack.use(await started(database));
    const [main, other] = companies as [Company, Company];
    const devices: Device[] = [];
    for (const company of companies) {
      const id = cabinetOf(company);
      const body = {
        name: id,
        board: "8a",
        mode: "storage",
        registration: { text: `REG-${id}` },
        cells: { count: 3 },
      };
      const headers = { ...byRoot(), "kaigui-organization": company.organization };
      equal((await call(program, { method: "PUT", path: `/cabinets/${id}`, body, headers })).status, 200);
      const device = stack.use(await Device.connect(program, `REG-${id}`));
      devices.push(device);
      await untilOnlineIn(program, id, headers);
    }
    for (const [own, foreign] of [[main, other], [other, main]] as const) {
      for (const seat of own.staff) {
        for (const headers of [byToken(seat), byCookie(seat, program)]) {
          for (const query of ["", `?organization=${foreign.organization}`]) {
            const line = rawLineTo(program, cabinetOf(foreign), { headers, query });
            equal(await line.isGranted, false, `${seat.role} ${query}`);
          }
        }
      }
    }
    const own = rawLineTo(program, cabinetOf(main), { headers: byToken(main.staff[0] as Seat) });
    equal(await own.isGranted, true);
    const foreignBytes = [0x82, 1, 2, 0x00];
    const came = (bytes: readonly number[]) => own.heard.some((text) => text.startsWith(spaced(bytes)));
    // The line greets before the cabinet's isolate passes on what it receives.
    await until(async () => {
      await devices[1]?.report(2, true);
      await devices[0]?.report(3, true);
      return came([0x82, 1, 3, 0x00]);
    }, { saw: () => own.heard });
    equal(came(foreignBytes), false);
    own.close();
    await own.closed;
  },
);

async function started({ place, env }: TestDatabase): Promise<Program> {
  return await Program.start(place.folder, env);
}

async function companiesOf(seeds: Seeds): Promise<Company[]> {
  return [await companyOf(seeds, FIRST_ORGANIZATION), await companyOf(seeds, OTHER)];
}

/** The tags are the same in both, the words are not. */
async function companyOf(
  seeds: Seeds,
  organization: typeof FIRST_ORGANIZATION | typeof OTHER,
): Promise<Company> {
  const words = WORDS[organization];
  const [north, south, word] = words;
  const about = { organization, word };
  return {
    organization,
    words,
    places: [
      await seeds.place({ organization, word: north, cabinet: `${organization}-1`, tag: "north" }),
      await seeds.place({ organization, word: south, cabinet: `${organization}-2`, tag: "south" }),
    ],
    staff: [
      await seeds.seat({ ...about, role: "owner", tags: undefined }),
      await seeds.seat({ ...about, role: "manager", tags: ["north"] }),
      await seeds.seat({ ...about, role: "attendant", tags: ["south"] }),
    ],
    links: [
      await seeds.invitation(organization, north),
      await seeds.invitation(organization, south, ["south"]),
    ],
    keys: [`${organization} opens`, "both open"],
  };
}

/** The company's owner sends requests with its keys. */
async function leaveKeys(program: Program, { places, staff, keys }: Company): Promise<void> {
  const [place, owner] = [places[0], staff[0]];
  for (const key of keys) {
    const headers = { ...byToken(owner as Seat), "idempotency-key": key };
    const path = `/cabinets/${place?.cabinet}/cells/${FREE}/open`;
    equal(
      (await call(program, { method: "POST", path, body: { reason: place?.word }, headers })).status,
      200,
    );
  }
}

/** All that is stored of the company, but for what the engine notes by itself. */
async function dumpOf({ query }: TestDatabase, { organization }: Company): Promise<string[]> {
  const owned = ["cabinets", "cabinet_tags", "cells", "commands", "rentals", "permits", "acts"];
  const staff = ["memberships", "invitations", "staff_tokens", "visits"];
  const of = `organization = '${organization}'`;
  const members = `(select account from memberships where ${of})`;
  const wanted = [
    ...[...owned, ...staff].map((table) => `${table} where ${of}`),
    `events where ${of} and alarm is null`,
    `alarms where ${of} and kind = 'left-open'`,
    `organizations where id = '${organization}'`,
    `people where id in (select person from visits where ${of})`,
    `accounts where id in ${members}`,
    `staff_sessions where account in ${members}`,
  ];
  const rows: string[] = [];
  for (const table of wanted) {
    const found = await query(`select * from ${table}`);
    ok(found.length > 0, table);
    rows.push(...found.map((row) => `${table}: ${JSON.stringify(row)}`));
  }
  return rows.toSorted();
}

/** Sends so many requests. @returns how many were answered with which status */
async function intrude(
  intruders: Intruders,
  { program, own, foreign, tries }: { program: Program; own: Company; foreign: Company; tries: number },
): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  const ids = new Set(idsOf(foreign));
  let left = tries;
  const work = async () => {
    while (left-- > 0) {
      const intrusion = await intruders.draw();
      const reply = await call(program, intrusion);
      counts.set(reply.status, (counts.get(reply.status) ?? 0) + 1);
      const shown = shownBy(reply, intrusion, { own, foreign, ids });
      const told = `${Deno.inspect(intrusion)}\n${reply.status} ${reply.text}\n${program.err.at(-1)}`;
      ok(reply.status < 500, told);
      deepEqual(shown, [], told);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return counts;
}

/** What an answer shows that the request did not name, and the seat must not see. */
function shownBy(
  { text }: Reply,
  { seat, path, body, headers }: Intrusion,
  { own, foreign, ids }: { own: Company; foreign: Company; ids: ReadonlySet<string> },
): string[] {
  const sent = `${path} ${JSON.stringify(body)} ${Object.values(headers).join(" ")}`.toLowerCase();
  const heard = text.toLowerCase();
  const outOfScope = own.places.filter(({ tag }) => seat.tags && !seat.tags.includes(tag));
  const hidden = [...foreign.places, ...WIDE.test(path) ? [] : outOfScope].map(({ word }) =>
    word.toLowerCase()
  );
  const words = hidden.filter((word) => heard.includes(word) && !sent.includes(word));
  if (LOG.test(path)) return words;
  return [...words, ...(heard.match(UUID) ?? []).filter((id) => ids.has(id) && !sent.includes(id))];
}

/** The first cabinet of the company. */
function cabinetOf({ places }: Company): string {
  return places[0]?.cabinet ?? "";
}

/** As the raw line writes them. */
function spaced(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");
}

async function untilOnlineIn(program: Program, id: string, headers: Record<string, string>): Promise<void> {
  await until(async () => {
    return JSON.parse((await call(program, { method: "GET", path: `/cabinets/${id}`, headers })).text).online;
  });
}
