import { problem } from "../contract/shared/fields.ts";
import type { Route, RouteAnswer } from "../route.ts";
import { type OpenApiObject, pageOf, refTo } from "./schemas.ts";

/** Problems that many routes answer with, by name, with their status. */
const SHARED = {
  BadRequest: [
    400,
    "Not whole: the body is not JSON, or the caller has several organizations and names none",
  ],
  Unauthorized: [401, "It is not known who calls"],
  Forbidden: [403, "The caller may not do that, or calls from the page of another site"],
  NotFound: [404, "There is no such thing, or no such organization, within the caller's reach"],
  TooLong: [413, "The body is longer than it may be"],
  MediaType: [415, "The body is of a type that is not taken here"],
  Invalid: [422, "A value is not what is wanted: the detail says which, and what is wanted"],
  Unavailable: [503, "The database does not answer, or the service restarts"],
} as const;

type SharedName = keyof typeof SHARED;

const HEADERS: Readonly<Record<number, OpenApiObject>> = {
  401: { "WWW-Authenticate": header("Bearer, where a token is missing or wrong", { type: "string" }) },
  429: { "Retry-After": always("After how many seconds to try again", { type: "integer", minimum: 1 }) },
  503: { "Retry-After": always("After how many seconds to try again", { type: "integer", minimum: 1 }) },
};

const ETAG = always("The tag of what is shown, for If-Match", { type: "string" });
const MAYBE_ETAG = header("The tag of what is there, for If-Match", { type: "string" });

/** What many routes answer with, by name. */
export function sharedResponses(): OpenApiObject {
  const all = Object.entries(SHARED).map((
    [name, [status, description]],
  ) => [name, refusal(status, description)]);
  return Object.fromEntries([...all, ["Failed", refusal(500, "Something went wrong in the service")]]);
}

/** What a route answers with, by status. */
export function responsesOf(route: Route): OpenApiObject {
  const own = Object.entries(route.problems ?? {}).map((
    [status, words],
  ) => [status, refusal(+status, words)]);
  const answers = Object.entries(route.answers).map((
    [status, answer],
  ) => [status, response(+status, answer)]);
  const shared = [...sharedOf(route)].map((name) => [SHARED[name][0], responseRef(name)]);
  const all = Object.fromEntries([...shared, ...own, ...answers]);
  return { ...all, default: responseRef("Failed") };
}

/** What a route may answer with by its declaration. */
function* sharedOf({ method, path, access, query, body, file, media }: Route): Generator<SharedName> {
  const isPublic = access === "public";
  const hasCaller = !isPublic && access !== "account";
  const hasBody = body !== undefined || file !== undefined;
  const isPut = method === "PUT" && path.includes("{");
  if (hasBody || hasCaller) yield "BadRequest";
  if (!isPublic) yield* ["Unauthorized", "Forbidden"] as const;
  if (hasCaller || path.includes("{")) yield "NotFound";
  if (hasBody) yield "TooLong";
  if (media) yield "MediaType";
  if (query || hasBody || isPut || hasCaller && method === "POST") yield "Invalid";
  if (hasBody || !isPublic) yield "Unavailable";
}

function response(
  status: number,
  { description, schema, items, media, line, hasEtag }: RouteAnswer,
): OpenApiObject {
  const headers = hasEtag
    ? { headers: { ...HEADERS[status], "ETag": status < 400 ? ETAG : MAYBE_ETAG } }
    : {};
  if (media !== undefined) {
    return { description, ...headers, content: { [media]: line ? { schema: refTo(line) } : {} } };
  }
  if (!schema) return { description, ...headers };
  if (status >= 400) return { ...refusal(status, description, schema), ...headers };
  return {
    description,
    ...headers,
    content: { "application/json": { schema: items ? pageOf(items) : refTo(schema) } },
  };
}

function refusal(
  status: number,
  description: string,
  schema: NonNullable<RouteAnswer["schema"]> = problem,
): OpenApiObject {
  const headers = HEADERS[status];
  const content = { "application/problem+json": { schema: refTo(schema) } };
  return { description, ...headers && { headers }, content };
}

function responseRef(name: SharedName | "Failed"): OpenApiObject {
  return { $ref: `#/components/responses/${name}` };
}

function header(description: string, schema: OpenApiObject): OpenApiObject {
  return { description, schema };
}

/** A header that no such answer lacks. */
function always(description: string, schema: OpenApiObject): OpenApiObject {
  return { ...header(description, schema), required: true };
}
