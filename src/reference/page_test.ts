import { doesNotMatch, match } from "node:assert/strict";
import type { ApiDocument, SchemaObject } from "./document.ts";
import { renderReference } from "./page.tsx";

const BODY: SchemaObject = {
  type: "object",
  properties: {
    name: { type: "string", maxLength: 9, description: "What `others` see" },
    size: { type: "string", enum: ["S", "M"], default: "S" },
    lock: {
      anyOf: [
        { type: "object", properties: { board: { type: "integer" } }, required: ["board"] },
        { type: "object", properties: { channel: { type: "integer" } } },
        { type: "null" },
      ],
    },
  },
  required: ["name"],
};

/** A document with one call, which takes that body. */
function documentOf(body: SchemaObject): ApiDocument {
  const key = { name: "Key", in: "header", description: "Once <and> once only", schema: { type: "string" } };
  return {
    info: { title: "Test", version: "1", description: "A test" },
    servers: [{ url: "/api" }],
    tags: [{ name: "things", description: "Some things" }],
    components: {
      schemas: {
        Thing: {
          type: "object",
          properties: { id: { type: "string", format: "uuid" } },
          examples: [{ id: "7" }],
        },
      },
      responses: { Failed: { description: "It failed" }, NotFound: { description: "There is none" } },
      securitySchemes: { token: { type: "http", description: "A token" } },
    },
    paths: {
      "/things/{id}": {
        put: {
          operationId: "thingsPut",
          tags: ["things"],
          summary: "Put a thing",
          description: "For all",
          parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }, key],
          requestBody: {
            required: true,
            content: { "application/json": { schema: body, example: { name: "<b>" } } },
          },
          responses: {
            200: {
              description: "The thing",
              content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } },
            },
            404: { $ref: "#/components/responses/NotFound" },
            default: { $ref: "#/components/responses/Failed" },
          },
        },
      },
    },
  };
}

const html = renderReference(documentOf(BODY), { version: "v1" });
/** What there is to read. */
const text = html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");

Deno.test("renderReference() has a call with its method, path, parameters and answers", () => {
  match(html, /<section class="call" id="thingsPut"/);
  match(
    text,
    /Put a thing PUT \/api \/things\/\{id\} For all\. thingsPut Parameters id path required text Headers: Key Body/,
  );
  match(text, /Answers 200 The thing Thing As everywhere: 404/);
  match(html, /<a href="#NotFound">404<\/a>/);
  match(html, /href="\/assets\/reference\.css\?v=v1"/);
});

Deno.test("renderReference() says of each field of a body whether it is needed, and what it may be", () => {
  match(text, /name required text, up to 9 characters What others see/);
  match(text, /size &quot;S&quot; , &quot;M&quot; usually &quot;S&quot;/);
  match(text, /lock object or null either board required integer or channel integer Example: the body/);
});

Deno.test("renderReference() says what is answered, with what may be missing and an example", () => {
  match(
    text,
    /schemas What is answered\. Newer versions may add fields\. Thing id may be missing UUID Example: Thing/,
  );
});

Deno.test("renderReference() describes a header once, and writes nothing of the document as markup", () => {
  match(text, /Headers Key text Once &lt;and&gt; once only/);
  match(html, /&quot;name&quot;: &quot;&lt;b&gt;&quot;/);
  doesNotMatch(html, /<b>|<script/);
});
