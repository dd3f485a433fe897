/**
 * What the person may open where cells are assigned.
 *
 * @module
 */
import type { Child } from "hono/jsx";
import { Cells } from "./cells.tsx";
import { Icon } from "./icons.tsx";
import { momentOf } from "../text/moments.ts";
import { Button, type PartProps, Section } from "./parts.tsx";
import { cellsNow, permitsLater } from "../state/permits.ts";
import { fill } from "../text/texts.ts";

/** See the module. */
export function Permitted({ state, texts, actions }: PartProps): Child {
  const now = cellsNow(state);
  const cells = state.cabinet.cells.filter(({ cell }) => now.has(cell));
  const later = permitsLater(state);
  return (
    <Section id="mine" title={texts.mine.title}>
      {cells.length > 0 && <Cells cells={cells} large state={state} texts={texts} actions={actions} />}
      {later.map(({ cells, from }) => (
        <p class="later">
          <Icon shape="clock" />
          {fill(texts.permits.later, {
            cells: cells === null
              ? texts.permits.all
              : cells.map((n) => fill(texts.cellName, { n })).join(texts.comma),
            t: momentOf(from, { state, texts }),
          })}
        </p>
      ))}
      {cells.length === 0 && later.length === 0 && <Nothing state={state} texts={texts} actions={actions} />}
    </Section>
  );
}

/** Whom to ask, and what to tell him: the operator gives permits by this number. */
function Nothing({ state: { you }, texts: { permits }, actions }: PartProps): Child {
  return (
    <div class="card nothing">
      <p>
        <strong>{permits.none.title}</strong>
        <span>{permits.none.next}</span>
      </p>
      <p class="id">
        <span>{permits.id}</span>
        <code>{you.id}</code>
      </p>
      <Button kind="plain" name="copy-id" onClick={() => actions?.copy(you.id)}>{permits.copy}</Button>
    </div>
  );
}
