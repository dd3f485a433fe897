import "../page/old_webviews.ts";
import type { Child } from "hono/jsx";
import { render, useEffect, useSyncExternalStore } from "hono/jsx/dom";
import { elementOf, focusFirst, onFragment, takeFragment } from "./browser.ts";
import type { JoinData } from "./shell.tsx";
import { callsBy } from "./state/calls.ts";
import { JoinPage } from "./state/join_page.ts";
import type { JoinState } from "./state/state.ts";
import type { JoinTexts } from "./text/texts.ts";
import type { JoinActions, ViewProps } from "./view/parts.tsx";
import { View } from "./view/view.tsx";

interface AppProps extends Pick<ViewProps, "texts" | "limits"> {
  readonly page: JoinPage;
  readonly actions: JoinActions;
}

function App({ page, ...part }: AppProps): Child {
  const state = useSyncExternalStore(page.subscribe, page.state);
  useEffect(() => focusFor(state), [stepOf(state), state.step === "form" && state.problems]);
  return <View state={state} origin={location.origin} {...part} />;
}

/** The first mistake has the focus, or else the heading of a step that is new. */
function focusFor(state: JoinState): void {
  if (state.step === "form" && state.problems.length > 0) {
    return focusFirst("[aria-invalid=true]", "[type=submit]");
  }
  focusFirst("h1");
}

/** Changes where another step is shown. */
function stepOf(state: JoinState): string {
  return state.step === "form" ? state.way : state.step;
}

/** Takes over the markup that the server rendered, in the language of these texts. */
export function startPage(texts: JoinTexts): void {
  const { lang, limits }: JoinData = JSON.parse(elementOf("state").textContent ?? "");
  const page = new JoinPage({ call: callsBy((url, init) => fetch(url, init)), lang, limits });
  const open = () => {
    const fragment = takeFragment();
    if (fragment !== "") void page.open(fragment);
  };
  onFragment(open);
  void page.open(takeFragment());
  const actions = {
    again: () => void page.look(),
    choose: page.choose.bind(page),
    showPassword: page.showPassword.bind(page),
    submit: (typed: Parameters<JoinPage["submit"]>[0]) => void page.submit(typed),
  };
  render(<App page={page} actions={actions} texts={texts} limits={limits} />, elementOf("app"));
}
