import { z } from "zod";
import { PERMISSIONS, rolesThatMay } from "../cabinet/roles.ts";
import { OPERATOR } from "../lib/limits.ts";
import { type Access, ORGANIZATION_HEADER, ORGANIZATION_PARAMETER } from "./access.ts";
import { ROUTES, SCHEMAS } from "./contract/mod.ts";
import { problem } from "./contract/shared/fields.ts";
import { pageFields, type Route, type RouteAnswer } from "./route.ts";

type OpenApiObject = Record<string, unknown>;

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

/** As what a thing is changed. */
const IF_MATCH: OpenApiObject = {
  type: "string",
  description:
    "An ETag that an answer had: where the thing was changed since, nothing is done (412), and the answer shows it as it " +
    "is. * stands for any that there is. Weak tags match nothing",
};

/** Which organization a call is for. */
const ORGANIZATION: OpenApiObject = {
  type: "string",
  description:
    "The organization that the call is for, where the caller has several; where headers cannot be sent, " +
    `the query's ${ORGANIZATION_PARAMETER} is the same. Without it, the service's own token is for the first one`,
};

/** Who may call a route, where it is not a permission of a role. */
const WHO: Readonly<Partial<Record<Access, string>>> = {
  public: "May be called by all",
  account: "Is about the account that is logged in",
  root: "Takes the service's own token",
  service: "Takes the service's own token, or an owner where the service has one organization",
};

/** Who may call a route of this access, in words. */
function whoMay(access: Access): string {
  const words = WHO[access];
  if (words !== undefined) return words;
  const roles = PERMISSIONS.filter((permission) => permission === access).flatMap(rolesThatMay);
  return `Takes the service's own token, or the role ${roles.join(", ").replace(/, (?=[^,]*$)/, " or ")}`;
}

/** By what a route knows its caller, where it is not a token or a session. */
const SECURITY: Readonly<Partial<Record<Access, readonly OpenApiObject[]>>> = {
  public: [],
  account: [{ session: [] }],
  root: [{ token: [] }],
};

const NAMES = new Map(Object.entries(SCHEMAS).map(([name, schema]) => [schema, name]));

const PAGE_FIELDS = z.object(pageFields);

let made: OpenApiObject | undefined;

/**
 * The description of the REST API (OpenAPI 3.1), made from the declared routes. It is made once, as that takes some
 * 10 ms, and it is public.
 */
export function openApi(): OpenApiObject {
  return made ??= document();
}

function document(): OpenApiObject {
  const paths: Record<string, OpenApiObject> = {};
  for (const route of ROUTES) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route);
  const schemas = Object.entries(SCHEMAS).map(([name, schema]) => [name, answerOf(schema)]);
  return {
    openapi: "3.1.0",
    info: { title: "Kaigui", version: "1", description: "Cabinets, doors, and who has what in them." },
    servers: [{ url: "/api/v1" }],
    security: [{ token: [] }, { session: [] }],
    components: {
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description: "OPERATOR_TOKEN, which is the service's own, or a token of an organization (kg_…)",
        },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "kaigui_staff",
          description:
            "Set by POST /session; behind https its name is __Host-kaigui_staff. Calls that change " +
            "something, and WebSockets, have to come from the service's own pages: their Origin is its address",
        },
      },
      schemas: Object.fromEntries(schemas),
    },
    paths,
  };
}

function operation(route: Route): OpenApiObject {
  const { method, path, access, summary, query, body, file, answers, takesIfMatch } = route;
  const { media = ["application/json"] } = route;
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => {
      return parameter(name, "path", { type: name === "cell" ? "integer" : "string" });
    }),
    ...Object.entries(query?.shape ?? {}).map(([name, schema]) => parameter(name, "query", schemaOf(schema))),
  ];
  if (access !== "public" && access !== "account") {
    parameters.push(parameter(ORGANIZATION_HEADER, "header", ORGANIZATION));
    if (method === "POST") parameters.push(parameter("Idempotency-Key", "header", IDEMPOTENCY_KEY));
    if (takesIfMatch) parameters.push(parameter("If-Match", "header", IF_MATCH));
  }
  const security = SECURITY[access];
  const responses = Object.entries(answers).map(([status, answer]) => [status, response(status, answer)]);
  return {
    summary,
    description: whoMay(access),
    ...security && { security },
    parameters,
    ...body && {
      requestBody: {
        // A missing body counts as an empty object.
        required: !body.safeParse({}).success,
        content: Object.fromEntries(media.map((type) => [type, { schema: schemaOf(body) }])),
      },
    },
    ...file !== undefined && {
      requestBody: { required: true, content: { [file]: { schema: { type: "string" } } } },
    },
    responses: {
      ...Object.fromEntries(responses),
      default: response("default", { description: "Problem details", schema: problem }),
    },
  };
}

function response(status: string, { description, schema, items, media }: RouteAnswer): OpenApiObject {
  if (media !== undefined) return { description, content: { [media]: {} } };
  if (!schema) return { description };
  const type = Number(status) < 400 ? "application/json" : "application/problem+json";
  return { description, content: { [type]: { schema: items ? pageOf(items) : refTo(schema) } } };
}

function pageOf(item: z.ZodType): OpenApiObject {
  const { properties, ...fields } = answerOf(PAGE_FIELDS) as { properties: object; required: string[] };
  const items = { type: "array", items: refTo(item) };
  return { ...fields, properties: { items, ...properties }, required: ["items", ...fields.required] };
}

function refTo(schema: z.ZodType): OpenApiObject {
  return { $ref: `#/components/schemas/${NAMES.get(schema)}` };
}

function parameter(name: string, place: string, schema: OpenApiObject): OpenApiObject {
  return { name, in: place, required: place === "path", schema };
}

function schemaOf(schema: z.core.$ZodType): OpenApiObject {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: "input" });
  return described;
}

/** What an answer has for certain: a newer version may add fields, so none is ruled out. */
function answerOf(schema: z.ZodType): OpenApiObject {
  const { $schema: _, ...described } = z.toJSONSchema(schema, {
    io: "output",
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return described;
}
