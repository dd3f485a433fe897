/**
 * The parts of an OpenAPI 3.1 document that the page shows. References to responses and schemas are by name.
 *
 * @module
 */

/** A JSON schema (draft 2020-12), as far as zod writes it. */
export interface SchemaObject {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: SchemaObject;
  readonly properties?: Readonly<Record<string, SchemaObject>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | SchemaObject;
  readonly anyOf?: readonly SchemaObject[];
  readonly oneOf?: readonly SchemaObject[];
  readonly examples?: readonly unknown[];
}

/** What is sent or answered, by its media type. */
export type Content = Readonly<
  Record<string, { readonly schema?: SchemaObject; readonly example?: unknown }>
>;

/** A parameter in the path, the query or a header. */
export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly deprecated?: boolean;
  readonly schema: SchemaObject;
}

/** What is answered with one status. */
export interface ResponseObject {
  readonly $ref?: string;
  readonly description?: string;
  readonly content?: Content;
  readonly headers?: Readonly<Record<string, { readonly description?: string }>>;
}

/** One call. */
export interface OperationObject {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, ResponseObject>>;
}

/** What callers are known by. */
export interface SecurityScheme {
  readonly type: string;
  readonly description?: string;
}

/** An OpenAPI document. */
export interface ApiDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly components: {
    readonly schemas: Readonly<Record<string, SchemaObject>>;
    readonly responses: Readonly<Record<string, ResponseObject>>;
    readonly securitySchemes: Readonly<Record<string, SecurityScheme>>;
  };
  /** By path, then by method in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
}

/** A call with its method, such as `GET`, and its path. */
export interface DocumentedCall {
  readonly method: string;
  readonly path: string;
  readonly operation: OperationObject;
}

/** The calls under a tag, in the order of the document. */
export function callsOf({ paths }: ApiDocument, tag: string): DocumentedCall[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).filter(([, { tags }]) => tags.includes(tag)).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    }))
  );
}

/** The headers that calls take, each once: they mean the same everywhere. */
export function headersIn({ paths }: ApiDocument): Parameter[] {
  const all = Object.values(paths).flatMap((methods) => Object.values(methods)).flatMap((operation) =>
    operation.parameters.filter(isHeader)
  );
  return [...new Map(all.map((header) => [header.name, header])).values()];
}

/** Whether a parameter is sent as a header. */
export function isHeader(parameter: Parameter): boolean {
  return parameter.in === "header";
}

/** The name at the end of a reference, such as `Cabinet` of `#/components/schemas/Cabinet`. */
export function nameIn(reference: string): string {
  return reference.split("/").at(-1) ?? reference;
}
