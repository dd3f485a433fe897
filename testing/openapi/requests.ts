/**
 * Requests that the document allows, drawn for each of its operations, and sent.
 *
 * @module
 */
import * as fc from "fast-check";
import { textOf } from "../feed_reader.ts";
import { type Arbitraries, Known } from "./arbitraries.ts";
import type { KnownValues } from "./known_values.ts";
import type { Operation, Parameter, Schema } from "./operations.ts";
import type { SchemaChecks } from "./schema_checks.ts";

/** A request before what is known is put into it. */
export interface DrawnRequest {
  readonly parameters: readonly (readonly [Parameter, unknown])[];
  /** `undefined`: there is none. */
  readonly body: { readonly media: string; readonly value: unknown; readonly schema: Schema } | undefined;
  /** By what the caller is known; `undefined`: by nothing. */
  readonly security: string | undefined;
}

/** A request as it is sent. */
export interface SentRequest {
  readonly method: string;
  /** Below `/api/v1`, with the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** An answer as it came. */
export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What headers can carry. */
const HEADER_TEXTS = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 40 })
  .map((text) => text.trim()).filter((text) => text !== "");

/** Requests of this operation. */
export function requestsOf(
  { parameters, body, security }: Operation,
  arbitraries: Arbitraries,
): fc.Arbitrary<DrawnRequest> {
  const needed = parameters.filter(({ required }) => required);
  const others = parameters.filter(({ required }) => !required);
  return fc.record({
    // Of those that narrow a list most are left out, so that something is found.
    parameters: fc.tuple(...needed.map((one) => parameterOf(one, arbitraries)), fewOf(others, arbitraries))
      .map((drawn) => drawn.flat() as DrawnRequest["parameters"]),
    body: bodyOf(body, arbitraries),
    security: fc.constantFrom(...security.length === 0 ? [undefined, "session"] : security),
  });
}

function parameterOf(
  parameter: Parameter,
  arbitraries: Arbitraries,
): fc.Arbitrary<readonly [(readonly [Parameter, unknown])]> {
  const { name, schema } = parameter;
  const values = parameter.in === "header" && schema["pattern"] === undefined
    ? arbitraries.named(name, schema, HEADER_TEXTS)
    : schema["type"] === "array"
    ? arbitraries.of(schema, name)
    : arbitraries.named(name, schema);
  return values.map((value) => [[parameter, value]] as const);
}

function fewOf(
  parameters: readonly Parameter[],
  arbitraries: Arbitraries,
): fc.Arbitrary<DrawnRequest["parameters"]> {
  const none = fc.constant<DrawnRequest["parameters"]>([]);
  const each = parameters.map((parameter) => {
    const given = parameterOf(parameter, arbitraries) as fc.Arbitrary<DrawnRequest["parameters"]>;
    return fc.oneof({ arbitrary: none, weight: 2 }, { arbitrary: given, weight: 1 });
  });
  return fc.oneof(none, fc.tuple(...each).map((drawn) => drawn.flat()));
}

function bodyOf(body: Operation["body"], arbitraries: Arbitraries): fc.Arbitrary<DrawnRequest["body"]> {
  if (!body) return fc.constant(undefined);
  const all = Object.entries(body.content).map(([media, { schema = {}, example }]) => {
    const drawn = arbitraries.of(schema);
    const likeExample = fc.tuple(drawn, fc.infiniteStream(fc.boolean())).map(([value, coins]) =>
      mixed(example, value, () => coins.next().value)
    );
    const values = example === undefined ? drawn : fc.oneof(drawn, likeExample, fc.constant(example));
    return values.map((value) => ({ media, value, schema }));
  });
  const given = fc.oneof(...all);
  return body.required ? given : fc.option(given, { freq: 8, nil: undefined });
}

/** The example with some of its fields as they were drawn: what is drawn alone is seldom accepted. */
function mixed(example: unknown, drawn: unknown, isDrawn: () => boolean): unknown {
  if (!isRecord(example) || !isRecord(drawn)) return isDrawn() ? drawn : example;
  const fields = Object.entries(drawn).filter(() => isDrawn() && isDrawn());
  return { ...example, ...Object.fromEntries(fields) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Known);
}

/** Puts what is known by now into the request. @param caller what the caller is known by, as headers */
export function filled(
  { method, path }: Operation,
  { parameters, body }: DrawnRequest,
  { known, checks, caller }: {
    known: KnownValues;
    checks: SchemaChecks;
    caller: Readonly<Record<string, string>>;
  },
): SentRequest {
  const [, list = ""] = path.split("/");
  const fill = (value: unknown) => withKnown(value, { list, known, checks });
  const in_ = (place: string) =>
    parameters.filter(([parameter]) => parameter.in === place)
      .map(([{ name }, value]) => [name, fill(value)] as const);
  const query = new URLSearchParams(
    in_("query").flatMap(([name, value]) => [value].flat().map((one) => [name, String(one)])),
  );
  const parts = Object.fromEntries(in_("path"));
  const there = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(parts[name])));
  const headers = { ...caller, ...Object.fromEntries(in_("header")) } as Record<string, string>;
  const value = body && fill(body.value);
  if (body) {
    headers["content-type"] = body.media;
    const mistakes = checks.ofRequest(body.schema, value);
    if (mistakes) throw new TypeError(`The document does not allow ${JSON.stringify(value)}: ${mistakes}`);
  }
  return {
    method,
    path: query.size === 0 ? there : `${there}?${query}`,
    headers,
    body: typeof value === "string" ? value : value === undefined ? undefined : JSON.stringify(value),
  };
}

function withKnown(
  value: unknown,
  at: { list: string; known: KnownValues; checks: SchemaChecks },
): unknown {
  if (value instanceof Known) {
    const { name, n, schema, otherwise } = value;
    const found = at.known.pick(name, { list: at.list, n });
    return found !== undefined && at.checks.ofRequest(schema, found) === "" ? found : otherwise;
  }
  if (Array.isArray(value)) return value.map((one) => withKnown(one, at));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withKnown(one, at)]));
}

/** Sends it. Of an answer without an end what there is at first is read. */
export async function send(program: { url: string }, request: SentRequest): Promise<Received> {
  const { method, path, headers, body } = request;
  const response = await fetch(`${program.url}/api/v1${path}`, {
    method,
    headers,
    redirect: "manual",
    ...body === undefined ? {} : { body },
  });
  return { status: response.status, headers: response.headers, text: await textOf(response) };
}
