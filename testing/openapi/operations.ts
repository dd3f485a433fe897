/**
 * The OpenAPI document as a client reads it: the operations that a running program says it has.
 *
 * @module
 */

/** A JSON schema (draft 2020-12) of the document. */
export type Schema = Readonly<Record<string, unknown>>;

/** A parameter of an operation. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly schema: Schema;
}

/** What is sent or answered, by its media type. */
export type Content = Readonly<Record<string, { readonly schema?: Schema; readonly example?: unknown }>>;

/** What an operation answers with one status. */
export interface DeclaredResponse {
  readonly content?: Content;
  readonly headers?: Readonly<Record<string, { readonly required?: boolean; readonly schema: Schema }>>;
}

/** An operation, with what it refers to put in its place, but for the schemas of answers. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  /** Below `/api/v1`, with its parts in braces. */
  readonly path: string;
  /** By what it may know its caller; none: it is public. */
  readonly security: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly body: { readonly required: boolean; readonly content: Content } | undefined;
  /** By status; without `default`, which stands for what should not happen. */
  readonly responses: ReadonlyMap<number, DeclaredResponse>;
}

/** What a program says of its API. */
export interface ApiDescription {
  readonly operations: readonly Operation[];
  /** By name, as `#/components/schemas/{name}`. */
  readonly schemas: Readonly<Record<string, Schema>>;
}

/** Asks the program for its document. */
export async function descriptionOf(program: { url: string }): Promise<ApiDescription> {
  const response = await fetch(`${program.url}/api/v1/openapi.json`);
  const { paths, components } = await response.json();
  const operations = Object.entries<Record<string, WrittenOperation>>(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, written]) => ({
      id: written.operationId,
      method: method.toUpperCase(),
      path,
      security: written.security.flatMap((scheme) => Object.keys(scheme)),
      parameters: written.parameters,
      body: written.requestBody,
      responses: responsesOf(written, components.responses),
    }))
  );
  return { operations, schemas: components.schemas };
}

interface WrittenOperation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Operation["body"];
  readonly responses: Readonly<Record<string, DeclaredResponse | { readonly $ref: string }>>;
}

function responsesOf(
  { responses }: WrittenOperation,
  shared: Readonly<Record<string, DeclaredResponse>>,
): Map<number, DeclaredResponse> {
  const all = Object.entries(responses).filter(([status]) => status !== "default").map(
    ([status, written]) => {
      const response = "$ref" in written ? shared[written.$ref.split("/").at(-1) ?? ""] : written;
      if (!response) throw new TypeError(`The document refers to a response that it lacks: ${status}`);
      return [Number(status), response] as const;
    },
  );
  return new Map(all);
}
