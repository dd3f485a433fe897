import type { IsolateOptions } from "./options.ts";
import type { Logger } from "@logtape/logtape";
import { drain } from "../../lib/concurrency/drain.ts";
import { now, openGround } from "./ground.ts";
import { type IsolateParts, listen } from "./parts.ts";
import { PROCESS } from "../../lib/limits.ts";
import { withTimeout } from "../../lib/concurrency/timeout.ts";

/** RFC 6455, section 7.4.1: the page connects again by itself. */
const SERVICE_RESTART = 1012;

/** A running isolate: everything that serves people and devices, in one thread. */
export class Isolate {
  readonly http: Deno.NetAddr;
  readonly device: Deno.NetAddr;
  readonly deviceTls: Deno.NetAddr | undefined;
  readonly ownerInvitation: string | undefined;
  readonly #parts: IsolateParts;

  private constructor(parts: IsolateParts) {
    this.#parts = parts;
    this.http = parts.server.addr;
    this.device = parts.devices.address;
    this.deviceTls = parts.devices.tlsAddress;
    this.ownerInvitation = parts.ownerInvitation;
  }

  /**
   * Opens the database, which is up to date, ends what a dead predecessor left, then listens.
   *
   * @throws {Error} if the database cannot be used or an address is taken
   */
  static async start(options: IsolateOptions, log: Logger): Promise<Isolate> {
    await using stack = new AsyncDisposableStack();
    const isolate = new Isolate(await listen(await openGround(options, { log, stack })));
    stack.move();
    return isolate;
  }

  /**
   * Stops in this order: no new connection is accepted, and `/readyz` tells the load balancer so. Connections of people are
   * closed, a few at a time, then those of devices, each once what was begun on it is over. Then the database closes.
   */
  async stop(): Promise<void> {
    const { status, devices, commands, guard, server, directory, doorLog, log, ...parts } = this.#parts;
    status.isStopping = true;
    const byMs = now() + PROCESS.drainMs;
    devices.stopAccepting();
    const chored = parts.chores?.[Symbol.asyncDispose]();
    const jobs = parts.bulkRunner[Symbol.asyncDispose]();
    const hangUp = (socket: { close(code: number, reason: string): void }) =>
      socket.close(SERVICE_RESTART, "the service restarts");
    await drain(guard.open, { close: hangUp, byMs, now });
    await drain(devices.connections, { close: (device) => device.close("stopping"), byMs, now });
    if (!await within(commands.drain(), Math.max(byMs - now(), 0))) {
      log.warn("Stopping with {running} commands that are not over", { running: commands.running });
    }
    await devices[Symbol.asyncDispose]();
    await within(server.shutdown(), PROCESS.hangUpMs);
    server[Symbol.dispose]();
    await within(parts.unknownDevices[Symbol.asyncDispose](), PROCESS.hangUpMs);
    await directory[Symbol.asyncDispose]();
    await within(doorLog[Symbol.asyncDispose](), PROCESS.hangUpMs);
    const told = parts.outbox?.[Symbol.asyncDispose]();
    await within(Promise.all([chored, told, jobs, parts.returns[Symbol.asyncDispose]()]), PROCESS.hangUpMs);
    await within(parts.journal.idle(), PROCESS.hangUpMs);
    for (const part of parts.idle) part[Symbol.dispose]();
    await parts.routing[Symbol.asyncDispose]();
    await parts.db[Symbol.asyncDispose]();
  }
}

/** Whether the work was done in time. */
async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  return await withTimeout(work.then(() => true), { ms, fallback: () => false });
}
