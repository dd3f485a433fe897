/**
 * The cabinet as it stands on the wall: to be tapped where all its cells may be, else to be looked at.
 *
 * @module
 */
import type { Child } from "hono/jsx";
import type { CellView } from "../../cabinet/types.ts";
import { Cell } from "./cells.tsx";
import { Icon } from "./icons.tsx";
import { type PartProps, Section } from "./parts.tsx";
import type { Shape } from "../text/tellings.ts";
import { fill, type Texts } from "../text/texts.ts";
import { type Mark, marks, marksOf, wallOf, type WallPlace } from "../text/wall.ts";

/** The doors as buttons, column by column. */
export function TappableWall({ columns, ...part }: PartProps & { columns: Columns }): Child {
  return (
    <div class="wall-box">
      <div class="wall tappable" role="group" aria-label={part.texts.cells}>
        <WallColumns columns={columns} door={(cell) => <Cell cell={cell} {...part} />} />
      </div>
    </div>
  );
}

type Columns = readonly (readonly WallPlace[])[];

/** The drawing with the words for its signs. Where nobody said how the doors stand they are in rows by number. */
export function Drawing({ state, texts }: Pick<PartProps, "state" | "texts">): Child {
  const { cabinet } = state;
  const markOf = marksOf(state);
  const door = (cell: CellView) => <Door cell={cell} mark={markOf(cell)} />;
  const columns = wallOf(cabinet);
  return (
    <Section id="wall" title={texts.wall.title}>
      <div class="card">
        <div class="wall-box" role="group" aria-labelledby="wall-title" tabindex={0}>
          <div class={columns ? "wall" : "wall rows"} role="img" aria-label={summaryOf(state, texts)}>
            {columns
              ? <WallColumns columns={columns} door={door} />
              : cabinet.cells.map((cell) => <div class="place h4" key={cell.cell}>{door(cell)}</div>)}
          </div>
        </div>
        <Legend state={state} texts={texts} />
      </div>
    </Section>
  );
}

function WallColumns({ columns, door }: { columns: Columns; door: (cell: CellView) => Child }): Child {
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

const markShapes: Readonly<Partial<Record<Mark, Shape>>> = {
  mine: "person",
  opening: "spinner",
  open: "door-open",
  faulty: "warning",
  disabled: "ban",
};

function Door({ cell, mark }: { cell: CellView; mark: Mark }): Child {
  const shape = markShapes[mark];
  return (
    <span class={`door mark-${mark}`} data-door-of={cell.cell}>
      <span>{cell.cell}</span>
      {shape && <Icon shape={shape} />}
    </span>
  );
}

function Legend({ state, texts }: Pick<PartProps, "state" | "texts">): Child {
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

/** The marks that there are, with how many. Where cells are assigned, one that nobody uses is not free to have. */
function counted(state: PartProps["state"]): readonly (readonly [Mark, number])[] {
  const all = state.cabinet.cells.map(marksOf(state));
  const told = state.cabinet.mode === "assigned" ? marks.filter((mark) => mark !== "free") : marks;
  return told.map((mark) => [mark, all.filter((one) => one === mark).length] as const)
    .filter(([, count]) => count > 0);
}

function wordOf(mark: Mark, { wall, uses }: Texts): string {
  if (mark === "mine") return wall.mine;
  if (mark === "opening") return wall.opening;
  return mark === "open" ? wall.doorOpen : uses[mark];
}

/** For those who listen: what the drawing shows in one sentence, with the numbers of the person's own cells. */
function summaryOf(state: PartProps["state"], texts: Texts): string {
  const markOf = marksOf(state);
  const mine = state.cabinet.cells.filter((cell) => markOf(cell) === "mine")
    .map(({ cell }) => fill(texts.cellName, { n: cell }));
  const own = mine.length === 0 ? [] : [`${texts.wall.mine} ${mine.join(texts.comma)}`];
  const counts = counted(state).filter(([mark]) => mark !== "mine")
    .map(([mark, count]) => `${wordOf(mark, texts)} ${count}`);
  return [texts.wall.title, ...own, ...counts].join(texts.comma);
}
