/**
 * Puts one isolate together: database, router, journal, devices, people, operator. What is made here is given its
 * clock and its log here.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Logger } from "@logtape/logtape";
import { sql } from "kysely";
import { type Database, openDatabase } from "./db/mod.ts";
import { DeviceDirectory } from "./device_directory.ts";
import { DeviceListener } from "./device/mod.ts";
import { IdleMemory, v8Heap } from "./idle_memory.ts";
import { PROCESS } from "./limits.ts";
import { Cabinets, Commands, Journal, People } from "./locker/mod.ts";
import { logCommand, logDevice, messageOf } from "./log.ts";
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
  readonly sessionSecret: string;
  readonly operatorToken: string;
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
    const db = await openDatabase(options.dataFolder);
    try {
      return new Isolate(await listen(db, options));
    } catch (error) {
      await db.destroy();
      throw error;
    }
  }

  /**
   * The order of stopping: no new device and no new tap, running commands end or time out, people and devices are
   * hung up, then the database closes.
   */
  async stop(): Promise<void> {
    const { devices, commands, guard, server, directory, journal, db, memory, log } = this.#parts;
    devices.stopAccepting();
    const drained = await within(commands.drain(), PROCESS.drainMs);
    if (!drained) {
      log.warn("Stopping with {running} commands that are not over", { running: commands.running });
    }
    guard.closeAll(SERVICE_RESTART, "the service restarts");
    await devices[Symbol.asyncDispose]();
    await within(server.shutdown(), PROCESS.hangUpMs);
    await directory[Symbol.asyncDispose]();
    await within(journal.idle(), PROCESS.hangUpMs);
    memory[Symbol.dispose]();
    await db.destroy();
  }
}

interface Parts {
  readonly db: Database;
  readonly journal: Journal;
  readonly commands: Commands;
  readonly directory: DeviceDirectory;
  readonly devices: DeviceListener;
  readonly guard: Guard;
  readonly server: Deno.HttpServer<Deno.NetAddr>;
  readonly memory: IdleMemory;
  readonly log: Logger;
}

async function listen(db: Database, options: IsolateOptions): Promise<Parts> {
  const { log, host, port, devicePort } = options;
  const failed = (error: unknown) => log.error("Something went wrong: {error}", { error: messageOf(error) });
  const now = () => performance.now();
  const wallClock = () => Date.now();

  const router: CabinetRouter = new LocalRouter();
  const journal = new Journal(db, { schedule: (run) => void setImmediate(run), wallClock });
  const cabinets = new Cabinets(db, { router, wallClock });
  const commands = new Commands(journal, { router, report: (report) => logCommand(log, report), now });
  const directory = new DeviceDirectory(db, { journal, failed });
  const guard = new Guard(failed);

  const left = await journal.recover();
  if (left.requested + left.sent > 0) {
    log.warn("Ended what a dead process left: {requested} refused, {sent} unconfirmed", left);
  }
  const app = webApp({
    users: {
      cabinets,
      commands,
      people: new People(db, { wallClock }),
      audiences: new Audiences(router, { cabinets, failed }),
      sessions: new Sessions({ secret: options.sessionSecret, wallClock }),
      guard,
      guestLogin: options.guestLogin,
      publicUrl: options.publicUrl,
      now,
    },
    operator: { db, cabinets, commands, journal, router, token: options.operatorToken, guard, failed },
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
    return { db, journal, commands, directory, devices, guard, server, memory, log };
  } catch (error) {
    await devices[Symbol.asyncDispose]();
    throw error;
  }
}

async function answers(db: Database): Promise<boolean> {
  try {
    await sql`select 1`.execute(db);
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
