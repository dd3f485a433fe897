/**
 * The parts of an isolate put together: what is made here is given its clock, its log and its figures here.
 *
 * @module
 */
import type { Logger } from "@logtape/logtape";
import { sql } from "kysely";
import { type Database, openDatabase } from "./db/mod.ts";
import { DeviceDirectory } from "./device_directory.ts";
import { DeviceListener } from "./device/mod.ts";
import { IdleMemory, v8Heap } from "./idle_memory.ts";
import { isolatePulse } from "./isolate_pulse.ts";
import type { IsolateOptions } from "./isolate.ts";
import { DATABASE, PERSON } from "./limits.ts";
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
import { MeasuredRouter } from "./measured_router.ts";
import { MeasuredWriter } from "./measured_writer.ts";
import { measureAnswer, measureCommand, measureDevice, measureFailure } from "./measures.ts";
import { expose, Metrics, programStatus } from "./metrics/mod.ts";
import { openRouting, type Routing } from "./routing.ts";
import { SharedCount } from "./shared_count.ts";
import { SharedLock } from "./shared_lock.ts";
import { Guard } from "./sockets.ts";
import { Attendance, Audiences, Sessions } from "./users/mod.ts";
import { webApp } from "./web/app.ts";
import { readAssets } from "./web/assets.ts";

/** Where `deno task build` puts the page's files. */
const ASSETS = new URL("../dist", import.meta.url).pathname;

/** Milliseconds that only go forward. */
export const now = (): number => performance.now();
const wallClock = () => Date.now();

/** What all parts stand on. */
export interface Ground {
  readonly options: IsolateOptions;
  readonly log: Logger;
  readonly failed: (error: unknown) => void;
  readonly metrics: Metrics;
  readonly db: Database;
  readonly writer: MeasuredWriter;
  readonly routing: Routing;
}

/**
 * Opens the database, which is up to date, and the way to the other isolates.
 *
 * @throws {Error} if the database cannot be used
 */
export async function openGround(
  options: IsolateOptions,
  { log, stack }: { log: Logger; stack: AsyncDisposableStack },
): Promise<Ground> {
  const metrics = new Metrics(options.memory.metrics, options.index);
  const tell = failureLog(log, now);
  const failed = (error: unknown) => {
    measureFailure(metrics, error);
    tell(error);
  };
  const opened = stack.use(await openIsolatesDatabase(options, failed));
  const writer = new MeasuredWriter(opened.writer, { metrics, now });
  const routing = stack.use(await openRouting({ ...options, failed, now }));
  const router = new MeasuredRouter(routing.router, { metrics, wayTo: routing.wayTo });
  return {
    options,
    log,
    failed,
    metrics,
    db: { ...opened, writer },
    writer,
    routing: { ...routing, router },
  };
}

/** Isolates that share an SQLite file take turns at writing it. */
async function openIsolatesDatabase(
  { dataFolder: folder, databaseUrl: url, isolates, index, memory }: IsolateOptions,
  failed: (error: unknown) => void,
): Promise<Database> {
  const lock = isolates > 1 && url === undefined ? new SharedLock(memory.writing, index) : undefined;
  const exclusive = lock && (<T>(work: () => Promise<T>) => lock.run(work));
  const connections = Math.max(DATABASE.poolMin, Math.floor(DATABASE.poolMax / isolates));
  return await openDatabase({ folder, url }, { failed, migrated: true, exclusive, connections });
}

/** What an isolate is made of, for whoever stops it. */
export interface Parts {
  readonly db: Database;
  readonly routing: Routing;
  readonly status: { isStopping: boolean };
  readonly journal: Journal;
  readonly commands: Commands;
  readonly directory: DeviceDirectory;
  readonly devices: DeviceListener;
  readonly guard: Guard;
  readonly server: Deno.HttpServer<Deno.NetAddr>;
  readonly returns: Returns;
  /** Of the first isolate only. */
  readonly chores: Chores | undefined;
  /** What has a timer or a watch, and nothing to finish. */
  readonly idle: readonly Disposable[];
  readonly log: Logger;
}

/**
 * Puts everything together and listens.
 *
 * @throws {Deno.errors.AddrInUse} if an address is taken
 */
export async function listen(ground: Ground): Promise<Parts> {
  const { options, log, failed, metrics, db, writer, routing } = ground;
  const { index, isolates, memory, trustedProxies } = options;
  const { router } = routing;
  const status = { isStopping: false };

  const journal = new Journal(db, { wallClock });
  const cabinets = new Cabinets(db, { router, wallClock });
  const alone = isolates === 1 && db.kind === "sqlite";
  const recovery = new Recovery(db, { router, wallClock, alone });
  if (alone) await recovery.endLeft({ atStart: true });
  const codes = new Codes(options.sessionSecret);
  const actLog = new ActLog(db, { router, wallClock });
  const people = new People(db, { secret: options.sessionSecret, wallClock });
  const returns = new Returns(db, { router, wallClock, failed });
  const attendance = new Attendance(router, { me: options.name, now, wallClock });
  const commands = new Commands({
    db,
    journal,
    router,
    recovery,
    codes,
    elsewhere: attendance,
    report: (report) => {
      measureCommand(metrics, report);
      logCommand(log, { report, failed });
    },
    returning: (rental) => returns.look(rental),
    now,
    wallClock,
  });
  const directory = new DeviceDirectory(db, { journal, failed });
  const sockets = { open: new SharedCount(memory.sockets, index), max: PERSON.socketsTotalMax };
  const guard = new Guard(failed, sockets);
  const app = webApp({
    users: {
      cabinets,
      commands,
      people,
      rentals: new Rentals(db, { codes, wallClock }),
      router,
      attendance,
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
      program: {
        id: options.program,
        version: options.version,
        status: () => programStatus(memory.metrics, wallClock()),
      },
      trustedProxies,
      guard,
      failed,
      wallClock,
    },
    assets: readAssets(ASSETS),
    isStopping: () => status.isStopping,
    ready: async () => routing.uplink?.connected !== false && await answers(db),
    metrics: () => expose(memory.metrics),
    answered: (status) => measureAnswer(metrics, status),
    failed,
  });
  const devices = listenForDevices(ground, directory);
  try {
    const { host: hostname, port } = options;
    const server = Deno.serve({ hostname, port, reusePort: isolates > 1, onListen: () => {} }, app.fetch);
    const idleMemory = new IdleMemory(v8Heap(() => commands.started + devices.accepted));
    const watched = {
      devices,
      sockets: guard.open,
      commands,
      writer,
      mesh: routing.mesh,
      uplink: routing.uplink,
    };
    const pulse = isolatePulse(metrics, watched, { failed, now, wallClock });
    const chores = index === 0 ? startChores(ground, { returns, recovery }) : undefined;
    const idle = [attendance, idleMemory, pulse];
    return {
      db,
      routing,
      status,
      journal,
      commands,
      directory,
      devices,
      guard,
      server,
      returns,
      chores,
      idle,
      log,
    };
  } catch (error) {
    await devices[Symbol.asyncDispose]();
    throw error;
  }
}

function listenForDevices(
  { options, log, metrics, routing }: Ground,
  directory: DeviceDirectory,
): DeviceListener {
  const { host: hostname, devicePort: port, isolates, memory, index } = options;
  return new DeviceListener({ hostname, port, reusePort: isolates > 1 }, {
    cabinets: directory,
    router: routing.router,
    open: new SharedCount(memory.devices, index),
    report: (report) => {
      measureDevice(metrics, report);
      logDevice(log, report);
    },
    now,
    wallClock,
  });
}

/** What is done now and then for the whole program. */
function startChores(
  { options, db, failed }: Ground,
  { returns, recovery }: { returns: Returns; recovery: Recovery },
): Chores {
  returns.start();
  return new Chores(db, { recovery, keptDays: keptDaysFrom(options.keepDays), wallClock, failed });
}

async function answers(db: Database): Promise<boolean> {
  try {
    await sql`select 1`.execute(db.tables);
    return true;
  } catch {
    return false;
  }
}
