import { delay } from "../../lib/concurrency/delay.ts";
import { Semaphore } from "../../lib/concurrency/semaphore.ts";
import { withTimeout } from "../../lib/concurrency/timeout.ts";
import { DOOR_TEST } from "../../lib/limits.ts";
import type { DoorState } from "../../cabinet/doors.ts";
import type { Cabinet, CabinetCell, Commands, RequestedTap, Result } from "../../locker/mod.ts";
import { readDoor } from "../../locker/cabinets/door_requests.ts";
import type { OperatorContext } from "../context.ts";
import type { TestLine } from "../contract/installing.ts";
import { uuidFromKey } from "../requests.ts";
import { foundOf, notTried, summaryOf, type TestedCell } from "./findings.ts";
import { type NoCommandReason, noCommandReason } from "./no_command.ts";

/** What is to be tested, by whom. */
export interface WantedTest {
  readonly cabinet: Cabinet;
  readonly cells: readonly CabinetCell[];
  readonly pauseMs: number;
  readonly by: string;
  readonly note: string;
  /** The act's id, from which those of its commands come. */
  readonly id: string;
  /**
   * The cells that may be tried now; `undefined`: the test must not go on. Asking keeps other tests away from the cabinet for
   * {@linkcode DOOR_TEST.leaseMs} more.
   */
  readonly free: () => Promise<ReadonlySet<number> | undefined>;
  /** Ends it before the next cell: nobody wants to know more. */
  readonly signal: AbortSignal;
  /** How long other doors are looked at where a switch did not move, in milliseconds. @default {DOOR_TEST.looksMs} */
  readonly looksMs?: number;
}

type TestContext = Pick<OperatorContext, "cabinets" | "commands" | "router" | "failed">;

/**
 * Opens the cells one after the other, each once, and tells of each what its lock and switch did. Whatever cells people have
 * by then are left out.
 */
export async function* testDoors(test: WantedTest, context: TestContext): AsyncGenerator<TestLine> {
  const tested: TestedCell[] = [];
  const end = (ended: "done" | "stopped" | "offline" | "failed") =>
    summaryOf(tested, { ended, wiring: test.cabinet.wiring });
  try {
    for (const [index, cell] of test.cells.entries()) {
      if (index > 0) await delay(test.pauseMs, test);
      const line = test.signal.aborted ? undefined : await testCell(cell, test, context);
      if (!line) return yield end("stopped");
      tested.push(line);
      yield line;
      if (line.reason === "offline") return yield end("offline");
      if (line.reason === "stopping") return yield end("stopped");
    }
    yield end("done");
  } catch (error) {
    context.failed(error);
    yield end("failed");
  }
}

/** `undefined`: the test must not go on. */
async function testCell(
  cell: CabinetCell,
  test: WantedTest,
  { cabinets, commands, router }: TestContext,
): Promise<TestedCell | undefined> {
  const { cabinet, by, note } = test;
  const look = async (at: number): Promise<DoorState> =>
    (await readDoor(router, { cabinet: cabinet.id, cell: at })).door ?? "unknown";
  const free = await test.free();
  if (!free?.has(cell.cell)) return free && notTried(cell, "not-free");
  const before = await look(cell.cell);
  const others = new Map((await cabinets.status(cabinet)).doors);
  using moves = new SwitchMoves(cabinet.id, router);
  const id = await uuidFromKey(`test ${test.id} ${cell.cell}`, cabinet.organization);
  // Looking takes seconds, in which a person may have been given the cell.
  const stillFree = await test.free();
  if (!stillFree?.has(cell.cell)) return stillFree && notTried(cell, "not-free");
  const result = await opened(
    { command: "open", id, cabinet, cell: cell.cell, by, note, onlyUnheld: true },
    commands,
  );
  if (typeof result === "string") return notTried(cell, result);
  const after = result.state === "refused" ? before : await lookAfter(cell, { test, before, look });
  const moved = moves.since(others).filter((one) => one !== cell.cell);
  return foundOf(cell, { result, command: id, before, after, moved });
}

/** How the command ended; a reason: there is none. */
async function opened(tap: RequestedTap, commands: Commands): Promise<Result | NoCommandReason> {
  try {
    return await commands.run(tap);
  } catch (error) {
    const reason = noCommandReason(error);
    if (reason === undefined) throw error;
    return reason;
  }
}

/** Reads the door of a cell that was opened, once more if it has not moved; and if it still has not, looks at others. */
async function lookAfter(
  cell: CabinetCell,
  { test, before, look }: { test: WantedTest; before: DoorState; look: (cell: number) => Promise<DoorState> },
): Promise<DoorState> {
  const atOnce = await look(cell.cell);
  if (atOnce !== before) return atOnce;
  await delay(DOOR_TEST.settleMs);
  const after = await look(cell.cell);
  if (after === before && after !== "unknown" && await test.free()) await lookAround(cell, { test, look });
  return after;
}

/** Reads the doors of other cells, those of the same board first: their switches may have moved in place of the cell's. */
async function lookAround(
  { cell, board }: CabinetCell,
  { test: { cabinet, looksMs = DOOR_TEST.looksMs }, look }: {
    test: WantedTest;
    look: (cell: number) => Promise<DoorState>;
  },
): Promise<void> {
  const others = cabinet.cells.filter((one) => one.cell !== cell)
    .toSorted((a, b) => Number(b.board === board) - Number(a.board === board))
    .slice(0, DOOR_TEST.looksMax);
  const atOnce = new Semaphore(DOOR_TEST.looksAtOnce);
  let isOver = false;
  const looks = others.map((one) => atOnce.run(async () => void (isOver || await look(one.cell))));
  await withTimeout(Promise.all(looks), { ms: looksMs, fallback: () => void (isOver = true) });
}

/** The switches of a cabinet that move, as its connection tells of them. */
class SwitchMoves implements Disposable {
  readonly #now = new Map<number, DoorState>();
  readonly #watch: Disposable;

  constructor(cabinet: string, router: OperatorContext["router"]) {
    this.#watch = router.watch(cabinet, (event) => {
      if (event.type !== "doors") return;
      for (const { cell, door } of event.cells) this.#now.set(cell, door);
    });
  }

  /** The cells whose switches show something else than they did then. */
  since(then: ReadonlyMap<number, DoorState>): number[] {
    return [...this.#now].filter(([cell, door]) => {
      const was = then.get(cell) ?? "unknown";
      return was !== "unknown" && door !== "unknown" && door !== was;
    }).map(([cell]) => cell);
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
  }
}
