import type { Child } from "hono/jsx";
import { fill } from "../../page/text/texts.ts";
import { type Field, fieldOf, type FormState } from "../state/state.ts";
import type { JoinTexts } from "../text/texts.ts";
import type { ViewProps } from "./parts.tsx";

interface FieldProps extends ViewProps<FormState> {
  readonly field: Field;
}

/** A field with its label, what is wanted, and what is wrong with it. */
export function FormField(part: FieldProps): Child {
  const { field, state, texts, limits } = part;
  const k = limits.passwordMin;
  const { label, hint } = wordsOf(field, state, texts);
  const problem = state.problems.find((one) => fieldOf(one) === field);
  const describedBy = problem ? `${field}-problem` : hint && `${field}-hint`;
  return (
    <div class="field">
      <label for={field}>{label}</label>
      <input
        id={field}
        name={field}
        aria-invalid={String(problem !== undefined)}
        aria-describedby={describedBy}
        {...attributesOf(field, part)}
      />
      {field === "password" && <PasswordSwitch {...part} />}
      {hint && !problem && <p class="hint" id={`${field}-hint`}>{fill(hint, { k })}</p>}
      <p class="problem" id={`${field}-problem`} aria-live="polite">
        {problem && fill(texts.problems[problem], { k })}
      </p>
    </div>
  );
}

function PasswordSwitch({ state, texts, actions }: FieldProps): Child {
  return (
    <label class="switch">
      <input
        type="checkbox"
        checked={state.showsPassword}
        onChange={() => actions?.showPassword(!state.showsPassword)}
      />
      {texts.password.show}
    </label>
  );
}

interface Words {
  readonly label: string;
  readonly hint: string;
}

function wordsOf(field: Field, { way }: FormState, texts: JoinTexts): Words {
  switch (field) {
    case "password":
      return {
        label: way === "reset" ? texts.password.next : texts.password.label,
        hint: way === "log-in" ? "" : texts.password.hint,
      };
    case "login":
      return { label: texts.login.label, hint: way === "log-in" ? "" : texts.login.hint };
    case "name":
    case "code":
      return texts[field];
  }
}

/** What the browser and its password manager need to know of the field. */
function attributesOf(
  field: Field,
  { state: { way, login, showsPassword }, limits }: FieldProps,
): Record<string, string> {
  const asTyped = { autocapitalize: "none", spellcheck: "false" };
  switch (field) {
    case "login":
      return { type: "text", autocomplete: "username", inputmode: "email", value: login, ...asTyped };
    case "name":
      return { type: "text", autocomplete: "name", maxlength: String(limits.nameMax) };
    case "password":
      // No longest length: a browser would cut a password that is pasted, and not say so.
      return {
        type: showsPassword ? "text" : "password",
        autocomplete: way === "log-in" ? "current-password" : "new-password",
        ...asTyped,
      };
    case "code":
      return { type: "text", autocomplete: "one-time-code", ...asTyped };
  }
}
