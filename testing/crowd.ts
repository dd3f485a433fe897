/**
 * People who tap, store, share and take as fast as they are answered, and remember all that they were told: for the
 * suites in which something breaks under load.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { type SimulatedFleet, simulateFleet } from "../src/simulator/mod.ts";
import { putCabinet } from "./api.ts";
import { guestCookie, type Message, Page } from "./page.ts";
import type { Program } from "./program.ts";
import { until } from "./until.ts";
import { chance } from "./chance.ts";

const CELLS = 24;
/** Longer than a tap waits for a database that does not come back. */
const ANSWER_MS = 30_000;
/** How long somebody waits who was told that it does not work now. */
const AFTER_ERROR_MS = 200;
/** Codes that are tried twice at once. */
const DOUBLED = 50;
const FINAL = new Set(["opened", "accepted", "failed", "unconfirmed", "refused"]);

/** What people were told, over all lives of the program. */
export class Told {
  /** By the tap's id: how it ended. */
  readonly commands = new Map<string, string>();
  /** By the rental's id: the last that was heard of it. */
  readonly rentals = new Map<string, string>();
  /** By the code: which pickups with it were told to have opened, or that they may have. */
  readonly pickups = new Map<string, Set<string>>();

  hear({ type, id, state, reason, rental }: Message): void {
    // That somebody is blocked is told, and not noted.
    if (type === "command" && FINAL.has(state) && reason !== "blocked") this.commands.set(id, state);
    if (type === "rental") this.rentals.set(rental, state);
  }

  /** Notes what became of a pickup. */
  pickup(code: string, { id, state }: Message): void {
    if (state === "refused") return;
    this.pickups.set(code, (this.pickups.get(code) ?? new Set()).add(id));
  }
}

/** A page that stops waiting when the program is gone. */
class Persistent {
  readonly page: Page;
  gone = false;

  constructor(page: Page, program: Program) {
    this.page = page;
    Promise.any([program.process.status, page.closed]).then(() => this.gone = true);
  }

  /** Sends it and waits for the end; `undefined`: an error, or the program is gone. */
  async does(wish: Message): Promise<Message | undefined> {
    const id = crypto.randomUUID();
    if (this.gone) return undefined;
    this.page.send({ ...wish, id });
    const answer = await until(
      () =>
        this.gone
          ? "gone"
          : this.page.messages.findLast((message) => message["id"] === id && isAnswer(message)),
      {
        deadlineMs: ANSWER_MS,
        saw: () => wish,
      },
    );
    if (answer === "gone") return undefined;
    if (answer["type"] !== "error") return answer;
    // As a person does; who goes on at once is taken for a flood.
    await new Promise((resolve) => setTimeout(resolve, AFTER_ERROR_MS));
    return undefined;
  }
}

function isAnswer({ type, state }: Message): boolean {
  return type === "error" || type === "shared" || type === "command" && FINAL.has(state);
}

/** Cabinets `open-0`… and `store-0`…, people who use them, and the audit of what is left. */
export class Crowd implements AsyncDisposable {
  readonly told = new Told();
  readonly #cabinets: readonly string[];
  readonly #cookies: readonly string[];
  readonly #fleet: SimulatedFleet;
  #doubled = 0;

  private constructor(cabinets: readonly string[], cookies: readonly string[], fleet: SimulatedFleet) {
    this.#cabinets = cabinets;
    this.#cookies = cookies;
    this.#fleet = fleet;
  }

  /** Puts so many cabinets of each mode and lets their devices dial. */
  static async of(program: Program, { each, people }: { each: number; people: number }): Promise<Crowd> {
    const cabinets = ["open", "storage"].flatMap((mode) =>
      Array.from({ length: each }, (_, n) => `${mode}-${n}`)
    );
    for (const id of cabinets) {
      await putCabinet(program, id, {
        mode: id.split("-")[0],
        rules: { rentalsPerPerson: 6, rentalsPerGuest: 6 },
      });
    }
    const cookies: string[] = [];
    while (cookies.length < people) cookies.push(await guestCookie(program, cabinets[0] as string));
    const fleet = simulateFleet(cabinets.length, (index) => ({
      hostname: "127.0.0.1",
      port: program.devicePort,
      registration: new TextEncoder().encode(`REG-${cabinets[index]}`),
      replyMs: [0, 30],
      closeMs: [20, 200],
      redialMs: [10, 60],
      random: chance(`crowd ${index}`),
    }));
    return new Crowd(cabinets, cookies, fleet);
  }

  /** Each person taps until the program is gone, or `enough` says so. */
  async live(program: Program, enough: () => boolean = () => false): Promise<void> {
    await Promise.all(this.#cookies.map((cookie, index) => this.#person(program, { cookie, index, enough })));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fleet[Symbol.asyncDispose]();
  }

  async #person(
    program: Program,
    { cookie, index, enough }: { cookie: string; index: number; enough: () => boolean },
  ): Promise<void> {
    const each = this.#cabinets.length / 2;
    const mine = [this.#cabinets[index % each], this.#cabinets[each + index % each]] as string[];
    const opened = await Promise.allSettled(mine.map((id) => Page.open(program, id, cookie)));
    const pages = opened.flatMap((page) => page.status === "fulfilled" ? [page.value] : []);
    for (const page of pages) page.heard = (message) => this.told.hear(message);
    const [taps, stores] = pages.map((page) => new Persistent(page, program));
    if (taps && stores) await Promise.all([tapping(taps, { index, enough }), this.#storing(stores, enough)]);
    for (const page of pages) await page[Symbol.asyncDispose]();
  }

  /** Stores, opens again, and has it taken out by code or takes it out, sometimes leaving it for later. */
  async #storing(page: Persistent, enough: () => boolean): Promise<void> {
    for (let turn = 0; !page.gone && !enough(); turn++) {
      const stored = await page.does({ type: "store" });
      if (stored?.["reason"] === "limit" || stored?.["reason"] === "full") await this.#takeAll(page);
      if (!stored || stored["state"] === "refused" || turn % 4 === 3) continue;
      const rental = stored["id"];
      if (turn % 2 === 0) await page.does({ type: "reopen", rental });
      const shared = turn % 3 === 0 ? await page.does({ type: "share", rental }) : undefined;
      if (shared) await this.#pickUp(page, shared["code"]);
      else await page.does({ type: "retrieve", rental });
    }
  }

  async #pickUp(page: Persistent, code: string): Promise<void> {
    // The second one counts as a wrong code, and too many of those block everybody.
    const times = this.#doubled++ < DOUBLED ? [1, 2] : [1];
    const pickups = await Promise.all(times.map(() => page.does({ type: "pickup", code })));
    for (const pickup of pickups) if (pickup) this.told.pickup(code, pickup);
  }

  async #takeAll(page: Persistent): Promise<void> {
    const { messages } = page.page;
    const had: Message[] = [
      ...messages[0]?.["rentals"] ?? [],
      ...messages.filter(({ type }) => type === "rental"),
    ];
    const last = new Map(had.map(({ rental, state }) => [rental, state]));
    for (const [rental, state] of last) if (state === "held") await page.does({ type: "retrieve", rental });
  }

  /**
   * Everything that was told is there, every cell is free or one rental's, every command is over, no lock moved
   * unasked, and no code worked twice.
   */
  async audit(query: <Row>(sql: string) => Promise<Row[]>): Promise<void> {
    const commands = await query<Message>('select id, cabinet, cell, command, state, "by" from commands');
    const journal = new Map(commands.map((row) => [row["id"], row]));
    for (const [id, state] of this.told.commands) {
      const now = journal.get(id)?.["state"];
      ok(now === state || state === "unconfirmed" && now === "opened", `${id} was ${state}, is ${now}`);
    }
    equal(commands.filter(({ state }) => !FINAL.has(state)).length, 0, "every command is over");

    const rentals = await query<Message>("select id, cabinet, cell, state from rentals");
    const known = new Map(rentals.map((row) => [row["id"], row]));
    for (const [id, state] of this.told.rentals) {
      ok(follows(known.get(id)?.["state"], state), `${id} was ${state}`);
    }
    const holds = await query<Message>("select cabinet, cell, rental from cells where rental is not null");
    const place = ({ cabinet, cell }: Message, rental: string) => `${cabinet} ${cell} ${rental}`;
    deepEqual(
      holds.map((row) => place(row, row["rental"])).sort(),
      rentals.filter(({ state }) => state !== "ended").map((row) => place(row, row["id"])).sort(),
      "every cell is free or has one rental",
    );
    await this.#auditOpenings(query, journal);
    const events = await query<Message>("select rental, kind from events");
    const noted = new Set(events.map(({ rental, kind }) => `${rental} ${kind}`));
    for (const id of this.told.rentals.keys()) {
      ok(noted.has(`${id} stored`), `${id} was told, but is not an event`);
    }
    for (const [code, ids] of this.told.pickups) equal(ids.size, 1, `code ${code} worked ${ids.size} times`);
    this.#auditPulses(commands);
  }

  /** Each door that somebody was told had opened is one event: that command's, that person's. */
  async #auditOpenings(
    query: <Row>(sql: string) => Promise<Row[]>,
    journal: ReadonlyMap<string, Message>,
  ): Promise<void> {
    const openings = await query<Message>(
      "select command, cabinet, cell, person from events where kind = 'door-opened' and command is not null",
    );
    const byCommand = Map.groupBy(openings, ({ command }) => command);
    for (const [id, told] of this.told.commands) {
      const row = journal.get(id);
      if (told !== "opened" && row?.["state"] !== "opened") continue;
      const found = byCommand.get(id)?.map(({ cabinet, cell, person }) => ({ cabinet, cell, person }));
      const { cabinet, cell, by = "" } = row ?? {};
      deepEqual(found, [{ cabinet, cell, person: by.replace("person:", "") }], `${id} was ${told}`);
    }
  }

  #auditPulses(commands: readonly Message[]): void {
    const byLock = Map.groupBy(commands, ({ cabinet, cell }) => `${cabinet} ${cell}`);
    for (const [index, cabinet] of this.#fleet.cabinets.entries()) {
      for (let lock = 1; lock <= CELLS; lock++) {
        const of = byLock.get(`${this.#cabinets[index]} ${lock}`) ?? [];
        const pulses = cabinet.pulseCount(1, lock);
        const sent = of.filter(({ state }) => state !== "refused").length;
        // What was sent when the program died may not have arrived.
        const surely = of.filter(({ state }) => state === "opened" || state === "failed").length;
        ok(
          pulses <= sent && pulses >= surely,
          `${this.#cabinets[index]} ${lock}: ${surely} <= ${pulses} <= ${sent}`,
        );
      }
    }
  }
}

async function tapping(
  page: Persistent,
  { index, enough }: { index: number; enough: () => boolean },
): Promise<void> {
  for (let tap = 0; !page.gone && !enough(); tap++) {
    await page.does({ type: "open", cell: 1 + (tap * 5 + index) % CELLS });
  }
}

/** Whether a rental that was told to be in one state may be in the other now. */
function follows(now: string | undefined, told: string): boolean {
  const order = ["held", "returning", "ended"];
  return now !== undefined && order.indexOf(now) >= order.indexOf(told);
}
