import { cabinetId, cellNumber } from "../../cabinet/words.ts";
import { OPERATOR } from "../../lib/limits.ts";
import { ORGANIZATION_HEADER, ORGANIZATION_PARAMETER } from "../access.ts";
import { uuid } from "../contract/shared/fields.ts";
import { type Route, takesKey } from "../route.ts";
import { type OpenApiObject, schemaOf } from "./schemas.ts";

/** What a `POST` that is noted in the audit log may say, so that it can be sent again where its answer got lost. */
const IDEMPOTENCY_KEY: OpenApiObject = {
  type: "string",
  minLength: 1,
  maxLength: OPERATOR.textMax,
  description:
    "The same key is the same act: sent again, nothing is done, and the answer is the opening that it was, " +
    "or how things are now; a link or a token, which is shown once, is answered with 409 (made-before). For another act " +
    "the key is refused with 422. It holds as long as the journal and the audit log are kept (KEEP_DAYS)",
};

/** The `If-Match` header. */
const IF_MATCH: OpenApiObject = {
  type: "string",
  description:
    "An ETag that an answer had: where the thing was changed since, nothing is done (412), and the answer shows it as it " +
    "is. * stands for any that there is. Weak tags match nothing",
};

/** The `If-None-Match` header, of what makes things. */
const IF_NONE_MATCH: OpenApiObject = {
  type: "string",
  description:
    "*: only if there is no such thing yet, so that it is made and none is replaced; where there is one, nothing is done " +
    "(412), and the answer shows it. ETags stand for what has none of them",
};

/** Which organization a call is for. */
const ORGANIZATION: OpenApiObject = {
  type: "string",
  description:
    "The organization that the call is for, where the caller has several; where headers cannot be sent, " +
    `the query's ${ORGANIZATION_PARAMETER} is the same. Without it, the service's own token is for the first one`,
};

/** What a route takes beside its body. */
export function parametersOf(route: Route): OpenApiObject[] {
  const { method, path, access, query, isConditional } = route;
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => parameter(name, "path", partOf(path, name))),
    ...Object.entries(query?.shape ?? {}).map(([name, schema]) => parameter(name, "query", schemaOf(schema))),
  ];
  if (access === "public" || access === "account") return parameters;
  parameters.push(parameter(ORGANIZATION_HEADER, "header", ORGANIZATION));
  if (takesKey(route)) parameters.push(parameter("Idempotency-Key", "header", IDEMPOTENCY_KEY));
  if (isConditional) parameters.push(parameter("If-Match", "header", IF_MATCH));
  if (isConditional && method === "PUT") {
    parameters.push(parameter("If-None-Match", "header", IF_NONE_MATCH));
  }
  return parameters;
}

function partOf(path: string, name: string): OpenApiObject {
  const [, list = ""] = path.split("/");
  if (name === "cell") return { ...schemaOf(cellNumber), description: "The number on the cell's door" };
  if (list === "cabinets") return { ...schemaOf(cabinetId), description: "The cabinet's id" };
  return { ...schemaOf(uuid), description: `As GET /${list} has it, or the answer that made it` };
}

function parameter(
  name: string,
  location: string,
  { description, deprecated, ...schema }: OpenApiObject,
): OpenApiObject {
  const required = location === "path";
  return { name, in: location, description, required, ...deprecated === true && { deprecated }, schema };
}
