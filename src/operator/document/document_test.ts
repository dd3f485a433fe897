import { deepEqual, equal, ok } from "node:assert/strict";
import { CODES } from "../contract/shared/problem_codes.ts";
import { openApi } from "../openapi.ts";

/** What the tests look at of an operation. */
interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security: readonly object[];
  readonly parameters: readonly {
    readonly name: string;
    readonly description?: string;
    readonly deprecated?: boolean;
  }[];
  readonly responses: Readonly<Record<string, Answer>>;
}

interface Answer {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
}

const api = openApi() as unknown as {
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly components: {
    readonly responses: Readonly<Record<string, Answer>>;
    readonly schemas: {
      readonly Problem: { readonly properties: { readonly code: { readonly enum: string[] } } };
    };
  };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};

/** All operations, by `GET /path`. */
const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      [`${method.toUpperCase()} ${path}`, operation] as const
    )
  ),
);

const answersOf = (name: string) => Object.keys(operations.get(name)?.responses ?? {}).join(" ");

function answered({ $ref, ...answer }: Answer): Answer {
  return $ref === undefined ? answer : api.components.responses[$ref.split("/").at(-1) ?? ""] ?? {};
}

Deno.test("the document calls each operation by a name of its own, which stays", () => {
  const ids = [...operations.values()].map(({ operationId }) => operationId);
  equal(new Set(ids).size, ids.length);
  deepEqual(ids.filter((id) => !/^[a-z]+[A-Z][A-Za-z]+$/.test(id)), []);
  equal(operations.get("GET /cabinets")?.operationId, "cabinetsList");
  equal(operations.get("POST /cabinets/{id}/cells/{cell}/open")?.operationId, "commandsOpen");
  equal(operations.get("POST /session")?.operationId, "accountLogIn");
});

Deno.test("the document has each operation under one tag, each tag with words, and says by what callers are known", () => {
  const used = new Set([...operations.values()].flatMap(({ tags }) => tags));
  deepEqual([...used].toSorted(), api.tags.map(({ name }) => name).toSorted());
  for (const { tags, security } of operations.values()) {
    deepEqual([tags.length, Array.isArray(security)], [1, true]);
  }
  ok(api.tags.every(({ description }) => description.length > 10));
});

Deno.test("the document says of each operation which problems it can answer with", () => {
  equal(answersOf("GET /rentals"), "200 400 401 403 404 422 503 default");
  equal(answersOf("GET /account"), "200 401 403 503 default");
  equal(answersOf("PATCH /cabinets/{id}"), "200 400 401 403 404 409 412 413 415 422 503 default");
  equal(answersOf("POST /session"), "201 400 401 403 413 422 429 503 default");
  equal(answersOf("GET /cabinets/{id}/raw"), "101 400 401 403 404 426 503 default");
  equal(answersOf("GET /openapi.json"), "200 default");
  equal(answersOf("GET /docs"), "200 default");
});

Deno.test("the document says of each 429 and 503 when to try again, and of each 401 how", () => {
  for (const [name, { responses }] of operations) {
    for (const [status, answer] of Object.entries(responses)) {
      const wanted = status === "401"
        ? "WWW-Authenticate"
        : ["429", "503"].includes(status)
        ? "Retry-After"
        : undefined;
      if (wanted) ok(answered(answer).headers?.[wanted], `${name} ${status}`);
    }
  }
});

Deno.test("the document describes each field and each parameter", () => {
  const bare = [...propertiesIn(openApi(), "")].filter(([, { description = "" }]) => description.length < 5);
  deepEqual(bare.map(([path]) => path), []);
  for (const [name, { parameters }] of operations) {
    deepEqual(parameters.filter(({ description = "" }) => description.length < 5), [], name);
  }
});

/** The fields of all schemas, each with where it is. */
function* propertiesIn(
  node: unknown,
  path: string,
): Generator<[path: string, property: { description?: string }]> {
  if (typeof node !== "object" || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    const below = `${path}/${name}`;
    if (name === "properties") {
      for (const [field, property] of Object.entries(value as object)) yield [`${below}/${field}`, property];
    }
    yield* propertiesIn(value, below);
  }
}

Deno.test("every code of a problem is in the document, and every code there is answered somewhere", async () => {
  deepEqual(api.components.schemas.Problem.properties.code.enum, CODES);
  const text = (await sources(new URL("../", import.meta.url))).join("\n");
  // The compiler sees that no other is used; these are put together from parts.
  const isUsed = (code: string) =>
    text.includes(`"${code}"`) || code.startsWith("extend-") && text.includes("`extend-");
  deepEqual(CODES.filter((code) => !isUsed(code)), []);
});

/** The texts of what is in a folder and below, without tests and the list itself. */
async function sources(folder: URL): Promise<string[]> {
  const texts: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) texts.push(...await sources(new URL(`${name}/`, folder)));
    else if (!/_test\.ts$|^problem_codes\.ts$/.test(name)) {
      texts.push(await Deno.readTextFile(new URL(name, folder)));
    }
  }
  return texts;
}

Deno.test("the document says which parameters are there for older clients alone", () => {
  const old = [...operations].flatMap(([name, { parameters }]) =>
    parameters.filter(({ deprecated }) => deprecated).map((parameter) => `${name} ${parameter.name}`)
  );
  deepEqual(old, ["GET /alarms active"]);
});
