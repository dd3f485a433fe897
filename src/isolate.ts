/**
 * Puts one isolate together: database, router, journal, devices, people, operator. What is made here is given its
 * clock and its log here.
 *
 * @module
 */
import type { Logger } from "@logtape/logtape";
import { sql } from "kysely";
import { type Database, openDatabase } from "./db/mod.ts";
import { DeviceDirectory } from "./device_directory.ts";
import { DeviceListener } from "./device/mod.ts";
import { IdleMemory, v8Heap } from "./idle_memory.ts";
import { PROCESS } from "./limits.ts";
import {
  ActLog,
  Acts,
  Cabinets,
  Chores,
  Codes,
  Commands,
  Journal,
  keptDaysFrom,
  People,
  Permits,
  Recovery,
  Rentals,
  Returns,
} from "./locker/mod.ts";
import { failureLog, logCommand, logDevice } from "./log.ts";
import { type CabinetRouter, LocalRouter } from "./router/mod.ts";
import { Guard } from "./sockets.ts";
import { Audiences, Sessions } from "./users/mod.ts";
import { webApp } from "./web/app.ts";
import type { Assets } from "./web/assets.ts";

/** RFC 6455, section 7.4.1: the page connects again by itself. */
const SERVICE_RESTART = 1012;

/** What an isolate is made of. */
export interface IsolateOptions {
  readonly host: string;
  readonly port: number;
  readonly devicePort: number;
  readonly publicUrl: string | undefined;
  readonly guestLogin: boolean;
  readonly dataFolder: string;
  /** `postgres://…`; unset: SQLite in the data folder. */
  readonly databaseUrl: string | undefined;
  readonly sessionSecret: string;
  readonly operatorToken: string;
  /** How many days each kind of record is kept, where that is not as usual. */
  readonly keepDays: Readonly<Record<string, number>>;
  /** How many proxies in front say where a request came from. */
  readonly trustedProxies: number;
  readonly assets: Assets;
  readonly log: Logger;
}

/** A running isolate. */
export class Isolate {
  readonly http: Deno.NetAddr;
  readonly device: Deno.NetAddr;
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.http = parts.server.addr;
    this.device = parts.devices.address;
  }

  /**
   * Opens the database, ends what a dead process left, then listens.
   *
   * @throws {Error} if the database cannot be used or an address is taken
   */
  static async start(options: IsolateOptions): Promise<Isolate> {
    const { dataFolder, databaseUrl, log } = options;
    const failed = failureLog(log, now);
    const db = await openDatabase({ folder: dataFolder, url: databaseUrl }, { failed });
    try {
      return new Isolate(await listen(db, { ...options, failed }));
    } catch (error) {
      await db[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * The order of stopping: no new device and no new tap, running commands end or time out, people and devices are
   * hung up, then the database closes.
   */
  async stop(): Promise<void> {
    const { devices, commands, returns, chores, guard, server, directory, journal, db, memory, log } =
      this.#parts;
    devices.stopAccepting();
    const chored = chores[Symbol.asyncDispose]();
    const drained = await within(commands.drain(), PROCESS.drainMs);
    if (!drained) {
      log.warn("Stopping with {running} commands that are not over", { running: commands.running });
    }
    guard.closeAll(SERVICE_RESTART, "the service restarts");
    await devices[Symbol.asyncDispose]();
    await within(server.shutdown(), PROCESS.hangUpMs);
    await directory[Symbol.asyncDispose]();
    await within(Promise.all([chored, returns[Symbol.asyncDispose]()]), PROCESS.hangUpMs);
    await within(journal.idle(), PROCESS.hangUpMs);
    memory[Symbol.dispose]();
    await db[Symbol.asyncDispose]();
  }
}

/** Milliseconds that only go forward. */
const now = () => performance.now();

interface Parts {
  readonly db: Database;
  readonly journal: Journal;
  readonly commands: Commands;
  readonly returns: Returns;
  readonly chores: Chores;
  readonly directory: DeviceDirectory;
  readonly devices: DeviceListener;
  readonly guard: Guard;
  readonly server: Deno.HttpServer<Deno.NetAddr>;
  readonly memory: IdleMemory;
  readonly log: Logger;
}

async function listen(
  db: Database,
  options: IsolateOptions & { failed: (error: unknown) => void },
): Promise<Parts> {
  const { log, host, port, devicePort, trustedProxies, failed } = options;
  const wallClock = () => Date.now();
  const keptDays = keptDaysFrom(options.keepDays);

  const router: CabinetRouter = new LocalRouter();
  const journal = new Journal(db, { wallClock });
  const cabinets = new Cabinets(db, { router, wallClock });
  const recovery = new Recovery(db, { router, wallClock });
  const codes = new Codes(options.sessionSecret);
  const actLog = new ActLog(db, { router, wallClock });
  const people = new People(db, { wallClock });
  const returns = new Returns(db, { router, wallClock, failed });
  const commands = new Commands({
    db,
    journal,
    router,
    recovery,
    codes,
    report: (report) => logCommand(log, { report, failed }),
    returning: (rental) => returns.look(rental),
    now,
    wallClock,
  });
  const directory = new DeviceDirectory(db, { journal, failed });
  const guard = new Guard(failed);

  const left = await recovery.endLeft({ atStart: true });
  if (left.requested + left.sent > 0) {
    log.warn("Ended what a dead process left: {requested} refused, {sent} unconfirmed", left);
  }
  const app = webApp({
    users: {
      cabinets,
      commands,
      people,
      rentals: new Rentals(db, { codes, wallClock }),
      router,
      audiences: new Audiences(router, { cabinets, failed }),
      sessions: new Sessions({ secret: options.sessionSecret, wallClock }),
      guard,
      guestLogin: options.guestLogin,
      publicUrl: options.publicUrl,
      trustedProxies,
      now,
    },
    operator: {
      db,
      cabinets,
      commands,
      journal,
      actLog,
      acts: new Acts(db, actLog),
      permits: new Permits(db, actLog),
      people,
      router,
      token: options.operatorToken,
      trustedProxies,
      guard,
      failed,
      wallClock,
    },
    assets: options.assets,
    ready: () => answers(db),
    failed,
  });
  const devices = new DeviceListener(
    { hostname: host, port: devicePort },
    { cabinets: directory, router, report: (report) => logDevice(log, report), now, wallClock },
  );
  try {
    const server = Deno.serve({ hostname: host, port, onListen: () => {} }, app.fetch);
    const memory = new IdleMemory(v8Heap(() => commands.started + devices.accepted));
    returns.start();
    const chores = new Chores(db, { recovery, keptDays, wallClock, failed });
    return { db, journal, commands, returns, chores, directory, devices, guard, server, memory, log };
  } catch (error) {
    await devices[Symbol.asyncDispose]();
    throw error;
  }
}

async function answers(db: Database): Promise<boolean> {
  try {
    await sql`select 1`.execute(db.tables);
    return true;
  } catch {
    return false;
  }
}

/** Whether the work was done in time. */
async function within(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const { promise: timeUp, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), timeoutMs);
  try {
    return await Promise.race([work.then(() => true), timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
