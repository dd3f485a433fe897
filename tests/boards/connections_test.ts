/**
 * Connections that die without notice, that come back, and that other devices claim: the real program and
 * simulated cabinets.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { simulateCabinet, type SimulatedCabinetOptions } from "../../src/simulator/mod.ts";
import { api, putCabinet } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, type Message, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { untilOnline } from "../../testing/api.ts";
import { until } from "../../testing/until.ts";
import { chance } from "../../testing/chance.ts";

const REGISTRATION = new TextEncoder().encode("REG-cab");

/** A running program with one cabinet, which is online, and a person's page. */
async function rig(
  stack: AsyncDisposableStack,
  { described = {}, cabinet: options = {}, env = {} }: {
    described?: Record<string, unknown>;
    cabinet?: Partial<SimulatedCabinetOptions>;
    env?: Record<string, string>;
  } = {},
) {
  const folder = stack.use(await tempFolder());
  const program = stack.use(await Program.start(folder.path, env));
  await putCabinet(program, "cab", described);
  const dial = { hostname: "127.0.0.1", port: program.devicePort, registration: REGISTRATION };
  const cabinet = stack.use(simulateCabinet({ random: chance("cabinet"), ...dial, ...options }));
  await untilOnline(program, "cab");
  const page = stack.use(await Page.open(program, "cab", await guestCookie(program, "cab")));
  await page.until(() => door(page, 1) === "closed");
  return { program, cabinet, page };
}

/** The door of a cell as the page last showed it. */
function door(page: Page, cell: number): string | undefined {
  const cells = page.messages.flatMap((message) =>
    message["type"] === "welcome" ? message["cabinet"].cells : message["cells"] ?? []
  );
  return cells.findLast((one: Message) => one["cell"] === cell)?.door;
}

function isOffline({ type, online }: Message): boolean {
  return type === "cabinet" && online === false;
}

function alarms(program: Program): Promise<Message[]> {
  return api(program, "GET", "/alarms?cabinet=cab").then(({ body }) => body.items);
}

for (const [how, described] of Object.entries({ "as seen": {}, "as entered": { intervalSeconds: 1 } })) {
  Deno.test(`a cabinet that is unplugged without a word is offline by its heartbeats, ${how}, and comes back as it is`, async () => {
    await using stack = new AsyncDisposableStack();
    const { program, cabinet, page } = await rig(stack, {
      described: { heartbeat: { hex: "FE", ...described } },
      cabinet: { heartbeat: Uint8Array.of(0xfe), heartbeatMs: 300 },
    });
    // Heartbeats have to be learned first; a door that is opened meanwhile shows that the cabinet is well.
    await new Promise((resolve) => setTimeout(resolve, 1_800));
    equal((await page.outcome(page.tap(2)))["state"], "opened");
    cabinet.freeze();
    const lost = page.tap(1);
    await page.until(isOffline);
    deepEqual((await page.outcome(lost))["state"], "unconfirmed");
    equal((await page.outcome(page.tap(1)))["reason"], "offline");
    cabinet.forceDoor(1, 5);
    cabinet.redial();
    await untilOnline(program, "cab");
    await page.until(() =>
      door(page, 5) === "open" && door(page, 2) === "open" && door(page, 1) === "closed"
    );
    equal((await page.outcome(page.tap(3)))["state"], "opened");
    deepEqual([1, 2, 3].map((lock) => cabinet.pulseCount(1, lock)), [0, 1, 1], "no old command was sent");
  });
}

for (const isolates of ["1", "2"]) {
  Deno.test(`a second connection cannot push out a live one, with ${isolates} isolates, and an alarm tells of it`, async () => {
    await using stack = new AsyncDisposableStack();
    const { program, cabinet, page } = await rig(stack, { env: { ISOLATES: isolates } });
    for (let tries = 0; tries < 4; tries++) {
      await using second = await Device.connect(program, REGISTRATION);
      await second.ended;
      deepEqual(second.frames, [], "nothing is asked of it");
    }
    equal((await page.outcome(page.tap(1)))["state"], "opened");
    equal(cabinet.pulseCount(1, 1), 1);
    equal(page.messages.some(isOffline), false);
    const raised = await until(async () =>
      (await alarms(program)).filter(({ kind }) => kind === "second-connection")
    );
    deepEqual([raised.length, raised[0]?.["endedAt"]], [1, null]);
    const restored = await api(program, "GET", "/cabinets/cab");
    equal(restored.body.online, true);
  });
}

Deno.test("a dead connection makes room at once for one that comes back", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, cabinet, page } = await rig(stack);
  cabinet.freeze();
  cabinet.redial();
  await until(async () => {
    const id = page.tap(4);
    return (await page.outcome(id))["state"] === "opened";
  }, { deadlineMs: 30_000, saw: () => page.messages.slice(-5) });
  equal(cabinet.pulseCount(1, 4), 1);
  await untilOnline(program, "cab");
});

Deno.test("a cabinet may connect only from its addresses", async () => {
  await using stack = new AsyncDisposableStack();
  const { program } = await rig(stack, { described: { addresses: ["127.0.0.0/8", "2001:db8::1"] } });
  await putCabinet(program, "cab", { addresses: ["192.0.2.7"] });
  await untilOnline(program, "cab", false);
  await using other = await Device.connect(program, REGISTRATION);
  await other.ended;
  equal((await api(program, "GET", "/cabinets/cab")).body.online, false);
  await until(async () => (await alarms(program)).some(({ kind }) => kind === "second-connection"));
});
