import type { SensorWiring } from "../../boards/mod.ts";
import type { DoorState } from "../../cabinet/doors.ts";
import type { CabinetCell, Result } from "../../locker/mod.ts";
import type { TestLine } from "../contract/installing.ts";

/** A line about one cell. */
export type TestedCell = Extract<TestLine, { type: "cell" }>;
/** The last line. */
export type TestSummary = Extract<TestLine, { type: "end" }>;

/** What was seen while a cell was tested. */
export interface Observation {
  readonly result: Pick<Result, "state" | "reason">;
  readonly command: string;
  readonly before: DoorState;
  readonly after: DoorState;
  /** Other cells whose switches moved. */
  readonly moved: readonly number[];
}

const OTHER_WIRING = {
  "short-when-locked": "short-when-open",
  "short-when-open": "short-when-locked",
} as const;

const NOT_TRIED = {
  "not-free": "was not tried: a person has it, or it is out of use.",
  busy: "was not tried: too many commands are not over yet.",
  unavailable: "was not tried, or nothing is known of it: the database does not answer. Look at its door.",
} as const;

/** A cell for which there was no command, and why. */
export function notTried({ cell, board, channel }: CabinetCell, why: keyof typeof NOT_TRIED): TestedCell {
  const reason = why === "not-free" ? null : why;
  const nothing = { command: null, state: null, reason, before: "unknown", after: "unknown" } as const;
  const says = `Cell ${cell} ${NOT_TRIED[why]}`;
  return { type: "cell", cell, board, channel, finding: "not-tried", says, ...nothing, moved: [] };
}

/** What the test of a cell found. */
export function foundOf({ cell, board, channel }: CabinetCell, seen: Observation): TestedCell {
  const { result: { state, reason = null }, command, before, after, moved } = seen;
  const finding = findingOf(seen);
  const says = sentenceOf(finding, { cell, ...seen });
  return {
    type: "cell",
    cell,
    board,
    channel,
    finding,
    says,
    command,
    state,
    reason,
    before,
    after,
    moved: [...moved],
  };
}

function findingOf({ result: { state, reason }, before, after, moved }: Observation): TestedCell["finding"] {
  if (state === "refused") return "not-tried";
  if (before === "open" && after === "closed") return "inverted";
  if (before === "closed" && after === "open") return "fine";
  if (moved.length > 0) return "other-switch";
  if (reason === "no-reply" || reason === "link-lost") return "no-answer";
  if (before === "open" && after === "open") return "stayed-open";
  if (before === "unknown" && after === "unknown" && state === "accepted") return "no-switch";
  // It opened and was shut again, or was unknown before.
  if (state === "opened") return "fine";
  return state === "accepted" ? "no-switch" : "stayed-shut";
}

function sentenceOf(
  finding: TestedCell["finding"],
  { cell, moved, result: { reason } }: Observation & { cell: number },
): string {
  switch (finding) {
    case "fine":
      return `Cell ${cell} opened, and its switch showed it.`;
    case "no-switch":
      return `The board took the command for cell ${cell}, and nothing shows whether the door opened: look at it.`;
    case "stayed-shut":
      return `Cell ${cell} did not open, or its switch does not show it: if the door is shut, the lock is dead or ` +
        "not plugged in; if it is open, the switch is not plugged in.";
    case "stayed-open":
      return `The switch of cell ${cell} showed an open door before and after: shut the door and test it again; if it ` +
        "was shut, the switch is not plugged in, or the lock is dead and the switches are wired the other way.";
    case "inverted":
      return `The switch of cell ${cell} showed an open door before, and a shut one after it opened: it is wired the ` +
        "other way.";
    case "other-switch":
      return `The switch of cell ${cell} did not move, but that of cell ${
        moved.join(" and ")
      } did: look which door ` +
        "opened.";
    case "no-answer":
      return `The board did not answer for cell ${cell}: check the board's address, its power and its cable.`;
    case "not-tried":
      return reason === "forbidden"
        ? `Cell ${cell} was not tried: a person was given it just now.`
        : `Cell ${cell} was not tried: the command was refused (${reason ?? "unknown"}).`;
  }
}

/** What all cells together say: which wiring would fit, and what is swapped. */
export function summaryOf(
  cells: readonly TestedCell[],
  { ended, wiring }: { ended: TestSummary["ended"]; wiring: SensorWiring | "none" },
): TestSummary {
  const count = (finding: TestedCell["finding"]) => cells.filter((one) => one.finding === finding).length;
  const tried = cells.length - count("not-tried");
  const fine = count("fine");
  const swapped = swapsIn(cells);
  const better = betterWiring({ inverted: count("inverted"), fine, wiring });
  const stuck = count("stayed-shut") + count("stayed-open");
  const hasNone = tried > 1 && stuck === tried;
  return {
    type: "end",
    ended,
    fine,
    notFine: cells.length - fine,
    wiring: better ?? (hasNone ? "none" : null),
    channels: swapped.flatMap(([a, b]) => [lockFor(a, b), lockFor(b, a)]),
    says: [
      ...better ? [`All switches that moved are wired the other way: set wiring to ${better}.`] : [],
      ...!better && count("inverted") > 0
        ? ["Some switches are wired the other way than others: change the plugs of those that are."]
        : [],
      ...hasNone
        ? ["No switch moved at all: if the doors opened, there are no switches, so set wiring to none."]
        : [],
      ...swapped.map(swapSentence),
    ],
  };
}

function betterWiring(
  { inverted, fine, wiring }: { inverted: number; fine: number; wiring: SensorWiring | "none" },
): SensorWiring | undefined {
  return inverted > 0 && fine === 0 && wiring !== "none" ? OTHER_WIRING[wiring] : undefined;
}

type Swap = readonly [TestedCell, TestedCell];

/** Pairs of cells of which each moved the other's switch, and no more. */
function swapsIn(cells: readonly TestedCell[]): Swap[] {
  const astray = cells.filter(({ finding, moved }) => finding === "other-switch" && moved.length === 1);
  const byCell = new Map(astray.map((one) => [one.cell, one]));
  return astray.flatMap((a): Swap[] => {
    const b = byCell.get(a.moved[0] ?? a.cell);
    return b && a.cell < b.cell && b.moved[0] === a.cell ? [[a, b]] : [];
  });
}

function lockFor({ cell }: TestedCell, { board, channel }: TestedCell): TestSummary["channels"][number] {
  return { cell, board, channel };
}

function swapSentence([a, b]: Swap): string {
  const lock = ({ board, channel }: TestedCell) => `channel ${channel} of board ${board}`;
  return `Cells ${a.cell} and ${b.cell} are swapped: if the right door opened each time, change the plugs of their ` +
    `switches; if the other door opened, change those of their locks, or give cell ${a.cell} ${
      lock(b)
    } and cell ` +
    `${b.cell} ${lock(a)} and change the plugs of their switches.`;
}
