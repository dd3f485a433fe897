/**
 * The program that random requests are sent to: cabinets, one of them online, people who have cells, and an owner.
 *
 * @module
 */
import * as fc from "fast-check";
import { FIRST_ORGANIZATION } from "../../src/cabinet/roles.ts";
import { openDatabase } from "../../src/db/mod.ts";
import { characters, simulateCabinet } from "../../src/simulator/mod.ts";
import { chance } from "../../testing/chance.ts";
import { api, untilOnline } from "../../testing/api.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import type { Preferences } from "../../testing/openapi/arbitraries.ts";
import { cheapHasher, PASSWORD } from "../../testing/rigs/staff.ts";
import {
  byCookie,
  byRoot,
  byToken,
  OTHER,
  type Seat,
  seeded,
  Seeds,
} from "../../testing/rigs/two_organizations.ts";
import type { TestDatabase } from "../../testing/servers/databases.ts";

const ONLINE = "cab";
const CABINETS = {
  [ONLINE]: {
    name: "Online",
    board: "8a",
    registration: { text: "REG-cab" },
    mode: "storage",
    rules: { rentalMinutes: 60, rentalsPerGuest: null },
    cells: { count: 24 },
  },
  hall: { name: "Hall", board: "8a", mode: "assigned", cells: { count: 6 }, tags: ["gym", "hangzhou"] },
};
/** People who store something each time. */
const STORED = 2;
/** Of the addresses that the owner calls from: what is limited for each is met now and then. */
const ADDRESSES = 50;
/** Mostly that of all accounts here. */
const PASSWORDS = fc.oneof(
  { arbitrary: fc.constant(PASSWORD), weight: 3 },
  { arbitrary: fc.string({ minLength: 1 }), weight: 1 },
);
const OWNER = { organization: FIRST_ORGANIZATION, role: "owner", tags: undefined, word: "Owner" } as const;

/** The running program, and who calls it. */
export class Stage {
  readonly program: Program;
  /** What some fields are drawn from, so that something comes of it. */
  readonly preferred: Preferences = {
    pauseMs: fc.integer({ min: 0, max: 5 }),
    tag: fc.constantFrom("gym", "hall", "none"),
    "kaigui-organization": fc.oneof(
      { arbitrary: fc.constant(FIRST_ORGANIZATION), weight: 8 },
      { arbitrary: fc.constantFrom(OTHER, "none"), weight: 1 },
    ),
    "If-Match": fc.constantFrom("*", '"0123456789ab"', 'W/"0123456789ab"', "no tag"),
    "Idempotency-Key": fc.integer({ min: 1, max: 2_000 }).map((n) => `key ${n}`),
    password: PASSWORDS,
    current: PASSWORDS,
  };
  readonly #seeds: Seeds;
  #owner: Seat;
  #guests = 0;
  #stored = 0;

  private constructor({ program, seeds, owner }: { program: Program; seeds: Seeds; owner: Seat }) {
    this.#seeds = seeds;
    this.program = program;
    this.#owner = owner;
  }

  /** Fills the database, starts the program on it, and connects a cabinet. */
  static async open(database: TestDatabase, stack: AsyncDisposableStack): Promise<Stage> {
    const { place, env } = database;
    const owner = await seeded(place, async (seeds) => {
      await seeds.place({ organization: FIRST_ORGANIZATION, cabinet: "lobby", tag: "hall", word: "Lobby" });
      await seeds.place({ organization: OTHER, cabinet: "foreign", tag: "hall", word: "Foreign" });
      await seeds.invitation(FIRST_ORGANIZATION, "Waiting");
      return await seeds.seat(OWNER);
    });
    const program = stack.use(await Program.start(place.folder, { ...env, TRUSTED_PROXIES: "1" }));
    stack.use(simulateCabinet({
      ...characters.normal,
      // Time for the bus to see the open door.
      closeMs: [2_000, 4_000],
      redialMs: [50, 200],
      random: chance("simulated cabinet"),
      hostname: "127.0.0.1",
      port: program.devicePort,
      registration: new TextEncoder().encode("REG-cab"),
    }));
    const db = stack.use(await openDatabase(place));
    const stage = new Stage({ program, seeds: new Seeds(db, await cheapHasher().hash(PASSWORD)), owner });
    await stage.set();
    return stage;
  }

  /** How many people have stored something: their cells opened. */
  get stored(): number {
    return this.#stored;
  }

  /** What the program said went wrong. */
  get failures(): string[] {
    return this.program.err.filter((line) => /"level":"(ERROR|FATAL)"/i.test(line));
  }

  /** What a request has that is known by this. @param security as the document calls it */
  headersOf(security: string | undefined, random: () => number): Record<string, string> {
    const address = { "x-forwarded-for": `10.1.1.${1 + Math.floor(random() * ADDRESSES)}` };
    if (security === "session") return { ...address, ...byCookie(this.#owner, this.program) };
    if (security !== "token") return address;
    return { ...address, ...random() < 0.5 ? byToken(this.#owner) : byRoot() };
  }

  /** Makes again what requests have removed or changed: the cabinets, and somebody who has a cell. */
  async set(): Promise<void> {
    for (const [id, body] of Object.entries(CABINETS)) await this.#describe(id, body);
    await untilOnline(this.program, ONLINE);
    for (let n = 0; n < STORED; n++) await this.#store();
  }

  /** After a refusal: sees to it that there is an owner who is logged in and may do what owners may. */
  async letOwnerIn(status: 401 | 403): Promise<void> {
    await api(this.program, "PATCH", "/organization", { body: { secondFactorRoles: [] } });
    if (status === 401 || !await this.#isOwner()) this.#owner = await this.#seeds.seat(OWNER);
  }

  async #describe(id: string, body: object): Promise<void> {
    const put = () => api(this.program, "PUT", `/cabinets/${id}`, { body });
    if ((await put()).status !== 409) return;
    const { body: { confirm } } = await api(this.program, "POST", `/cabinets/${id}/clear`, { body: {} });
    await api(this.program, "POST", `/cabinets/${id}/clear`, { body: { confirm } });
    await put();
  }

  /** Somebody stores something in the cabinet that is online, if there is room. */
  async #store(): Promise<void> {
    for (const act of ["enable", "clean"]) {
      await api(this.program, "POST", `/cabinets/${ONLINE}/cells/1/${act}`, { body: {} });
    }
    // Of one address few guests come in a time.
    const from = `10.2.${this.#guests >> 8}.${this.#guests++ & 255}`;
    const cookie = await guestCookie(this.program, ONLINE, from);
    await using page = await Page.open(this.program, ONLINE, cookie, from);
    const id = crypto.randomUUID();
    page.send({ type: "store", id });
    if ((await page.outcome(id))["state"] === "opened") this.#stored++;
  }

  async #isOwner(): Promise<boolean> {
    const headers = { authorization: "", ...byCookie(this.#owner, this.program) };
    const { status } = await api(this.program, "PATCH", "/organization", { body: {}, headers });
    return status === 200;
  }
}
