import type { Child } from "hono/jsx";
import { laterPermits, permittedCells } from "../state/permits.ts";
import { formatTime } from "../text/format_time.ts";
import { fill } from "../text/texts.ts";
import { Cells } from "./cells.tsx";
import { ContactBeside } from "./contact.tsx";
import { Icon } from "./icons.tsx";
import { Button, type PartProps, Section } from "./parts.tsx";

/** The cells that the person may open now or later, where cells are assigned. */
export function AssignedCells({ state, texts, actions }: PartProps): Child {
  const now = permittedCells(state);
  const cells = state.cabinet.cells.filter(({ cell }) => now.has(cell));
  const later = laterPermits(state);
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
            t: formatTime(from, { state, texts }),
          })}
        </p>
      ))}
      {cells.length === 0 && later.length === 0 && <NoPermit state={state} texts={texts} actions={actions} />}
    </Section>
  );
}

/** Tells the person to ask the operator, who gives permits by this number. */
function NoPermit({ state: { you, cabinet }, texts, actions }: PartProps): Child {
  const { permits } = texts;
  return (
    <div class="card nothing">
      <p>
        <strong>{permits.none.title}</strong>
        <span>{permits.none.next}</span>
        <ContactBeside words={permits.none.next} contact={cabinet.contact} texts={texts} />
      </p>
      <p class="id">
        <span>{permits.id}</span>
        <code>{you.id}</code>
      </p>
      <Button kind="plain" name="copy-id" onClick={() => actions?.copy(you.id)}>{permits.copy}</Button>
    </div>
  );
}
