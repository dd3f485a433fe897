import type { Child } from "hono/jsx";
import { AnswerView } from "./call_view.tsx";
import { type ApiDocument, nameIn, type SchemaObject } from "./document.ts";
import { Example, Fields } from "./schema_view.tsx";

/** What many calls answer with. */
export function Problems({ api: { components: { responses }, paths } }: { api: ApiDocument }): Child {
  const statuses = new Map(
    Object.values(paths).flatMap((methods) => Object.values(methods)).flatMap(({ responses }) =>
      Object.entries(responses).map(([status, { $ref = "" }]) => [nameIn($ref), status] as const)
    ),
  );
  return (
    <section>
      <h2 id="problems">problems</h2>
      <p>
        What many calls answer with; the <code>code</code> says which problem it is.
      </p>
      <ul class="answers">
        {Object.entries(responses).map(([name, answer]) => (
          <AnswerView
            key={name}
            id={name}
            status={statuses.get(name)?.replace("default", "500") ?? ""}
            answer={answer}
          />
        ))}
      </ul>
    </section>
  );
}

/** What is answered. */
export function Schemas({ schemas }: { schemas: Readonly<Record<string, SchemaObject>> }): Child {
  return (
    <section>
      <h2 id="schemas">schemas</h2>
      <p>What is answered. Newer versions may add fields.</p>
      {Object.entries(schemas).map(([name, schema]) => (
        <section key={name} class="call">
          <h3 id={name}>
            <a href={`#${name}`}>{name}</a>
          </h3>
          <Fields schema={schema} of="answer" />
          {schema.examples?.map((value, index) => <Example key={index} value={value} of={name} />)}
        </section>
      ))}
    </section>
  );
}
