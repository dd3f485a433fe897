/**
 * Cabinets and people of a fleet: those that lose their connection go to another program, as a balancer would send
 * them, and ask again what they do not know. What was told is held against the pulses that the locks saw.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { COMMAND } from "../src/lib/limits.ts";
import { Device } from "./device.ts";
import { guestCookie, type Message, Page } from "./page.ts";
import type { Program } from "./program.ts";
import { chance } from "./chance.ts";

/** States that nothing follows. */
export const FINAL: ReadonlySet<string> = new Set(["opened", "accepted", "failed", "unconfirmed", "refused"]);
/** The pause before a connection is made again, in milliseconds, at most. */
const REDIAL_MS = 100;
/** How much later than it left a pulse may be seen, as this process does many other things. */
const SEEN_LATE_MS = 1_500;

/** Where a program can be reached, as long as it runs. */
export type Place = Pick<Program, "url" | "devicePort">;

/** The programs of the fleet that take connections now. */
export interface Fleet {
  places: readonly Place[];
}

/** One tap, as its person knows it. */
export interface Tap {
  readonly id: string;
  readonly cell: number;
  readonly from: number;
  /** How often it was asked: once more for each answer that says to try again, and each lost connection. */
  asked: number;
  ended: { readonly state: string; readonly reason: string | undefined; readonly tookMs: number } | undefined;
}

/** A cabinet that dials until it is disposed of. Its locks remember every pulse. */
export class RoamingCabinet implements AsyncDisposable {
  readonly id: string;
  /** When each lock was pulsed. */
  readonly pulses = new Map<number, number[]>();
  /** When it had no connection, each time: since the last one ended, until the next one. */
  readonly moves: { readonly from: number; readonly to: number }[] = [];
  device: Device | undefined;
  readonly #fleet: Fleet;
  readonly #random: () => number;
  readonly #running: Promise<void>;
  #lostAt = Date.now();
  #over = false;

  constructor(id: string, fleet: Fleet) {
    this.id = id;
    this.#fleet = fleet;
    this.#random = chance(`cabinet ${id}`);
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    await this.device?.[Symbol.asyncDispose]();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#over) {
      const place = pick(this.#fleet.places, this.#random);
      try {
        if (place) await this.#serve(await Device.connect(place, `REG-${this.id}`));
      } catch {
        // Nobody takes it there just now.
      }
      await pause(this.#random() * REDIAL_MS);
    }
  }

  async #serve(device: Device): Promise<void> {
    this.device = device;
    this.moves.push({ from: this.#lostAt, to: Date.now() });
    device.onOpen = (lock) => {
      this.pulses.set(lock, [...this.pulses.get(lock) ?? [], Date.now()]);
      // Read as open for a moment, then closed again by its person.
      device.open.add(lock);
      setTimeout(() => device.open.delete(lock), 30);
      return 0x00;
    };
    if (this.#over) await device[Symbol.asyncDispose]();
    await device.ended;
    this.#lostAt = Date.now();
  }
}

/** How many came in this process: each has chances of their own. */
let people = 0;

/** A person who taps one cell after the other of a cabinet. */
export class RoamingPerson {
  readonly taps: Tap[] = [];
  readonly #cabinet: string;
  readonly #cookie: string;
  readonly #fleet: Fleet;
  readonly #cells: number;
  readonly #random: () => number;

  constructor(who: { cabinet: string; cookie: string; cells: number }, fleet: Fleet) {
    this.#cabinet = who.cabinet;
    this.#cookie = who.cookie;
    this.#cells = who.cells;
    this.#random = chance(`person ${++people} at ${who.cabinet}`);
    this.#fleet = fleet;
  }

  static async arrive(cabinet: string, fleet: Fleet, cells = 24): Promise<RoamingPerson> {
    const place = fleet.places[0];
    if (!place) throw new RangeError("Cannot arrive at a fleet without programs");
    return new RoamingPerson({ cabinet, cells, cookie: await guestCookie(place, cabinet) }, fleet);
  }

  /**
   * Taps until told to stop, so often a second at most; ends when the last tap has.
   *
   * @param behind the cells from the one behind this number on are this person's
   */
  async live(isOver: () => boolean, perSecond: number, behind = 0): Promise<void> {
    let page: Page | undefined;
    for (let n = 0; !isOver(); n++) {
      const from = Date.now();
      const tap: Tap = {
        id: crypto.randomUUID(),
        cell: behind + 1 + n % this.#cells,
        from,
        asked: 0,
        ended: undefined,
      };
      this.taps.push(tap);
      page = await this.#see(tap, page);
      await pause(Math.max(0, from + 1000 / perSecond - Date.now()));
    }
    await page?.[Symbol.asyncDispose]();
  }

  /** Asks with the same id until it is known how the tap ended. */
  async #see(tap: Tap, before: Page | undefined): Promise<Page> {
    let page = before;
    while (true) {
      page ??= await this.#connect();
      page.messages.length = 0;
      tap.asked++;
      const ended = await endOf(page, tap);
      if (ended) {
        const { state, reason } = ended;
        tap.ended = { state, reason, tookMs: Date.now() - tap.from };
        return page;
      }
      await page[Symbol.asyncDispose]();
      page = undefined;
      await pause(this.#random() * REDIAL_MS);
    }
  }

  async #connect(): Promise<Page> {
    while (true) {
      const place = pick(this.#fleet.places, this.#random);
      try {
        if (place) return await Page.open(place, this.#cabinet, this.#cookie);
      } catch {
        // No program accepts the person just now.
      }
      await pause(this.#random() * REDIAL_MS);
    }
  }
}

/** The tap's end; `undefined`: it cannot be done now, or the page is gone, and it may be asked again. */
async function endOf(page: Page, tap: Tap): Promise<Message | undefined> {
  const { promise, resolve } = Promise.withResolvers<Message | undefined>();
  page.heard = (message) => {
    if (message["id"] !== tap.id) return;
    if (message["type"] === "error") resolve(undefined);
    else if (FINAL.has(message["state"])) resolve(message);
  };
  page.send({ type: "open", id: tap.id, cell: tap.cell, at: tap.from });
  return await Promise.race([page.closed.then(() => undefined), promise]);
}

/**
 * Holds what people were told against what the locks saw: each tap at most one pulse, none late, and what was told is
 * so.
 */
export function auditPulses(
  cabinet: Pick<RoamingCabinet, "id" | "pulses">,
  people: readonly Pick<RoamingPerson, "taps">[],
): void {
  const taps = Map.groupBy(people.flatMap(({ taps }) => taps), ({ cell }) => cell);
  for (const lock of cabinet.pulses.keys()) {
    ok(taps.has(lock), `nobody asked for lock ${lock} of ${cabinet.id}`);
  }
  for (const [cell, ofCell] of taps) {
    const pulses = cabinet.pulses.get(cell) ?? [];
    ofCell.forEach((tap, n) => {
      const until = ofCell[n + 1]?.from ?? Infinity;
      const ofTap = pulses.filter((at) => at >= tap.from && at < until);
      const own = ofTap.length;
      for (const at of ofTap) {
        const afterMs = at - tap.from;
        ok(
          afterMs <= COMMAND.deadlineMs + SEEN_LATE_MS,
          `${cabinet.id}: ${afterMs} ms after ${JSON.stringify(tap)}`,
        );
      }
      const allowed = { opened: [1], accepted: [1], failed: [1], refused: [0], unconfirmed: [0, 1] }[
        tap.ended?.state ?? ""
      ];
      ok(allowed?.includes(own), `${cabinet.id}: ${own} pulses of ${JSON.stringify(tap)}`);
    });
  }
}

/** How taps ended, counted, those that did not work with why. */
export function endings(people: readonly Pick<RoamingPerson, "taps">[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { ended } of people.flatMap(({ taps }) => taps)) {
    const key = ended ? [ended.state, ended.reason].filter(Boolean).join(" ") : "nothing";
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

function pick<T>(all: readonly T[], random: () => number): T | undefined {
  return all[Math.floor(random() * all.length)];
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
