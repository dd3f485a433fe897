import type { Child } from "hono/jsx";
import type { Role } from "../../cabinet/roles.ts";
import { fill } from "../../page/text/texts.ts";
import type { JoinTexts } from "../text/texts.ts";

/** A role, and what it may do. */
export function RoleCard(
  { role, texts, children }: { role: Role; texts: JoinTexts; children?: Child },
): Child {
  const { name, may } = texts.roles[role];
  return (
    <section class="role">
      <p>
        <strong>{fill(texts.role, { role: name })}</strong>
      </p>
      <ul aria-label={texts.may}>{may.map((one) => <li key={one}>{one}</li>)}</ul>
      {children}
    </section>
  );
}
