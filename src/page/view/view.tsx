/**
 * The page's one view, rendered by the server first and by the browser from then on.
 *
 * @module
 */
import type { Child } from "hono/jsx";
import { Cells } from "./cells.tsx";
import { Drawing, TappableWall } from "./drawing.tsx";
import { Icon } from "./icons.tsx";
import { MyCells } from "./my_cells.tsx";
import { type PartProps, Words } from "./parts.tsx";
import { cellsNow } from "../state/permits.ts";
import { Permitted } from "./permitted.tsx";
import { Pickup } from "./pickup.tsx";
import { Rows, wantsHelp } from "./rows.tsx";
import { Store } from "./store.tsx";
import { Taking } from "./taking.tsx";
import { connectionTelling, newsTelling, type Shape, type Telling } from "../text/tellings.ts";
import type { Say } from "../text/texts.ts";
import { wallOf } from "../text/wall.ts";

/** The cabinet as this person may use it. */
export function View({ state, texts, actions }: PartProps): Child {
  if (state.account === "signed-out" || state.account === "removed") {
    const { signedOut, removed, enter } = texts.me;
    const say = state.account === "removed" ? removed : signedOut[state.you.guest ? "guest" : "member"];
    return <Notice say={say} shape="tick" again={{ words: enter, href: "" }} />;
  }
  return (
    <main class="page" data-connection={state.connection} data-mode={state.cabinet.mode}>
      <Header state={state} texts={texts} />
      <Told id="connection" telling={connectionTelling(state, texts)} />
      <Body state={state} texts={texts} actions={actions} />
      <Rows state={state} texts={texts} actions={actions} />
      <News state={state} texts={texts} />
      <Taking state={state} texts={texts} actions={actions} />
    </main>
  );
}

/** A whole page in the place of a cabinet's: what happened and what the person can do. */
export function Notice({ say, shape, again }: NoticeProps): Child {
  return (
    <main class="page notice">
      <Icon shape={shape} />
      <h1>{say.title}</h1>
      <p>{say.next}</p>
      {again && <a class="button primary again" href={again.href}>{again.words}</a>}
    </main>
  );
}

interface NoticeProps {
  readonly say: Say;
  readonly shape: Shape;
  readonly again: { readonly words: string; readonly href: string } | undefined;
}

function Header({ state, texts }: Omit<PartProps, "actions">): Child {
  const { name } = state.you;
  return (
    <header class="header">
      <h1>{state.cabinet.name}</h1>
      {name !== "" && <p>{texts.hello + name}</p>}
    </header>
  );
}

function Body(part: PartProps): Child {
  const { mode, cells } = part.state.cabinet;
  if (cells.length === 0) return <p class="empty">{part.texts.noCells}</p>;
  if (mode === "storage") {
    return (
      <>
        <MyCells {...part} />
        <Store {...part} />
        <Pickup {...part} />
        <Drawing {...part} />
      </>
    );
  }
  const isAll = mode === "open" || cellsNow(part.state).size === cells.length;
  if (isAll) return <AllCells {...part} />;
  return (
    <>
      <Permitted {...part} />
      <Drawing {...part} />
    </>
  );
}

function AllCells(part: PartProps): Child {
  const columns = wallOf(part.state.cabinet);
  return columns
    ? <TappableWall columns={columns} {...part} />
    : <Cells cells={part.state.cabinet.cells} {...part} />;
}

/** The bar at the bottom. It is always there, so that screen readers announce what comes into it. */
function News({ state, texts }: Omit<PartProps, "actions">): Child {
  const { notice, cabinet: { mode } } = state;
  const link = wantsHelp(state) ? <a href="#help">{texts.help.link}</a> : undefined;
  return <Told id="news" telling={notice && newsTelling(notice.news, { mode, texts })} link={link} />;
}

interface ToldProps {
  readonly id: "connection" | "news";
  readonly telling: Telling | undefined;
  readonly link?: Child;
}

function Told({ id, telling, link }: ToldProps): Child {
  return (
    <div
      id={id}
      class={`told tone-${telling?.tone ?? "calm"}`}
      data-empty={String(telling === undefined)}
      role="status"
      aria-live="polite"
      aria-atomic="true"
    >
      {telling && <Words telling={telling} />}
      {link}
    </div>
  );
}
