/**
 * The program is killed at random moments while people tap: whatever they were told is on disk, and no lock moved
 * more often than commands were sent.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { simulateFleet } from "../src/simulator/mod.ts";
import { guestCookie, type Message, Page, Program, putCabinet, query, tempFolder, until } from "./harness.ts";

const KILLS = 10;
const CABINETS = 16;
const PEOPLE = 8;
/** How long the program lives each time, in milliseconds, from one that is hardly up to one that is busy. */
const LIVES_MS = [100, 1_200] as const;

const FINAL = new Set(["opened", "accepted", "failed", "unconfirmed", "refused"]);

Deno.test("kill -9 at random moments under load: what was told is on disk, and nothing moved unasked", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const ids = Array.from({ length: CABINETS }, (_, index) => `sim-${index}`);
  const told = new Map<string, string>();
  const first = await Program.start(folder.path);
  const ports = { PORT: `${first.httpPort}`, DEVICE_PORT: `${first.devicePort}` };
  for (const id of ids) await putCabinet(first, id);
  const cookies = await Promise.all(ids.slice(0, PEOPLE).map((id) => guestCookie(first, id)));
  const fleet = stack.use(simulateFleet(CABINETS, (index) => ({
    hostname: "127.0.0.1",
    port: first.devicePort,
    registration: new TextEncoder().encode(`REG-sim-${index}`),
    replyMs: [0, 60],
    closeMs: [50, 400],
    redialMs: [10, 100],
  })));
  let program = first;
  stack.defer(() => program[Symbol.asyncDispose]());
  for (let life = 0; life < KILLS; life++) {
    const people = cookies.map((cookie, person) => tapUntilDead(program, { cookie, person, ids, told }));
    const [shortest, longest] = LIVES_MS;
    await new Promise((resolve) => setTimeout(resolve, shortest + Math.random() * (longest - shortest)));
    await program.end("SIGKILL");
    await Promise.all(people);
    program = await Program.start(folder.path, ports);
  }
  await program.end("SIGTERM");

  const rows = query<{ id: string; cabinet: string; cell: number; state: string }>(
    folder.path,
    "select id, cabinet, cell, state from commands",
  );
  const journal = new Map(rows.map((row) => [row.id, row]));
  ok(told.size > KILLS, `${told.size} taps were answered`);
  for (const [id, state] of told) equal(journal.get(id)?.state, state, id);
  equal(rows.filter(({ state }) => !FINAL.has(state)).length, 0, "every command has a final state");
  for (const [index, cabinet] of fleet.cabinets.entries()) {
    for (let lock = 1; lock <= 24; lock++) {
      const commands = rows.filter((row) => row.cabinet === ids[index] && row.cell === lock);
      const pulses = cabinet.pulseCount(1, lock);
      const sent = commands.filter(({ state }) => state !== "refused").length;
      const opened = commands.filter(({ state }) => state === "opened").length;
      ok(
        pulses <= sent && pulses >= opened,
        `cabinet ${index} lock ${lock}: ${opened} <= ${pulses} <= ${sent}`,
      );
    }
  }
});

/** Taps until the program is gone, and remembers how each tap ended as far as it was told. */
async function tapUntilDead(
  program: Program,
  { cookie, person, ids, told }: { cookie: string; person: number; ids: string[]; told: Map<string, string> },
): Promise<void> {
  const mine = [ids[person * 2], ids[person * 2 + 1]] as string[];
  const listening = await Promise.allSettled(mine.map((id) => Page.open(program, id, cookie)));
  const pages = listening.flatMap((page) => page.status === "fulfilled" ? [page.value] : []);
  const isDead = Promise.any([program.process.status, ...pages.map(({ closed }) => closed)]);
  await Promise.all(pages.map((page, index) => tapInTurn(page, { isDead, offset: person + index })));
  for (const page of pages) {
    for (const message of page.messages) remember(message, told);
    await page[Symbol.asyncDispose]();
  }
}

async function tapInTurn(
  page: Page,
  { isDead, offset }: { isDead: Promise<unknown>; offset: number },
): Promise<void> {
  let dead = false;
  isDead.then(() => dead = true);
  for (let tap = 0; !dead; tap++) {
    const tapped = page.tap(1 + (tap * 5 + offset) % 24);
    await until(() => dead || page.messages.some(({ id, state }) => id === tapped && FINAL.has(state)));
  }
}

function remember({ type, id, state }: Message, told: Map<string, string>): void {
  if (type === "command" && FINAL.has(state)) told.set(id, state);
}
