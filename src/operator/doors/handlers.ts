import type { Context } from "hono";
import { Slots } from "../../lib/concurrency/slots.ts";
import { DOOR_TEST } from "../../lib/limits.ts";
import type { Actor, Cabinet, CabinetCell, Lease } from "../../locker/mod.ts";
import type { Caller } from "../../staff/mod.ts";
import { isAllowed } from "../access.ts";
import type { OperatorContext } from "../context.ts";
import { doorRoutes, type TestLine } from "../contract/installing.ts";
import type { Mount } from "../mount.ts";
import { Problem } from "../problem.ts";
import { cellOf } from "../requests.ts";
import { testDoors, type WantedTest } from "./door_tests.ts";
import { openAllHandlers } from "./open_all.ts";

/** Opening several doors of a cabinet: to test them, and in an emergency. */
export function doorHandlers(mount: Mount, context: OperatorContext): void {
  openAllHandlers(mount, context);
  const { cabinets, leases } = context;
  const running = new Slots(DOOR_TEST.atOnceMax);

  mount(doorRoutes.test, async ({ c, path: { id: cabinet }, body, actor, caller }) => {
    const { reason: note = "door test", pauseMs } = body;
    const cells = await cellsOf(cabinet, body.cells, { caller, cabinets });
    if (!(await cabinets.status(cabinet)).online) {
      throw new Problem(409, `Cabinet ${cabinet.id} is offline: its doors cannot be tested`, {
        code: "offline",
      });
    }
    await using held = new AsyncDisposableStack();
    held.use(slotOf(running));
    const lease = held.use(await leaseOf(cabinet, { leases, pauseMs }));
    await noteTest(actor, { cabinet, cells }, context);
    const free = async () => await lease.renew() ? await freeNow(c, cabinet.id, context) : undefined;
    const over = new AbortController();
    const { signal } = over;
    const test = { cabinet, cells, pauseMs, by: actor.who, note, id: actor.id, free, signal };
    return linesOf(testDoors(test, context), { over, held: held.move() });
  });
}

/** @throws {Problem} if it was noted before: each cell is opened once */
async function noteTest(
  actor: Actor,
  { cabinet, cells }: Pick<WantedTest, "cabinet" | "cells">,
  { auditLog }: Pick<OperatorContext, "auditLog">,
): Promise<void> {
  const subject = cells.map(({ cell }) => cell).join(",").slice(0, 100);
  const act = { act: "test", cabinet: cabinet.id, subject } as const;
  if (await auditLog.do(actor, act, () => Promise.resolve([])) !== "known") return;
  throw new Problem(409, "This test was begun before: its commands are in GET /commands", {
    code: "made-before",
  });
}

/** @throws {Problem} if one is none of the cabinet's, or none may be tried */
async function cellsOf(
  cabinet: Cabinet,
  wanted: readonly number[] | undefined,
  { caller, cabinets }: { caller: Caller } & Pick<OperatorContext, "cabinets">,
): Promise<CabinetCell[]> {
  if (wanted) return [...new Set(wanted)].map((cell) => cellOf(String(cell), cabinet));
  const held = new Set(await cabinets.heldCells(caller, cabinet.id));
  const free = cabinet.cells.filter(({ cell, state }) => state === "free" && !held.has(cell));
  if (free.length === 0) throw new Problem(409, `No cell of cabinet ${cabinet.id} is free`);
  return free;
}

/** The cells that the caller may try now; `undefined`: none any more, as a right was taken away. */
async function freeNow(
  c: Context,
  id: string,
  { access, cabinets }: OperatorContext,
): Promise<ReadonlySet<number> | undefined> {
  try {
    const caller = await access.callerOf(c);
    const cabinet = isAllowed(caller, "install") ? await cabinets.findWithin(caller, id) : undefined;
    if (!cabinet) return undefined;
    const held = await cabinets.heldCells(caller, id);
    const free = cabinet.cells.filter(({ cell, state }) => state === "free" && !held.includes(cell));
    return new Set(free.map(({ cell }) => cell));
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** @throws {Problem} if the isolate does as many as it may */
function slotOf(running: Slots): Disposable {
  const slot = running.enter();
  if (slot) return slot;
  throw new Problem(429, "Too many cabinets are being tested: try again in 30 s", {
    code: "busy",
    retryAfterSeconds: 30,
  });
}

/** @throws {Problem} if the cabinet is being tested, wherever in the service */
async function leaseOf(
  { id }: Cabinet,
  { leases, pauseMs }: Pick<OperatorContext, "leases"> & Pick<WantedTest, "pauseMs">,
): Promise<Lease> {
  const lease = await leases.take(`door-test ${id}`, DOOR_TEST.leaseMs + pauseMs);
  if (lease) return lease;
  throw new Problem(409, `Cabinet ${id} is being tested already`, { code: "busy" });
}

/** The lines as they come. A caller that hangs up ends them. */
function linesOf(
  lines: AsyncGenerator<TestLine>,
  { over, held }: { over: AbortController; held: AsyncDisposable },
): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (over.signal.aborted) return;
      if (!done) return controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
      await held[Symbol.asyncDispose]();
      controller.close();
    },
    async cancel() {
      over.abort();
      await lines.return(undefined);
      await held[Symbol.asyncDispose]();
    },
  });
  return new Response(body, {
    headers: { "content-type": "application/x-ndjson", "cache-control": "no-store" },
  });
}
