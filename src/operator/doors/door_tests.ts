import { delay } from "../../lib/concurrency/delay.ts";
import { Semaphore } from "../../lib/concurrency/semaphore.ts";
import { DOOR_TEST } from "../../lib/limits.ts";
import type { DoorState } from "../../cabinet/doors.ts";
import type { Cabinet, CabinetCell } from "../../locker/mod.ts";
import { readDoor } from "../../locker/cabinets/door_requests.ts";
import type { OperatorContext } from "../context.ts";
import type { TestLine } from "../contract/installing.ts";
import { uuidFromKey } from "../requests.ts";
import { foundOf, notTried, summaryOf, type TestedCell } from "./findings.ts";

/** What is to be tested, by whom. */
export interface WantedTest {
  readonly cabinet: Cabinet;
  readonly cells: readonly CabinetCell[];
  readonly pauseMs: number;
  readonly by: string;
  readonly note: string;
  /** The act's id, from which those of its commands come. */
  readonly id: string;
  /** The cells that may be tried now; `undefined`: the test must not go on. */
  readonly free: () => Promise<ReadonlySet<number> | undefined>;
  /** Ends it before the next cell: nobody wants to know more. */
  readonly signal: AbortSignal;
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
      const free = test.signal.aborted ? undefined : await test.free();
      if (!free) return yield end("stopped");
      const line = free.has(cell.cell)
        ? await testCell(cell, test, context)
        : notTried(cell, "a person has it, or it is out of use");
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

async function testCell(cell: CabinetCell, test: WantedTest, context: TestContext): Promise<TestedCell> {
  const { cabinets, commands, router } = context;
  const { cabinet, by, note } = test;
  const look = async (at: number): Promise<DoorState> =>
    (await readDoor(router, { cabinet: cabinet.id, cell: at })).door ?? "unknown";
  const before = await look(cell.cell);
  const others = new Map((await cabinets.status(cabinet)).doors);
  using moves = new SwitchMoves(cabinet.id, router);
  const command = await uuidFromKey(`test ${test.id} ${cell.cell}`, cabinet.organization);
  const result = await commands.run({ command: "open", id: command, cabinet, cell: cell.cell, by, note });
  let after = result.state === "refused" ? before : await look(cell.cell);
  if (result.state !== "refused" && after === before) {
    await delay(DOOR_TEST.settleMs);
    after = await look(cell.cell);
    if (after === before && after !== "unknown") await lookAround(cell, { cabinet, look });
  }
  const moved = moves.since(others).filter((one) => one !== cell.cell);
  return foundOf(cell, { result, command, before, after, moved });
}

/** Reads the doors of other cells, those of the same board first: their switches may have moved in place of the cell's. */
async function lookAround(
  { cell, board }: CabinetCell,
  { cabinet, look }: { cabinet: Cabinet; look: (cell: number) => Promise<DoorState> },
): Promise<void> {
  const others = cabinet.cells.filter((one) => one.cell !== cell)
    .toSorted((a, b) => Number(b.board === board) - Number(a.board === board))
    .slice(0, DOOR_TEST.looksMax);
  const atOnce = new Semaphore(DOOR_TEST.looksAtOnce);
  await Promise.all(others.map((one) => atOnce.run(() => look(one.cell))));
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
