/**
 * The path of a tap without sockets: journal, rights, router, and boards that answer at once.
 *
 * @module
 */
import { cabinetBody } from "../src/cabinet/description_body.ts";
import { Epochs } from "../src/db/journal/epochs.ts";
import { type Database, type DatabaseLocation, openDatabase } from "../src/db/mod.ts";
import { insertPerson } from "../src/db/queries/people.ts";
import {
  CabinetCatalog,
  Commands,
  ControllerSecrets,
  Journal,
  PickupCodes,
  Recovery,
  type RequestedTap,
  type StorageTap,
} from "../src/locker/mod.ts";
import { uuidOf } from "../src/lib/uuid.ts";
import { LocalRouter } from "../src/router/mod.ts";
import type { CabinetRouter } from "../src/cabinet/requests.ts";

const CELLS = 24;

/** A journal that writes nothing: what the rest of the path costs. */
class NoJournal extends Journal {
  override request(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
  override sending(): Promise<"may"> {
    return Promise.resolve("may");
  }
  override finish(): Promise<boolean> {
    return Promise.resolve(true);
  }
}

/** A tap's path without sockets, for many people at once. */
export class Bench implements AsyncDisposable {
  readonly db: Database;
  readonly commands: Commands;
  readonly cabinets: CabinetCatalog;
  readonly #router: CabinetRouter = new LocalRouter();
  readonly #journal: Journal;
  readonly #first: number;

  /** @param options.first number of its first cabinet and person, where several benches share a database @default {0} */
  constructor(db: Database, { journaled = true, first = 0 }: { journaled?: boolean; first?: number } = {}) {
    this.db = db;
    this.#first = first;
    const wallClock = Date.now;
    const router = this.#router;
    this.#journal = new (journaled ? Journal : NoJournal)(db, { wallClock });
    this.cabinets = new CabinetCatalog(db, {
      router,
      secrets: new ControllerSecrets("the secret of the tests"),
      wallClock,
    });
    this.commands = new Commands({
      db,
      journal: this.#journal,
      router,
      recovery: new Recovery(db, { router, wallClock, alone: db.kind === "sqlite" }),
      codes: new PickupCodes("bench"),
      report: () => {},
      returning: () => {},
      now: () => performance.now(),
      wallClock,
    });
  }

  /** Opens a rig on a database, which may have the cabinets of an earlier one. */
  static async open(place: DatabaseLocation, options: { journaled?: boolean } = {}): Promise<Bench> {
    return new Bench(await openDatabase(place), options);
  }

  /** Makes cabinets `open-0`… or `storage-0`… whose locks answer at once, and as many people. */
  async furnish(mode: "open" | "storage", count: number): Promise<void> {
    const epochs = new Epochs(this.db);
    for (let n = this.#first; n < this.#first + count; n++) {
      const id = `${mode}-${n}`;
      const cells = { count: CELLS };
      await this.cabinets.put({
        ...cabinetBody.parse({ name: id, board: "8a", mode, cells }),
        id,
        organization: "main",
      });
      const person = { id: personOf(mode, n), kind: "guest", name: "", created_at: 0 } as const;
      await this.db.writer.transaction((trx) => insertPerson(trx, person)).catch(() => {});
      const epoch = await epochs.next(id);
      const owner = { cabinet: id, epoch };
      this.#router.claim(id, {
        handle: async (request, { progress }) => {
          if (request.type !== "open") return { type: "hang-up" };
          if (await this.#journal.sending(request, owner) === "may") progress({ type: "sent" });
          return { type: "open", evidence: { state: "accepted" } };
        },
        displaced: () => {},
      }, epoch);
    }
  }

  /** So many people, each with their own cabinet, open one cell after the other. */
  async opens(people: number, forMs: number, newId: () => string = pageId): Promise<Rates> {
    const cabinets = await Promise.all(
      Array.from({ length: people }, (_, n) => this.cabinets.find(`open-${this.#first + n}`)),
    );
    return await rates(people, forMs, async (person, turn) => {
      const cabinet = cabinets[person];
      if (!cabinet) throw new Error(`There is no cabinet open-${person}`);
      const cell = 1 + turn % CELLS;
      const tap = { command: "open", id: newId(), cabinet, cell, by: "person:bench" } as const;
      await this.commands.run({ ...tap, by: `person:${personOf("open", this.#first + person)}` });
    });
  }

  /** So many people store things and take them out again. */
  async stores(people: number, forMs: number): Promise<Rates> {
    const cabinets = await Promise.all(
      Array.from({ length: people }, (_, n) => this.cabinets.find(`storage-${this.#first + n}`)),
    );
    return await rates(people, forMs, async (person) => {
      const tap = { cabinet: cabinets[person], by: `person:${personOf("storage", this.#first + person)}` };
      const id = pageId();
      const stored = await this.commands.run({ command: "store", id, ...tap } as StorageTap);
      if (stored.state !== "accepted") throw new Error(`${stored.state} ${stored.reason}`);
      const retrieve = { command: "retrieve", id: pageId(), rental: id, ...tap };
      await this.commands.run(retrieve as RequestedTap);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.commands.drain();
    await this.db[Symbol.asyncDispose]();
  }
}

/** An id as the page makes them. */
function pageId(): string {
  return uuidOf(crypto.getRandomValues(new Uint8Array(16)), Date.now());
}

/** One line on standard output. */
export function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** The rate per second, and how long each took. */
export interface Rates {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Runs the work in so many concurrent loops; the first fifth of the time is not counted. */
export async function rates(
  people: number,
  forMs: number,
  work: (person: number, waitForTurn: number) => Promise<void>,
): Promise<Rates> {
  const from = performance.now() + forMs / 5;
  const until = from + forMs;
  const took: number[] = [];
  await Promise.all(Array.from({ length: people }, async (_, person) => {
    let now = performance.now();
    for (let turn = 0; now < until; turn++) {
      await work(person, turn);
      const ended = performance.now();
      if (ended >= from && ended < until) took.push(ended - now);
      now = ended;
    }
  }));
  took.sort((a, b) => a - b);
  const at = (part: number) => took[Math.min(took.length - 1, Math.floor(took.length * part))] ?? 0;
  return { perSecond: took.length / forMs * 1000, p50Ms: at(0.5), p99Ms: at(0.99) };
}

function personOf(mode: string, n: number): string {
  return `${mode === "open" ? "0" : "1"}0000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
}
