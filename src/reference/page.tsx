import type { Child } from "hono/jsx";
import { renderToString } from "hono/jsx/dom/server";
import { Problems, Schemas } from "./appendix.tsx";
import { CallView } from "./call_view.tsx";
import { Calls, Contents } from "./contents.tsx";
import { type ApiDocument, callsOf, headersIn } from "./document.ts";
import { Field } from "./schema_view.tsx";

/**
 * The reference of the API: the document for people to read. It needs no script and loads nothing but its style.
 *
 * @param options.version of the style, so that a browser that has it makes no request
 */
export function renderReference(api: ApiDocument, { version }: { version: string }): string {
  const { info: { title, description }, servers: [{ url } = { url: "" }] } = api;
  return `<!DOCTYPE html>${
    renderToString(
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <title>{`${title} API`}</title>
          <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
          <meta name="color-scheme" content="light dark" />
          <meta name="format-detection" content="telephone=no" />
          <link rel="icon" href="data:," />
          <link rel="stylesheet" href={`/assets/reference.css?v=${version}`} />
        </head>
        <body>
          <a class="skip" href="#calls">To the calls</a>
          <header>
            <h1>{`${title} API`}</h1>
            <p>
              {description} <a href={`${url}/openapi.json`}>OpenAPI document</a>
            </p>
          </header>
          <div class="columns">
            <Contents api={api} />
            <main id="calls">
              <Callers api={api} />
              <Headers api={api} />
              {api.tags.map(({ name, description }) => (
                <Group key={name} api={api} name={name} description={description} />
              ))}
              <Problems api={api} />
              <Schemas schemas={api.components.schemas} />
              <a class="back" href="#contents">Contents</a>
            </main>
          </div>
        </body>
      </html>,
    )
  }`;
}

function Callers({ api: { components: { securitySchemes } } }: { api: ApiDocument }): Child {
  return (
    <section>
      <h2>Who calls</h2>
      <ul class="fields">
        {Object.entries(securitySchemes).map(([name, { description = "" }]) => (
          <li key={name} class="field">
            <p class="field-head">
              <code class="name">{name}</code>
            </p>
            <p>{description}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Headers({ api }: { api: ApiDocument }): Child {
  return (
    <section>
      <h2>Headers</h2>
      <ul class="fields">
        {headersIn(api).map(({ name, schema, description }) => (
          <Field key={name} name={name} schema={schema} presence="" description={description} id={name} />
        ))}
      </ul>
    </section>
  );
}

function Group({ api, name, description }: { api: ApiDocument; name: string; description: string }): Child {
  const [{ url: server } = { url: "" }] = api.servers;
  return (
    <section>
      <h2 id={name}>{name}</h2>
      <p>{description}</p>
      <Calls api={api} name={name} />
      {callsOf(api, name).map((call) => (
        <CallView key={call.operation.operationId} call={call} server={server} />
      ))}
    </section>
  );
}
