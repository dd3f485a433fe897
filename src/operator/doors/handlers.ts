import type { Context } from "hono";
import { KeyedCounts } from "../../lib/concurrency/keyed_counts.ts";
import { DOOR_TEST } from "../../lib/limits.ts";
import type { Cabinet, CabinetCell } from "../../locker/mod.ts";
import type { Caller } from "../../staff/mod.ts";
import { isAllowed } from "../access.ts";
import type { OperatorContext } from "../context.ts";
import { doorRoutes, type TestLine } from "../contract/installing.ts";
import type { Mount } from "../mount.ts";
import { Problem } from "../problem.ts";
import { cellOf } from "../requests.ts";
import { testDoors } from "./door_tests.ts";
import { openAllHandlers } from "./open_all.ts";

/** All tests of an isolate are counted together, too. */
const ALL = "all tests";

/** Opening several doors of a cabinet: to test them, and in an emergency. */
export function doorHandlers(mount: Mount, context: OperatorContext): void {
  openAllHandlers(mount, context);
  const { cabinets, auditLog } = context;
  const ofCabinet = new KeyedCounts(1);
  const ofAll = new KeyedCounts(DOOR_TEST.atOnceMax);

  mount(doorRoutes.test, async ({ c, path: { id: cabinet }, body, actor, caller }) => {
    const { reason: note = "door test", pauseMs } = body;
    const cells = await cellsOf(cabinet, body.cells, { caller, cabinets });
    if (!(await cabinets.status(cabinet)).online) {
      throw new Problem(409, `Cabinet ${cabinet.id} is offline: its doors cannot be tested`, {
        code: "offline",
      });
    }
    const place = placeIn(cabinet.id, { ofCabinet, ofAll });
    try {
      const subject = cells.map(({ cell }) => cell).join(",").slice(0, 100);
      const done = await auditLog.do(
        actor,
        { act: "test", cabinet: cabinet.id, subject },
        () => Promise.resolve([]),
      );
      if (done === "known") {
        throw new Problem(409, "This test was begun before: its commands are in GET /commands", {
          code: "made-before",
        });
      }
    } catch (error) {
      place[Symbol.dispose]();
      throw error;
    }
    const free = () => freeNow(c, cabinet.id, context);
    const test = { cabinet, cells, pauseMs, by: actor.who, note, id: actor.id, free };
    return linesOf(testDoors(test, context), place);
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

/** @throws {Problem} if the cabinet is being tested, or too many are */
function placeIn(
  cabinet: string,
  { ofCabinet, ofAll }: { ofCabinet: KeyedCounts; ofAll: KeyedCounts },
): Disposable {
  const own = ofCabinet.enter(cabinet);
  if (!own) throw new Problem(409, `Cabinet ${cabinet} is being tested already`, { code: "busy" });
  const place = ofAll.enter(ALL);
  if (!place) {
    own[Symbol.dispose]();
    throw new Problem(429, "Too many cabinets are being tested: try again in 30 s", {
      code: "busy",
      retryAfterSeconds: 30,
    });
  }
  const places = new DisposableStack();
  places.use(own);
  places.use(place);
  return places;
}

/** The lines as they come. A caller that hangs up ends them. */
function linesOf(lines: AsyncGenerator<TestLine>, place: Disposable): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (!done) return controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
      place[Symbol.dispose]();
      controller.close();
    },
    async cancel() {
      await lines.return(undefined);
      place[Symbol.dispose]();
    },
  });
  return new Response(body, {
    headers: { "content-type": "application/x-ndjson", "cache-control": "no-store" },
  });
}
