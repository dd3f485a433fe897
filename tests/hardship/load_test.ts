/**
 * Many people at once on many simulated cabinets: every tap has a final state, and no lock moved that nobody
 * asked for. How fast that goes is measured in `bench/`, not here.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { simulateFleet } from "../../src/simulator/mod.ts";
import { putCabinet } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, type Message, Page } from "../../testing/page.ts";
import { Program, query } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { untilOnline } from "../../testing/api.ts";
import { SIZE } from "../sizes.ts";
import { chance } from "../../testing/chance.ts";

const CABINETS = 256;
const PEOPLE = 64;
/** Of 64 cabinets, the one whose opens are not answered, and the one that is dead. */
const LOST_REPLIES = 2;
const SILENT = 4;

function isSlow(index: number): boolean {
  return index % 64 === LOST_REPLIES || index % 64 === SILENT;
}

Deno.test(`${SIZE.loadTaps} taps of 64 people on 256 cabinets: all final, pulses = commands not refused`, async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const program = stack.use(await Program.start(folder.path, {}, { descriptors: 8_192 }));
  const ids = Array.from({ length: CABINETS }, (_, index) => `sim-${index}`);
  for (const id of ids) await putCabinet(program, id);
  const fleet = stack.use(simulateFleet(CABINETS, (index) => ({
    hostname: "127.0.0.1",
    port: program.devicePort,
    registration: new TextEncoder().encode(`REG-sim-${index}`),
    random: chance(`sim-${index}`),
    replyMs: [0, 40],
    closeMs: [200, 2_000],
    ...(index % 16 === 1 ? { jammed: [{ board: 1, lock: 3 }] } : {}),
    ...(index % 64 === LOST_REPLIES ? { frameLoss: "openings" as const } : {}),
    ...(index % 16 === 3 ? { pieceBytes: 1, pieceGapMs: [0, 3] as const } : {}),
    ...(index % 64 === SILENT ? { silent: [1] } : {}),
  })));
  await fleet.connected;
  await untilOnline(program, ids.at(-1) as string);
  const cookies = await Promise.all(ids.slice(0, PEOPLE).map((id) => guestCookie(program, id)));

  const outcomes = await Promise.all(
    cookies.map((cookie, person) => tapAll(program, { cookie, person, ids })),
  );
  const states = outcomes.flat();
  equal(states.length, SIZE.loadTaps);

  const rows = query<{ state: string; n: number }>(
    folder.path,
    "select state, count(*) as n from commands group by state",
  );
  const journal = new Map(rows.map(({ state, n }) => [state, n]));
  equal((journal.get("requested") ?? 0) + (journal.get("sent") ?? 0), 0, "every command has a final state");
  equal(rows.reduce((sum, { n }) => sum + n, 0), SIZE.loadTaps);
  for (const [state, n] of journal) equal(states.filter((one) => one === state).length, n, state);

  const silent = query<{ n: number }>(
    folder.path,
    `select count(*) as n from commands where state <> 'refused'
       and cast(substr(cabinet, 5) as integer) % 64 = ${SILENT}`,
  )[0]?.n ?? 0;
  const sent = SIZE.loadTaps - (journal.get("refused") ?? 0);
  const pulses = fleet.cabinets.reduce((sum, cabinet) => sum + cabinet.pulses.length, 0);
  equal(pulses, sent - silent, "the boards that hear pulse once for each command that was not refused");
});

/** One person taps in turn, each time on another cabinet and cell, and waits for each answer. */
async function tapAll(
  program: Program,
  { cookie, person, ids }: { cookie: string; person: number; ids: string[] },
): Promise<string[]> {
  const states: string[] = [];
  const share = Math.floor(SIZE.loadTaps / PEOPLE) + (person < SIZE.loadTaps % PEOPLE ? 1 : 0);
  const visits = ids.slice(person * ids.length / PEOPLE, (person + 1) * ids.length / PEOPLE);
  const pages = await Promise.all(visits.map((id) => Page.open(program, id, cookie)));
  // A board that does not answer takes seconds each time; once is enough.
  const quick = pages.filter((_, index) => !isSlow(ids.indexOf(visits[index] as string)));
  for (let tap = 0; tap < share; tap++) {
    const page = (tap < pages.length ? pages[tap] : quick[tap % quick.length]) as Page;
    const message: Message = await page.outcome(page.tap(1 + (tap * 7 + person) % 24));
    states.push(message["state"]);
  }
  for (const page of pages) await page[Symbol.asyncDispose]();
  await until(() => states.length === share);
  return states;
}
