import type { Child } from "hono/jsx";
import type { CellView } from "../../cabinet/types.ts";
import { Cell } from "./cells.tsx";
import { Icon } from "./icons.tsx";
import { type PartProps, Section } from "./parts.tsx";
import type { ViewInput } from "../text/cell_buttons.ts";
import type { IconShape } from "../text/styled_messages.ts";
import { fill, type Texts } from "../text/texts.ts";
import {
  doorColumnsOf,
  type DoorMark,
  doorMarker,
  doorMarks,
  type DrawnPlace,
} from "../text/door_drawing.ts";

/** The doors as buttons, column by column. */
export function TappableDoors({ columns, ...part }: PartProps & { columns: Columns }): Child {
  return (
    <div class="wall-box">
      <div class="wall tappable" role="group" aria-label={part.texts.cells}>
        <DoorColumns columns={columns} door={(cell) => <Cell cell={cell} {...part} />} />
      </div>
    </div>
  );
}

type Columns = readonly (readonly DrawnPlace[])[];

/** The picture and its legend. Without a layout the doors are in rows by number. */
export function CabinetDrawing({ state, texts }: ViewInput): Child {
  const { cabinet } = state;
  const markOf = doorMarker(state);
  const door = (cell: CellView) => <Door cell={cell} mark={markOf(cell)} />;
  const columns = doorColumnsOf(cabinet);
  return (
    <Section id="wall" title={texts.drawing.title}>
      <div class="card">
        <div class="wall-box" role="group" aria-labelledby="wall-title" tabindex={0}>
          <div class={columns ? "wall" : "wall rows"} role="img" aria-label={summaryOf(state, texts)}>
            {columns
              ? <DoorColumns columns={columns} door={door} />
              : cabinet.cells.map((cell) => <div class="place h4" key={cell.cell}>{door(cell)}</div>)}
          </div>
        </div>
        <Legend state={state} texts={texts} />
      </div>
    </Section>
  );
}

function DoorColumns({ columns, door }: { columns: Columns; door: (cell: CellView) => Child }): Child {
  return (
    <>
      {columns.map((places) => (
        <div class="column">
          {places.map(({ cell, quarters }) => (
            <div class={`place h${quarters}`}>{cell ? door(cell) : <span class="gap"></span>}</div>
          ))}
        </div>
      ))}
    </>
  );
}

const markShapes: Readonly<Partial<Record<DoorMark, IconShape>>> = {
  mine: "person",
  opening: "spinner",
  open: "door-open",
  faulty: "warning",
  disabled: "ban",
};

function Door({ cell, mark }: { cell: CellView; mark: DoorMark }): Child {
  const shape = markShapes[mark];
  return (
    <span class={`door mark-${mark}`} data-door-of={cell.cell}>
      <span>{cell.cell}</span>
      {shape && <Icon shape={shape} />}
    </span>
  );
}

function Legend({ state, texts }: ViewInput): Child {
  return (
    <ul class="legend" role="list">
      {counted(state).map(([mark, count]) => (
        <li key={mark}>
          <span class={`door mark-${mark}`} aria-hidden="true">
            {markShapes[mark] && <Icon shape={markShapes[mark]} />}
          </span>
          {wordOf(mark, texts)} {count}
        </li>
      ))}
    </ul>
  );
}

/** The marks in the drawing, with their counts. Where cells are assigned, an unused cell is not free to take. */
function counted(state: PartProps["state"]): readonly (readonly [DoorMark, number])[] {
  const all = state.cabinet.cells.map(doorMarker(state));
  const listed = state.cabinet.mode === "assigned" ? doorMarks.filter((mark) => mark !== "free") : doorMarks;
  return listed.map((mark) => [mark, all.filter((one) => one === mark).length] as const)
    .filter(([, count]) => count > 0);
}

function wordOf(mark: DoorMark, { drawing, uses }: Texts): string {
  if (mark === "mine") return drawing.mine;
  if (mark === "opening") return drawing.opening;
  return mark === "open" ? drawing.doorOpen : uses[mark];
}

/** For screen readers: what the drawing shows in one sentence, with the numbers of the person's own cells. */
function summaryOf(state: PartProps["state"], texts: Texts): string {
  const markOf = doorMarker(state);
  const mine = state.cabinet.cells.filter((cell) => markOf(cell) === "mine")
    .map(({ cell }) => fill(texts.cellName, { n: cell }));
  const own = mine.length === 0 ? [] : [`${texts.drawing.mine} ${mine.join(texts.comma)}`];
  const counts = counted(state).filter(([mark]) => mark !== "mine")
    .map(([mark, count]) => `${wordOf(mark, texts)} ${count}`);
  return [texts.drawing.title, ...own, ...counts].join(texts.comma);
}
