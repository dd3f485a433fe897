/**
 * A tap at a cabinet of each family, end to end: the real program, a simulated cabinet over TCP, a person's page, and
 * the door events as they are stored.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { families } from "../../src/boards/mod.ts";
import { type BoardName, simulateCabinet, type SimulatedCabinetOptions } from "../../src/simulator/mod.ts";
import { api, putCabinet } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, type Message, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { untilOnline } from "../../testing/api.ts";
import { chance } from "../../testing/chance.ts";

/** How bytes travel: what the DTU and the adapter do, and what the installer enters for it. */
const LINES: Record<
  string,
  { cabinet: Partial<SimulatedCabinetOptions>; described: Record<string, unknown> }
> = {
  "as it comes": { cabinet: {}, described: {} },
  "split byte by byte": {
    cabinet: { pieceBytes: 1, pieceGapMs: [0, 5], registrationSent: "both", lineEnd: "\r\n" },
    described: {},
  },
  "with an echoing adapter": { cabinet: { echo: true }, described: { localEcho: true } },
};

const CELL = 3;

for (const { name, readAll, channels } of families()) {
  Deno.test(`${name}: a tap opens the door, its closing is seen, and both are stored in order`, async (t) => {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await tempFolder());
    const program = stack.use(await Program.start(folder.path));
    for (const [how, line] of Object.entries(LINES)) {
      await t.step(how, async () => {
        const id = `${name}-${how.split(" ")[1]}`;
        await putCabinet(program, id, {
          board: name,
          cells: { count: Math.min(8, channels[1]) },
          heartbeat: { hex: "FE" },
          ...line.described,
        });
        await using cabinet = simulateCabinet({
          random: chance("cabinet"),
          hostname: "127.0.0.1",
          port: program.devicePort,
          registration: new TextEncoder().encode(`REG-${id}`),
          board: name as BoardName,
          heartbeat: Uint8Array.of(0xfe),
          heartbeatMs: 500,
          heartbeatAtOnce: true,
          ...line.cabinet,
        });
        await untilOnline(program, id);
        await using page = await Page.open(program, id, await guestCookie(program, id));
        const sees = readAll !== undefined;
        if (sees) await page.until(() => shows(page, "closed"));
        await tapAndClose(program, { id, cabinet, page, sees });
      });
    }
  });
}

async function tapAndClose(
  program: Program,
  { id, cabinet, page, sees }: {
    id: string;
    cabinet: ReturnType<typeof simulateCabinet>;
    page: Page;
    sees: boolean;
  },
): Promise<void> {
  const lock = await lockOf(program, id);
  const tap = page.tap(CELL);
  const outcome = await page.outcome(tap);
  deepEqual([outcome["state"], outcome["reason"]], [sees ? "opened" : "accepted", undefined]);
  const states = page.messages.filter((message) => message["id"] === tap).map(({ state }) => state);
  // Where both are one commit, the request is not reported.
  deepEqual(states.filter((state) => state !== "requested"), ["sent", outcome["state"]]);
  equal(cabinet.pulseCount(lock.board, lock.channel), 1);
  if (!sees) return await until(() => cabinet.liveCoils.length === 0) && undefined;
  await page.until(() => shows(page, "open"));
  // While its coil is live the bolt does not catch.
  await until(() => cabinet.liveCoils.length === 0);
  cabinet.closeDoor(lock.board, lock.channel);
  await page.until(() => shows(page, "closed"));
  const events = await until(async () => {
    const { body } = await api(program, "GET", `/events?cabinet=${id}`);
    return body.items.length >= 2 && body.items;
  });
  deepEqual(
    events.map(({ kind, cell, command }: Message) => ({ kind, cell, command })),
    ["door-closed", "door-opened"].map((kind) => ({ kind, cell: CELL, command: tap })),
  );
  equal(cabinet.collisions, 0);
}

/** Whether the page last showed the cell's door like that. */
function shows(page: Page, door: string): boolean {
  const cells = page.messages.flatMap((message) =>
    message["type"] === "welcome" ? message["cabinet"].cells : message["cells"] ?? []
  );
  return cells.findLast(({ cell }: Message) => cell === CELL)?.door === door;
}

async function lockOf(program: Program, id: string): Promise<{ board: number; channel: number }> {
  const { body } = await api(program, "GET", `/cabinets/${id}`);
  return body.cells.find(({ cell }: Message) => cell === CELL);
}
