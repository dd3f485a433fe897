import type { Child } from "hono/jsx";
import { fill } from "../../page/text/texts.ts";
import { fieldOf, fieldsOf, type FormState, otherWaysOf, type Typed } from "../state/state.ts";
import type { JoinTexts } from "../text/texts.ts";
import { FormField } from "./field.tsx";
import { aboutOrganization, Button, Heading, type ViewProps } from "./parts.tsx";
import { RoleCard } from "./role.tsx";

/** How the link is used: the fields depend on the way. */
export function Form(part: ViewProps<FormState>): Child {
  const { state, texts, actions } = part;
  const { way, link, known = "", isBusy } = state;
  const [whole] = state.problems.filter((problem) => fieldOf(problem) === undefined);
  return (
    <form novalidate onSubmit={(event: unknown) => submitted(event as FormEvent, actions?.submit)}>
      <Heading>
        {way === "reset" ? texts.headings.reset : aboutOrganization(texts.headings[way], link)}
      </Heading>
      <About {...part} />
      {fieldsOf(state).map((field) => <FormField key={field} field={field} {...part} />)}
      <p class="problem whole" role="alert">{whole && texts.problems[whole]}</p>
      <div class="buttons">
        <Button kind="primary" busy={isBusy} name="submit">
          {isBusy ? texts.busy : fill(texts.submit[way], { login: known })}
        </Button>
        {otherWaysOf(state).map((other) => (
          <Button
            key={other}
            kind="plain"
            name={other}
            onClick={() => actions?.choose(other)}
          >
            {way === "known" ? texts.other : fill(texts.ways[other], { login: known })}
          </Button>
        ))}
      </div>
    </form>
  );
}

/** What the link gives, and to whom. */
function About({ state: { way, link, known }, texts }: ViewProps<FormState>): Child {
  return (
    <>
      {link.role !== null && <RoleCard role={link.role} texts={texts} />}
      {way === "known" && (
        <p class="about">
          {texts.account} <strong>{known}</strong>
        </p>
      )}
      {way === "reset" && (
        <>
          <p class="about">{texts.resetNote}</p>
          <AccountField login={link.login ?? ""} texts={texts} />
        </>
      )}
    </>
  );
}

/** A field, so that password managers know whose new password it is. */
function AccountField({ login, texts }: { login: string; texts: JoinTexts }): Child {
  return (
    <div class="field">
      <label for="login">{texts.account}</label>
      <input id="login" name="login" type="text" readonly autocomplete="username" value={login} />
    </div>
  );
}

interface FormEvent {
  preventDefault(): void;
  readonly target: { readonly elements: Readonly<Record<string, { readonly value: string } | undefined>> };
}

function submitted(event: FormEvent, submit: ((typed: Typed) => void) | undefined): void {
  event.preventDefault();
  const typed = (field: string) => event.target.elements[field]?.value ?? "";
  submit?.({ login: typed("login"), name: typed("name"), password: typed("password"), code: typed("code") });
}
