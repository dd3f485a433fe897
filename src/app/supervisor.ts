import type { Logger } from "@logtape/logtape";
import config from "../../deno.json" with { type: "json" };
import { type Capacity, capacityOf } from "./capacity.ts";
import { DataFolderError } from "./data_folder.ts";
import {
  type Database,
  type DatabaseLocation,
  DatabaseUnavailableError,
  isDatabaseUnavailable,
  openDatabase,
  writeCheck,
} from "../db/mod.ts";
import { freeDescriptors } from "./descriptors.ts";
import type { IsolateOptions } from "./isolate/options.ts";
import { programPulse } from "./isolate/pulse.ts";
import { IsolateThread } from "./isolate/thread.ts";
import type { IsolateAddresses } from "./isolate/messages.ts";
import { databaseConnections } from "./isolate/ground.ts";
import { backoffMs } from "../lib/concurrency/backoff.ts";
import { delay } from "../lib/concurrency/delay.ts";
import { ISOLATE, PROCESS } from "../lib/limits.ts";
// Not by way of its room: the thread that starts isolates loads no more than it needs.
import { Recovery } from "../locker/commands/recovery.ts";
import { failureLog } from "../observability/report_log.ts";
import { Metrics, type MetricsSampler } from "../metrics/mod.ts";
import { checkPorts } from "./port_check.ts";
import { BroadcastTransport, LocalRouter } from "../router/mod.ts";
import { SharedMemory } from "./shared_memory.ts";

/** The exit code when an isolate hangs: EX_SOFTWARE of sysexits.h. */
const EXIT_HUNG = 70;
/** How long to wait before an isolate is started again; without jitter, as no others come with it. */
const BACKOFF = { firstMs: ISOLATE.restartMs, maxMs: ISOLATE.restartMaxMs };

/** What all isolates of the program have in common. */
export interface SupervisorOptions extends
  Omit<
    IsolateOptions,
    "index" | "invitesOwner" | "name" | "program" | "memory" | "version" | "capacity"
  > {
  /** How many descriptors it counts and uses; all of them are taken while it counts. @default {PROCESS.descriptorsMax} */
  readonly descriptorsMax?: number;
}

/** Starts and stops the isolates of the program, which share its ports, and replaces one that dies. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #log: Logger;
  readonly #start: (options: IsolateOptions) => IsolateThread;
  readonly #program = `kaigui ${crypto.randomUUID()}`;
  readonly #memory: SharedMemory;
  readonly #capacity: Capacity;
  readonly #pulse: MetricsSampler;
  readonly #metrics: Metrics;
  /** The isolates by their index, as they are now. */
  readonly #threads: { name: string; thread: IsolateThread }[] = [];
  /** One promise for each index: it resolves when no isolate is started there any more. */
  readonly #watching: Promise<void>[] = [];
  readonly #stopping = new AbortController();
  #listening: IsolateAddresses | undefined;
  #hangTimer: ReturnType<typeof setInterval> | undefined;
  /** Isolates that were started so far, which makes the name of each unique. */
  #started = 0;

  private constructor(
    options: SupervisorOptions,
    { log, start, capacity }: {
      log: Logger;
      start: (options: IsolateOptions) => IsolateThread;
      capacity: Capacity;
    },
  ) {
    this.#options = options;
    this.#capacity = capacity;
    this.#log = log;
    this.#start = start;
    this.#memory = SharedMemory.make(options.isolates);
    this.#metrics = new Metrics(this.#memory.parts.metrics, options.isolates);
    const failed = failureLog(log, () => performance.now());
    this.#pulse = programPulse(this.#metrics, {
      failed,
      now: () => performance.now(),
      wallClock: () => Date.now(),
    });
  }

  /**
   * Checks the ports, counts how many connections there may be, brings the database up to date, then starts the isolates.
   *
   * @param start starts the thread of one isolate
   * @throws {CapacityError} if the process can open too few files
   * @throws {StartError} if a port is taken, or an isolate cannot start
   * @throws {Error} if the database cannot be used
   */
  static async start(
    options: SupervisorOptions,
    log: Logger,
    start = (options: IsolateOptions) => new IsolateThread(options),
  ): Promise<Supervisor> {
    checkPorts(options);
    const capacity = capacityOf(freeDescriptors(options.descriptorsMax ?? PROCESS.descriptorsMax), {
      isolates: options.isolates,
      databaseConnections: options.databaseUrl === undefined ? 0 : databaseConnections(options.isolates),
    });
    await prepareDatabase(options, log);
    const supervisor = new Supervisor(options, { log, start, capacity });
    try {
      await supervisor.#startAll();
      return supervisor;
    } catch (error) {
      supervisor.#pulse[Symbol.dispose]();
      supervisor.#killAll();
      throw error;
    }
  }

  /** Where all isolates listen. */
  get listening(): IsolateAddresses {
    if (!this.#listening) throw new TypeError("Cannot say where the isolates listen: none does yet");
    return this.#listening;
  }

  /** Counts an error in the main thread that no code of ours has caught. */
  countUnhandled(): void {
    this.#metrics.add("failures_total", "unhandled");
  }

  /** Stops all isolates in good order, and terminates those that take too long. */
  async stop(): Promise<void> {
    this.#pulse[Symbol.dispose]();
    clearInterval(this.#hangTimer);
    this.#stopping.abort();
    const timer = setTimeout(() => this.#killAll(), ISOLATE.stopMs);
    await Promise.all(this.#threads.map(({ thread }) => thread.stop()));
    clearTimeout(timer);
    await Promise.all(this.#watching);
  }

  /** Starts the first isolate alone: where a port is 0, it finds out which one all take. */
  async #startAll(): Promise<void> {
    const first = this.#launch(0);
    this.#listening = await first.ready;
    const others = Array.from({ length: this.#options.isolates - 1 }, (_, n) => this.#launch(n + 1));
    await Promise.all(others.map((thread) => thread.ready));
    [first, ...others].forEach((thread, index) => this.#watching.push(this.#watch(thread, index)));
    this.#hangTimer = setInterval(() => this.#exitIfHung(), ISOLATE.lookMs);
  }

  #launch(index: number): IsolateThread {
    const name = `${this.#program} ${index}.${++this.#started}`;
    const { http, device, deviceTls } = this.#listening ?? {};
    const tls = this.#options.deviceTls;
    const thread = this.#start({
      ...this.#options,
      invitesOwner: this.#started === 1,
      port: http?.port ?? this.#options.port,
      devicePort: device?.port ?? this.#options.devicePort,
      deviceTls: tls && { ...tls, port: deviceTls?.port ?? tls.port },
      index,
      name,
      program: this.#program,
      memory: this.#memory.parts,
      capacity: this.#capacity,
      version: config.version,
    });
    this.#threads[index] = { name, thread };
    return thread;
  }

  /** Starts an isolate again whenever it ends, after longer and longer waits while it ends soon. */
  async #watch(first: IsolateThread, index: number): Promise<void> {
    const { signal } = this.#stopping;
    let failures = 0;
    for (let thread = first;; thread = this.#launch(index)) {
      const since = performance.now();
      const why = await Promise.race([thread.ended, aborted(signal)]);
      if (why === undefined) return;
      this.#log.error("Isolate {index} ended and is started again: {why}", { index, why });
      this.#cleanUp(index);
      new Metrics(this.#memory.parts.metrics, index).add("isolate_restarts_total");
      const lived = performance.now() - since;
      failures = lived >= ISOLATE.soundMs ? 0 : failures + 1;
      await delay(backoffMs(failures, BACKOFF), { signal });
      await this.#untilThreadMayStart(index);
      if (signal.aborted) return;
    }
  }

  /** Waits for free descriptors: the runtime ends the process when it starts a thread and there are none (Deno 2.9). */
  async #untilThreadMayStart(index: number): Promise<void> {
    const { signal } = this.#stopping;
    const isScarce = () => !signal.aborted && freeDescriptors(ISOLATE.descriptors) < ISOLATE.descriptors;
    for (let tries = 0; isScarce(); tries++) {
      if (tries === 0) this.#log.error("Isolate {index} waits for descriptors: too many are open", { index });
      await delay(ISOLATE.restartMs, { signal });
    }
  }

  /** Gives back what a dead isolate held, and tells the others, so that they need not wait until it has been silent for long. */
  #cleanUp(index: number): void {
    this.#memory.abandon(index);
    const { name: from = "" } = this.#threads[index] ?? {};
    if (this.#options.isolates === 1) return;
    using transport = new BroadcastTransport(this.#program, from);
    transport.broadcast({ type: "bye", from });
  }

  /**
   * A thread in an endless loop cannot be ended (measured in Deno 2.9), and goes on taking its share of connections:
   * so the process ends, for the system to start it again.
   */
  #exitIfHung(): void {
    const [index] = this.#memory.hung();
    if (index === undefined) return;
    const seconds = ISOLATE.hungMs / 1000;
    this.#log.fatal("Isolate {index} did nothing for {seconds} s: the process ends", { index, seconds });
    Deno.exit(EXIT_HUNG);
  }

  #killAll(): void {
    for (const { thread } of this.#threads) thread.kill("the program ends");
  }
}

/** Brings the database up to date, and on SQLite ends commands that a dead process left; on Postgres others may run them. */
async function prepareDatabase(
  { dataFolder: folder, databaseUrl: url }: SupervisorOptions,
  log: Logger,
): Promise<void> {
  const failed = failureLog(log, () => performance.now());
  await using db = await openDatabase({ folder, url }, { failed }).catch((cause) => {
    if (url !== undefined) throw cause;
    throw isDatabaseUnavailable(cause) ? notWritable(folder, cause) : notUsable(folder, cause);
  });
  await checkWritable(db, { folder, url });
  const router = new LocalRouter<never, never, never, never>();
  const recovery = new Recovery(db, { router, wallClock: () => Date.now(), alone: db.kind === "sqlite" });
  const left = await recovery.endLeft({ atStart: true });
  if (left.requested + left.sent > 0) {
    log.warn("Ended what a dead process left: {requested} refused, {sent} unconfirmed", left);
  }
}

/** @throws {DatabaseUnavailableError} {@linkcode DataFolderError} if it cannot be written */
async function checkWritable(db: Database, { folder, url }: DatabaseLocation): Promise<void> {
  try {
    await db.writer.run(writeCheck, { at: Date.now() });
  } catch (cause) {
    if (url !== undefined) throw new DatabaseUnavailableError(url, { cause });
    throw notWritable(folder, cause);
  }
}

function notWritable(folder: string, cause: unknown): DataFolderError {
  const why = cause instanceof Error ? cause.message : cause;
  return new DataFolderError(`Cannot write to the database in DATA_DIR ${folder}: ${why}`, { cause });
}

function notUsable(folder: string, cause: unknown): DataFolderError {
  return new DataFolderError(`Cannot use the database ${folder}/kaigui.sqlite`, { cause });
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
