/**
 * Two programs that share a Postgres and a NATS: what a person on one does with a cabinet on the other, while either,
 * the broker or the network fails.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { type DatabaseTest, testOnPostgres } from "../../testing/servers/databases.ts";
import { api, putCabinet } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { say } from "../../testing/measurement.ts";
import { NatsServer } from "../../testing/servers/nats.ts";
import { auditPulses, endings, type Place, RoamingCabinet, RoamingPerson } from "../../testing/roaming.ts";
import { SeverableLine } from "../../testing/network/severable.ts";
import { SIZE } from "../sizes.ts";
import { chance } from "../../testing/chance.ts";

/** How long a fleet may take to recover, with a margin for slow machines; the aim is 5 s. */
const WELL_MS = 15_000;
/** How long a tap may take while a broker leaves. */
const TAP_MS = 2_000;
const RETRY = ["offline", "stopping", "unavailable"];

/** Two programs on one database and one broker. */
interface Rig {
  readonly programs: Program[];
  /** The programs to which a balancer would send people and cabinets. */
  readonly fleet: { places: Place[] };
  /** Starts the program again, at the same ports. */
  again(index: number): Promise<void>;
}

/** A rig with its own broker. @param way gives the URL by which a program reaches the broker */
async function rigOf(
  database: Parameters<DatabaseTest>[0],
  stack: AsyncDisposableStack,
  way: (nats: NatsServer, index: number) => string = (nats) => nats.url,
): Promise<Rig & { readonly nats: NatsServer }> {
  const nats = stack.use(await NatsServer.start());
  return { ...await rigOn(database, stack, (index) => way(nats, index)), nats };
}

/** @param urlOf the broker's URL for each program */
async function rigOn(
  { env, place }: Parameters<DatabaseTest>[0],
  stack: AsyncDisposableStack,
  urlOf: (index: number) => string,
): Promise<Rig> {
  const fleet: { places: Place[] } = { places: [] };
  const programs: Program[] = [];
  stack.defer(async () => {
    for (const program of programs) await program[Symbol.asyncDispose]();
  });
  const start = async (index: number, ports: Record<string, string> = {}) => {
    const { path } = index === 0 ? { path: place.folder } : stack.use(await tempFolder());
    const own = { ...env, NATS_URL: urlOf(index), ISOLATES: "2", ...ports };
    programs[index] = await Program.start(path, own);
  };
  for (const index of [0, 1]) await start(index);
  fleet.places = [...programs];
  return {
    programs,
    fleet,
    async again(index) {
      const { httpPort, devicePort } = programs[index] as Program;
      await start(index, { PORT: `${httpPort}`, DEVICE_PORT: `${devicePort}` });
      fleet.places = [...programs];
    },
  };
}

/** Cabinets, each with a person who taps at a rate until it ends; then the answers are compared with the locks' pulses. */
class Life {
  readonly cabinets: RoamingCabinet[];
  readonly people: RoamingPerson[];
  readonly #rig: Rig;
  #over = false;
  #lives: Promise<void>[] = [];

  private constructor(rig: Rig, cabinets: RoamingCabinet[], people: RoamingPerson[]) {
    this.#rig = rig;
    this.cabinets = cabinets;
    this.people = people;
  }

  static async begin(
    rig: Rig,
    stack: AsyncDisposableStack,
    { count, perSecond }: { count: number; perSecond: number },
  ): Promise<Life> {
    const [one] = rig.programs as [Program];
    const cabinets: RoamingCabinet[] = [];
    const people: RoamingPerson[] = [];
    for (let n = 0; n < count; n++) {
      await putCabinet(one, `cab-${n}`);
      cabinets.push(stack.use(new RoamingCabinet(`cab-${n}`, rig.fleet)));
      people.push(await RoamingPerson.arrive(`cab-${n}`, rig.fleet));
    }
    const life = new Life(rig, cabinets, people);
    await life.well();
    life.#lives = people.map((person) => person.live(() => life.#over, perSecond));
    return life;
  }

  /** Waits until every cabinet is online at every program that accepts people. @returns how long that took */
  async well(): Promise<number> {
    const from = Date.now();
    for (const { url } of this.#rig.fleet.places) {
      await until(async () => {
        const { body } = await api({ url }, "GET", "/cabinets?limit=200&include=cells");
        return body.items.every(({ online }: { online: boolean }) => online);
      }, { deadlineMs: WELL_MS, saw: () => url });
    }
    return Date.now() - from;
  }

  async end(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#lives);
    this.cabinets.forEach((cabinet, n) => auditPulses(cabinet, [this.people[n] as RoamingPerson]));
  }
}

testOnPostgres(
  "a person on one program opens a cabinet on the other and sees its door, and both programs list it as online",
  async (database, stack) => {
    const { programs } = await rigOf(database, stack);
    const [one, two] = programs as [Program, Program];
    await putCabinet(one, "cab");
    const device = stack.use(await Device.connect(one, "REG-cab"));
    for (const program of [one, two]) {
      await until(async () => (await api(program, "GET", "/cabinets/cab")).body.online === true);
    }
    const page = stack.use(await Page.open(two, "cab", await guestCookie(two, "cab")));
    equal((await page.outcome(page.tap(7)))["state"], "opened");
    await page.until(({ type, cells }) =>
      type === "cabinet" &&
      cells?.some(({ cell, door }: Record<string, unknown>) => cell === 7 && door === "open")
    );
    equal(device.opens.length, 1);
    const { body } = await api(two, "GET", "/commands?cabinet=cab");
    deepEqual(body.items.map(({ state }: { state: string }) => state), ["opened"]);
    await device[Symbol.asyncDispose]();
    await page.until(({ type, online }) => type === "cabinet" && online === false);
    equal((await page.outcome(page.tap(8)))["reason"], "offline");
  },
);

testOnPostgres(
  "kill -9 of either program and of the broker under load: no door opens twice, each tap ends as it went, the fleet recovers",
  async (database, stack) => {
    const rig = await rigOf(database, stack);
    const life = await Life.begin(rig, stack, { count: 20, perSecond: 5 });
    for (const index of [0, 1, 0]) {
      await pause(1_000);
      rig.fleet.places = rig.programs.filter((_, other) => other !== index);
      await rig.programs[index]?.end("SIGKILL");
      say(`well ${await life.well()} ms after a program was killed`);
      await pause(500);
      await rig.again(index);
      say(`well ${await life.well()} ms after it was there again`);
    }
    await pause(1_000);
    await rig.nats.kill();
    await pause(2_000);
    await rig.nats.startAgain();
    say(`well ${await life.well()} ms after the broker was there again`);
    await pause(1_000);
    await life.end();
    const ended = endings(life.people);
    say(JSON.stringify(ended));
    ok((ended["opened"] ?? 0) > 100, JSON.stringify(ended));
  },
);

testOnPostgres(
  "a network cut between a program and the broker: no door opens twice, each tap ends as it went, the fleet recovers",
  async (database, stack) => {
    const lines: SeverableLine[] = [];
    const rig = await rigOf(database, stack, (nats, index) => {
      const line = lines[index] ??= new SeverableLine({ hostname: "127.0.0.1", port: nats.port });
      return `nats://127.0.0.1:${line.port}`;
    });
    for (const line of lines) stack.use(line);
    const life = await Life.begin(rig, stack, { count: 20, perSecond: 5 });
    for (const line of lines) {
      await pause(1_000);
      line.cut();
      await pause(6_000);
      line.mend();
      say(`well ${await life.well()} ms after the network was whole again`);
    }
    await pause(1_000);
    await life.end();
    const ended = endings(life.people);
    say(JSON.stringify(ended));
    ok((ended["opened"] ?? 0) > 100, JSON.stringify(ended));
  },
);

testOnPostgres(
  "brokers that leave one after the other, after announcing it: every tap opens at once",
  async (database, stack) => {
    const servers = await NatsServer.startPair(stack);
    const rig = await rigOn(database, stack, () => servers.map(({ url }) => url).join());
    const life = await Life.begin(rig, stack, { count: 20, perSecond: 10 });
    for (const server of servers) {
      await pause(1_000);
      await server.leave();
      await server.startAgain();
    }
    await pause(1_000);
    await life.end();
    const taps = life.people.flatMap(({ taps }) => taps);
    say(`${JSON.stringify(endings(life.people))} ${paceOf(life.people)}`);
    const bad = taps.filter(({ asked, ended }) =>
      asked > 1 || ended?.state !== "opened" || ended.tookMs > TAP_MS
    );
    deepEqual(bad, []);
  },
);

testOnPostgres(
  `one cabinet registers at both programs ${SIZE.twinConnections} times at random: no command pulses twice, one owner remains`,
  async (database, stack) => {
    const rig = await rigOf(database, stack);
    const [one, two] = rig.programs as [Program, Program];
    await putCabinet(one, "cab-0");
    const twin = new Twins("cab-0", rig.programs);
    stack.use(twin);
    const people = await Promise.all([0, 1].map(() => RoamingPerson.arrive("cab-0", rig.fleet, 12)));
    let over = false;
    // Each person has their own cells, so that every pulse belongs to one person.
    const lives = people.map((person, n) => person.live(() => over, 20, n * 12));
    await twin.dial(SIZE.twinConnections);
    over = true;
    await Promise.all(lives);
    await until(() => twin.open === 1, { saw: () => `${twin.open} connections`, deadlineMs: WELL_MS });
    auditPulses(twin, people);
    const page = stack.use(await Page.open(two, "cab-0", await guestCookie(two, "cab-0")));
    const before = twin.pulses.get(24)?.length ?? 0;
    equal((await page.outcome(page.tap(24)))["state"], "opened");
    equal(twin.pulses.get(24)?.length, before + 1);
    say(JSON.stringify(endings(people)));
  },
);

testOnPostgres(
  "a rolling restart under 500 taps a second: only taps on moving cabinets fail, and may be tried again",
  async (database, stack) => {
    const rig = await rigOf(database, stack);
    const life = await Life.begin(rig, stack, { count: 100, perSecond: 5 });
    for (const index of [0, 1]) {
      await pause(2_000);
      const program = rig.programs[index] as Program;
      const ended = program.end("SIGTERM");
      await until(async () => !await isReady(program));
      rig.fleet.places = rig.programs.filter((_, other) => other !== index);
      equal((await ended).code, 0);
      await rig.again(index);
      await life.well();
    }
    await pause(2_000);
    await life.end();
    const counts = endings(life.people);
    say(`${JSON.stringify(counts)} ${paceOf(life.people)}`);
    for (const [n, person] of life.people.entries()) {
      for (const { ended, from: at } of person.taps) {
        if (ended?.state === "opened") continue;
        ok(
          ended?.state === "refused" && RETRY.includes(ended.reason ?? ""),
          JSON.stringify({ ended, counts }),
        );
        // A cabinet's move begins when its old program begins no more commands, and ends a little after it has connected.
        const moved = life.cabinets[n]?.moves.some(({ from, to }) => at > from - 3_000 && at < to + 3_000);
        ok(moved, `cab-${n} did not move, and yet ${JSON.stringify(ended)}`);
      }
    }
  },
);

/** A cabinet that connects again and again and never disconnects: all its connections have the same locks. */
class Twins implements AsyncDisposable {
  readonly id: string;
  readonly pulses = new Map<number, number[]>();
  readonly #programs: readonly Program[];
  readonly #random = chance("twins");
  readonly #devices = new Set<Device>();

  constructor(id: string, programs: readonly Program[]) {
    this.id = id;
    this.#programs = programs;
  }

  /** How many connections are open. */
  get open(): number {
    return this.#devices.size;
  }

  async dial(times: number): Promise<void> {
    for (let n = 0; n < times; n++) {
      // Two at one moment, often on two programs.
      await Promise.all([1, 2].slice(0, 1 + n % 2).map(() => this.#dialOnce()));
      await pause(this.#random() * 20);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const device of this.#devices) await device[Symbol.asyncDispose]();
  }

  async #dialOnce(): Promise<void> {
    const program = this.#programs[Math.floor(this.#random() * this.#programs.length)] as Program;
    const device = await Device.connect(program, `REG-${this.id}`).catch(() => undefined);
    if (!device) return;
    this.#devices.add(device);
    device.ended.then(() => this.#devices.delete(device));
    device.onOpen = (lock) => {
      this.pulses.set(lock, [...this.pulses.get(lock) ?? [], Date.now()]);
      return 0x00;
    };
  }
}

/** How many taps ended in each second, and how long they took. */
function paceOf(people: readonly RoamingPerson[]): string {
  const taps = people.flatMap(({ taps }) => taps);
  const seconds = Map.groupBy(taps, ({ from }) => Math.floor(from / 1000));
  const took = taps.map(({ ended }) => ended?.tookMs ?? NaN).toSorted((a, b) => a - b);
  const at = (part: number) => took[Math.floor(took.length * part)];
  return `by second ${Array.from(seconds.values(), ({ length }) => length)}, p50 ${at(0.5)} ms, p99 ${
    at(0.99)
  } ms`;
}

async function isReady({ url }: Place): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
