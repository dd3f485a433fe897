import type { Child } from "hono/jsx";
import { fill } from "../../page/text/texts.ts";
import { Icon } from "../../page/view/icons.tsx";
import { type JoinState, membershipOf } from "../state/state.ts";
import { aboutOrganization, Heading, type ViewProps } from "./parts.tsx";
import { RoleCard } from "./role.tsx";

type DoneState = Extract<JoinState, { step: "done" }>;

/** What the account may do now, and where. */
export function Done({ state, texts, origin }: ViewProps<DoneState>): Child {
  const { link, account, needsSecondFactor } = state;
  const { done } = texts;
  const member = membershipOf(account, link);
  return (
    <>
      <Icon shape="tick" />
      <Heading>{link.kind === "reset" ? done.reset : aboutOrganization(done.joined, link)}</Heading>
      <p class="about">
        {done.loggedIn} <strong>{account.login}</strong>
      </p>
      {needsSecondFactor && <SecondFactorNote texts={texts} />}
      {member && (
        <RoleCard role={member.role} texts={texts}>
          {member.tags && <p>{fill(texts.scope, { tags: member.tags.join(texts.comma) })}</p>}
        </RoleCard>
      )}
      <section class="where">
        <h2>{done.where}</h2>
        <p>
          {done.commandLine}
          <code>deno task kaigui login --url {origin}</code>
        </p>
        <p>
          {done.api}
          <code>{origin}/api/v1/openapi.json</code>
        </p>
        <p>{done.console}</p>
      </section>
    </>
  );
}

function SecondFactorNote({ texts: { done: { secondFactor } } }: Pick<ViewProps, "texts">): Child {
  return (
    <section class="note">
      <Icon shape="warning" />
      <p>
        <strong>{secondFactor.title}</strong>
        {secondFactor.next}
        <code>POST /api/v1/account/second-factor</code>
      </p>
    </section>
  );
}
