import type { Child } from "hono/jsx";
import { permittedCells } from "../state/permits.ts";
import type { ViewInput } from "../text/cell_buttons.ts";
import { doorColumnsOf } from "../text/door_drawing.ts";
import {
  connectionMessage,
  type IconShape,
  newsMessage,
  type StyledMessage,
} from "../text/styled_messages.ts";
import type { MessageText } from "../text/texts.ts";
import { AssignedCells } from "./assigned_cells.tsx";
import { Cells } from "./cells.tsx";
import { ContactBeside } from "./contact.tsx";
import { CabinetDrawing, TappableDoors } from "./door_drawing.tsx";
import { Icon } from "./icons.tsx";
import { MyCells } from "./my_cells.tsx";
import { type PartProps, Words } from "./parts.tsx";
import { Pickup } from "./pickup.tsx";
import { opensHelp, Rows } from "./rows.tsx";
import { Store } from "./store.tsx";
import { TakeDialog } from "./take_dialog.tsx";

/** The page of a cabinet, as this person may use it: rendered by the server first, then by the browser. */
export function View({ state, texts, actions }: PartProps): Child {
  if (state.account === "signed-out" || state.account === "removed") {
    const { signedOut, removed, enter } = texts.me;
    const text = state.account === "removed" ? removed : signedOut[state.you.guest ? "guest" : "member"];
    return <NoticePage text={text} shape="tick" again={{ words: enter, href: "" }} />;
  }
  return (
    <main class="page" data-connection={state.connection} data-mode={state.cabinet.mode}>
      <Header state={state} texts={texts} />
      <StatusBar id="connection" message={connectionMessage(state, texts)} state={state} texts={texts} />
      <Body state={state} texts={texts} actions={actions} />
      <Rows state={state} texts={texts} actions={actions} />
      <News state={state} texts={texts} />
      <TakeDialog state={state} texts={texts} actions={actions} />
    </main>
  );
}

/** A notice in place of a cabinet's page: what happened and what the person can do. */
export function NoticePage({ text, shape, again, children }: NoticePageProps): Child {
  return (
    <main class="page notice">
      <Icon shape={shape} />
      <h1>{text.title}</h1>
      <p>{text.next}</p>
      {children}
      {again && <a class="button primary again" href={again.href}>{again.words}</a>}
    </main>
  );
}

interface NoticePageProps {
  readonly text: MessageText;
  readonly shape: IconShape;
  readonly again: { readonly words: string; readonly href: string } | undefined;
  /** Below what the person can do. */
  readonly children?: Child;
}

function Header({ state, texts }: ViewInput): Child {
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
  if (cells.length === 0) return <NoCells {...part} />;
  if (mode === "storage") {
    return (
      <>
        <MyCells {...part} />
        <Store {...part} />
        <Pickup {...part} />
        <CabinetDrawing {...part} />
      </>
    );
  }
  const isAll = mode === "open" || permittedCells(part.state).size === cells.length;
  if (isAll) return <AllCells {...part} />;
  return (
    <>
      <AssignedCells {...part} />
      <CabinetDrawing {...part} />
    </>
  );
}

function NoCells({ state: { cabinet }, texts }: PartProps): Child {
  return (
    <p class="empty">
      {texts.noCells}
      <ContactBeside words={texts.noCells} contact={cabinet.contact} texts={texts} />
    </p>
  );
}

function AllCells(part: PartProps): Child {
  const columns = doorColumnsOf(part.state.cabinet);
  return columns
    ? <TappableDoors columns={columns} {...part} />
    : <Cells cells={part.state.cabinet.cells} {...part} />;
}

/** The bar at the bottom. It is there even when it is empty, so that screen readers announce what it says. */
function News({ state, texts }: ViewInput): Child {
  const { notice, cabinet: { mode } } = state;
  const link = opensHelp(state) ? <a href="#help">{texts.help.link}</a> : undefined;
  const message = notice && newsMessage(notice.news, { mode, texts });
  return <StatusBar id="news" message={message} link={link} state={state} texts={texts} />;
}

interface StatusBarProps extends Pick<PartProps, "state" | "texts"> {
  readonly id: "connection" | "news";
  readonly message: StyledMessage | undefined;
  readonly link?: Child;
}

function StatusBar({ id, message, link, state, texts }: StatusBarProps): Child {
  return (
    <div
      id={id}
      class={`message-bar tone-${message?.tone ?? "calm"}`}
      data-empty={String(message === undefined)}
      role="status"
      aria-live="polite"
      aria-atomic="true"
    >
      {message && <Words message={message} state={state} texts={texts} />}
      {link}
    </div>
  );
}
