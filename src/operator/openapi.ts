import { GROUPS } from "./contract/mod.ts";
import { BODIES } from "./document/examples/mod.ts";
import { operationId } from "./document/operation_id.ts";
import { parametersOf } from "./document/parameters.ts";
import { responsesOf, sharedResponses } from "./document/responses.ts";
import { answerSchemas, type OpenApiObject, schemaOf } from "./document/schemas.ts";
import { SECURITY_SCHEMES, securityOf, whoMay } from "./document/security.ts";
import { TAGS } from "./document/tags.ts";
import type { Route } from "./route.ts";

let made: OpenApiObject | undefined;

/**
 * The description of the REST API (OpenAPI 3.1), made from the declared routes. It is made once, as that takes some
 * 10 ms, and it is public.
 */
export function openApi(): OpenApiObject {
  return made ??= document();
}

function document(): OpenApiObject {
  return {
    openapi: "3.1.0",
    info: {
      title: "Kaigui",
      version: "1",
      description: "Cabinets, doors, and who has what in them.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/api/v1", description: "This service" }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    security: [{ token: [] }, { session: [] }],
    components: {
      securitySchemes: SECURITY_SCHEMES,
      schemas: answerSchemas(),
      responses: sharedResponses(),
    },
    paths: paths(),
  };
}

function paths(): OpenApiObject {
  const paths: Record<string, Record<string, OpenApiObject>> = {};
  for (const [group, routes] of Object.entries(GROUPS)) {
    for (const [name, route] of Object.entries<Route>(routes)) {
      (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route, { group, name });
    }
  }
  return paths;
}

function operation(route: Route, { group, name }: { group: string; name: string }): OpenApiObject {
  const { access, summary } = route;
  const id = operationId(group, name);
  const requestBody = bodyOf(route, BODIES[id]);
  return {
    operationId: id,
    tags: [group],
    summary,
    description: whoMay(access),
    security: securityOf(access),
    parameters: parametersOf(route),
    ...requestBody && { requestBody },
    responses: responsesOf(route),
  };
}

function bodyOf(
  { body, needsBody = false, file, media = ["application/json"] }: Route,
  example: unknown,
): OpenApiObject | undefined {
  if (file !== undefined) {
    return { required: true, content: { [file]: { schema: { type: "string" }, example } } };
  }
  if (!body) return undefined;
  const schema = schemaOf(body);
  // Otherwise a missing body counts as an empty object.
  const required = needsBody || !body.safeParse({}).success;
  return { required, content: Object.fromEntries(media.map((type) => [type, { schema, example }])) };
}
