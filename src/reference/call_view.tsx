import type { Child } from "hono/jsx";
import {
  type Content,
  type DocumentedCall,
  isHeader,
  nameIn,
  type OperationObject,
  type ResponseObject,
} from "./document.ts";
import { Example, Field, Fields, joined, Type, Words } from "./schema_view.tsx";

/** A call: who may make it, what it takes, and what it answers. */
export function CallView(
  { call: { method, path, operation }, server }: { call: DocumentedCall; server: string },
): Child {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  return (
    <section class="call" id={operationId}>
      <h3>
        <a href={`#${operationId}`}>
          <Words text={summary} />
        </a>
      </h3>
      <p class="line">
        <span class={`method ${method.toLowerCase()}`}>{method}</span>{" "}
        <code>
          {server}
          <wbr />
          {path}
        </code>
      </p>
      <p class="quiet">
        {description}. <code>{operationId}</code>
      </p>
      <Parameters parameters={parameters} />
      {requestBody && <Body body={requestBody} />}
      <Answers responses={responses} />
    </section>
  );
}

function Parameters({ parameters }: Pick<OperationObject, "parameters">): Child {
  const headers = parameters.filter(isHeader);
  const own = parameters.filter((parameter) => !isHeader(parameter));
  return (
    <>
      {own.length > 0 && <h4>Parameters</h4>}
      <ul class="fields">
        {own.map(({ name, in: place, schema, description, required = false, deprecated = false }) => (
          <Field
            key={name}
            name={name}
            schema={schema}
            presence={required ? "required" : deprecated ? "deprecated" : ""}
            description={description}
            place={place}
          />
        ))}
      </ul>
      {headers.length > 0 && (
        <p class="quiet">
          Headers: {joined(headers.map(({ name }) => <a key={name} href={`#${name}`}>{name}</a>), ", ")}
        </p>
      )}
    </>
  );
}

function Body(
  { body: { content, required = false } }: { body: NonNullable<OperationObject["requestBody"]> },
): Child {
  const [{ schema = {}, example } = {}] = Object.values(content);
  return (
    <>
      <h4>Body</h4>
      <p class="quiet">
        {joined(Object.keys(content).map((media) => <code key={media}>{media}</code>), " or ")}
        {required ? "" : "; it may be left out"}
      </p>
      <Fields schema={schema} of="request" />
      {example !== undefined && <Example value={example} of="the body" />}
    </>
  );
}

function Answers({ responses }: Pick<OperationObject, "responses">): Child {
  const all = Object.entries(responses);
  const own = all.filter(([, { $ref }]) => $ref === undefined);
  const shared = all.filter(([status, { $ref }]) => $ref !== undefined && status !== "default");
  return (
    <>
      <h4>Answers</h4>
      <ul class="answers">
        {own.map(([status, answer]) => <AnswerView key={status} status={status} answer={answer} />)}
      </ul>
      {shared.length > 0 && (
        <p class="quiet">
          As everywhere: {joined(
            shared.map(([status, { $ref = "" }]) => <a key={status} href={`#${nameIn($ref)}`}>{status}</a>),
            ", ",
          )}
        </p>
      )}
    </>
  );
}

/** What is answered with one status. */
export function AnswerView(
  { status, answer, id }: { status: string; answer: ResponseObject; id?: string },
): Child {
  const { description = "", content = {}, headers = {} } = answer;
  return (
    <li {...id === undefined ? {} : { id }}>
      <p>
        <strong class={`status s${status.charAt(0)}`}>{status}</strong> <Words text={description} />{" "}
        <Shown content={content} />
      </p>
      {Object.entries(headers).map(([name, { description = "" }]) => (
        <p key={name} class="quiet">
          Header <code>{name}</code>: {description}
        </p>
      ))}
    </li>
  );
}

/** What the answer's body is. */
function Shown({ content }: { content: Content }): Child {
  return (
    <>
      {Object.entries(content).map(([media, { schema }]) => (
        <span key={media} class="type">
          {!/json$/.test(media) && <code>{media}</code>} {schema && <Listed schema={schema} />}
        </span>
      ))}
    </>
  );
}

/** A page of a list is told by what it lists: all pages have the same fields. */
function Listed({ schema }: { schema: NonNullable<Content[string]["schema"]> }): Child {
  const { items, next } = schema.properties ?? {};
  return items?.items && next
    ? (
      <>
        of <Type schema={items.items} />
      </>
    )
    : <Type schema={schema} />;
}
