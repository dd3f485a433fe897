import type { Child } from "hono/jsx";
import { Icon } from "../../page/view/icons.tsx";
import { Done } from "./done.tsx";
import { Form } from "./form.tsx";
import { Button, Notice, type ViewProps } from "./parts.tsx";

/** The page on which a link is used: rendered by the server first, then by the browser. */
export function View(part: ViewProps): Child {
  return (
    <div class="page">
      <header class="brand">
        <Icon shape="door-open" />
        {part.texts.product}
      </header>
      <main class="card" data-step={part.state.step}>
        <Step {...part} />
      </main>
    </div>
  );
}

function Step({ state, ...part }: ViewProps): Child {
  const { texts, actions } = part;
  switch (state.step) {
    case "looking":
      return (
        <p class="looking" role="status">
          <Icon shape="spinner" />
          {texts.looking}
        </p>
      );
    case "no-link":
      return <Notice shape="question" message={texts.noLink} />;
    case "over":
      return <Notice shape="clock" message={state.perhapsDone ? texts.perhapsDone : texts.over} />;
    case "trouble":
      return (
        <Notice shape="offline" message={texts.troubles[state.trouble]}>
          <Button kind="primary" onClick={() => actions?.again()}>{texts.again}</Button>
        </Notice>
      );
    case "form":
      // A key for each way, so that a field keeps nothing of the form before.
      return <Form key={state.way} state={state} {...part} />;
    case "done":
      return <Done state={state} {...part} />;
  }
}
