/**
 * Programs are frozen at random moments while people tap in every way: no door opens later than its tap is
 * valid, and every person is told how it ended.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { COMMAND } from "../../src/lib/limits.ts";
import { testOnPostgres } from "../../testing/servers/databases.ts";
import { api, putCabinet, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie } from "../../testing/page.ts";
import { Program, TOKEN } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { NatsServer } from "../../testing/servers/nats.ts";
import { auditPulses, endings, type Place, RoamingCabinet } from "../../testing/roaming.ts";
import { pause, postSlowly, standStill, Tapper, WAYS } from "../../testing/network/standstill.ts";
import { SIZE } from "../sizes.ts";
import { chance } from "../../testing/chance.ts";

const CABINETS = 6;
const CELLS = 24;
/** From one standstill to the next, at most: time to answer what had piled up, and to tap in peace. */
const BETWEEN_MS = 3_000;

/** The cabinets of a fleet, and at each door a person who taps in one of the ways. */
class Scene {
  readonly cabinets: RoamingCabinet[] = [];
  readonly people: Tapper[] = [];
  readonly #programs: readonly Program[];
  #lives: Promise<unknown> = Promise.resolve();
  #isOver = false;

  private constructor(programs: readonly Program[]) {
    this.#programs = programs;
  }

  static async of(programs: readonly Program[], stack: AsyncDisposableStack): Promise<Scene> {
    const scene = new Scene(programs);
    const [first] = programs as readonly [Program];
    const ids = Array.from({ length: CABINETS }, (_, n) => `cab-${n}`);
    for (const id of ids) await putCabinet(first, id, { cells: { count: CELLS } });
    const place = (n: number) => programs[n % programs.length] as Place;
    for (const [n, id] of ids.entries()) {
      scene.cabinets.push(stack.use(new RoamingCabinet(id, { places: [place(n)] })));
      for (let cell = 1; cell <= CELLS; cell++) {
        const way = WAYS[cell % WAYS.length] as typeof WAYS[number];
        // For half of the cabinets people are connected to another program than the cabinet, if there is one.
        scene.people.push(await Tapper.at(place(n + cell), { way, cabinet: id, cell }, stack));
      }
    }
    await scene.#well();
    scene.#lives = Promise.all(scene.people.map((person) => person.live(() => scene.#isOver)));
    // It is awaited after the last standstill: one that fails before that fails the test, not the file.
    scene.#lives.catch(() => {});
    return scene;
  }

  /** Freezes some of the programs again and again, audits, and says how taps ended. */
  async standStill(some: () => readonly Program[]): Promise<void> {
    const random = chance("standstills");
    for (let n = 0; n < SIZE.standstills; n++) {
      await pause(random() * BETWEEN_MS);
      await standStill(some());
      await this.#well();
    }
    await pause(BETWEEN_MS);
    this.#isOver = true;
    await this.#lives;
    const counts = WAYS.map((way) => endings(this.people.filter((person) => person.way === way)));
    for (const [n, way] of WAYS.entries()) say(`${way} ${JSON.stringify(counts[n])}`);
    for (const [n, cabinet] of this.cabinets.entries()) {
      auditPulses(cabinet, this.people.slice(n * CELLS, (n + 1) * CELLS));
    }
    ok(counts.every(({ opened = 0 }) => opened > 0), "on one way nothing was opened");
    ok(counts.every((count) => (count["refused expired"] ?? 0) > 0), "on one way nothing was too old");
    const unexpected = /^(Something went wrong|A failure that nothing caught|Isolate \d+ ended)/;
    deepEqual(this.#programs.flatMap(({ said }) => said.filter((line) => unexpected.test(line))), []);
  }

  /** Waits until every cabinet is online for every program. */
  async #well(): Promise<void> {
    for (const { url } of this.#programs) {
      await until(async () => {
        const { body } = await api({ url }, "GET", "/cabinets?include=cells");
        return body.items.every(({ online }: { online: boolean }) => online);
      }, { deadlineMs: 15_000 });
    }
  }
}

Deno.test(`a program stands still ${SIZE.standstills} times under load: no door opens late, all end honestly`, async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const program = stack.use(await Program.start(folder.path, { ISOLATES: "2" }));
  const scene = await Scene.of([program], stack);
  await scene.standStill(() => [program]);
  ok(await routed(program, "isolate") > 0, "nothing went from isolate to isolate");
});

testOnPostgres(
  `either of two programs, or both, stand still ${SIZE.standstills} times under load: no door opens late, all end honestly`,
  async ({ place, env }, stack) => {
    const nats = stack.use(await NatsServer.start());
    const other = stack.use(await tempFolder());
    const programs: Program[] = [];
    for (const path of [place.folder, other.path]) {
      programs.push(stack.use(await Program.start(path, { ...env, NATS_URL: nats.url, ISOLATES: "1" })));
    }
    const scene = await Scene.of(programs, stack);
    let turn = 0;
    const some = () => [programs.slice(0, 1), programs.slice(1), programs][turn++ % 3] ?? [];
    await scene.standStill(some);
    for (const program of programs) ok(await routed(program, "machine") > 0, "nothing went over NATS");
  },
);

Deno.test("a request whose body comes when the door is nobody's any more opens nothing", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const program = stack.use(await Program.start(folder.path));
  await putCabinet(program, "cab");
  const device = stack.use(await Device.connect(program, "REG-cab"));
  await untilOnline(program, "cab");
  const cookie = await guestCookie(program, "cab");
  const late = { pauseMs: COMMAND.deadlineMs + 200 };
  const tap = { type: "open", id: crypto.randomUUID(), cell: 7 };
  const answers = await Promise.all([
    postSlowly(program, "/talk?cabinet=cab", { headers: { cookie }, body: tap, ...late }),
    postSlowly(program, "/api/v1/cabinets/cab/cells/8/open", {
      headers: { authorization: `Bearer ${TOKEN}` },
      body: {},
      ...late,
    }),
  ]);
  for (const answer of answers) match(answer, /"expired"/);
  deepEqual(device.opens, []);
});

Deno.test("a request that waits behind another one of its connection for too long opens nothing", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const program = stack.use(await Program.start(folder.path));
  const devices: Device[] = [];
  for (const id of ["mute", "cab"]) {
    await putCabinet(program, id);
    devices.push(stack.use(await Device.connect(program, `REG-${id}`)));
    await untilOnline(program, id);
  }
  const [mute, device] = devices;
  ok(mute && device);
  // The first request is answered when the time for evidence is up, which is longer than a tap has.
  mute.onOpen = () => {
    mute.readsAnswered = false;
    return undefined;
  };
  const operator = { authorization: `Bearer ${TOKEN}` };
  const cookie = await guestCookie(program, "cab");
  const heard = await pipelined(program, [
    ["/api/v1/cabinets/mute/cells/1/open", operator, {}],
    ["/api/v1/cabinets/cab/cells/2/open", operator, {}],
    ["/talk?cabinet=cab", { cookie }, { type: "open", id: crypto.randomUUID(), cell: 3 }],
  ]);
  equal(heard.match(/"expired"/g)?.length, 2, heard);
  deepEqual([mute.opens.length, device.opens.length], [1, 0]);
});

/** Sends all requests at once, on one connection, and returns the answers. */
async function pipelined(
  { httpPort: port }: Program,
  requests: [path: string, headers: Record<string, string>, body: unknown][],
): Promise<string> {
  const said = requests.map(([path, headers, body], at) => {
    const text = JSON.stringify(body);
    const connection = at === requests.length - 1 ? "close" : "keep-alive";
    const all = { host: "127.0.0.1", connection, "content-type": "application/json", ...headers };
    const lines = Object.entries({ ...all, "content-length": text.length }).map((pair) => pair.join(": "));
    return [`POST ${path} HTTP/1.1`, ...lines, "", text].join("\r\n");
  });
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const bytes = new TextEncoder().encode(said.join(""));
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
  return await new Response(conn.readable).text();
}

/** How many requests went that way. */
async function routed({ url }: Program, way: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^kaigui_router_requests_total\\{way="${way}"\\} (\\d+)`, "m").exec(text)?.[1]);
}

/** What was measured, for the reader of the run. */
function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`    ${line}\n`));
}
