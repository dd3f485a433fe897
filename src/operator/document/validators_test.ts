/**
 * What others make of the document: two validators, and none has a warning.
 *
 * @module
 */
import { deepEqual } from "node:assert/strict";
import { BaseResolver, createConfig, lintDocument, makeDocumentFromString } from "@redocly/openapi-core";
import { Validator } from "@seriousme/openapi-schema-validator";
import { openApi } from "../openapi.ts";

/** The document itself, and its page: there is nothing to be wrong about a request for them. */
const REFUSED_TO_NOBODY = /^operation-4xx-response #\/paths\/~1(openapi\.json|docs)\/get\//;

const text = JSON.stringify(openApi());

Deno.test("the document is valid by the JSON schema of OpenAPI 3.1", async () => {
  const { valid, errors } = await new Validator().validate(JSON.parse(text));
  deepEqual([valid, errors ?? []], [true, []]);
});

Deno.test("Redocly has nothing to say of the document by the rules that it recommends", async () => {
  const config = await createConfig({ extends: ["recommended"] });
  const document = makeDocumentFromString(text, "openapi.json");
  const problems = await lintDocument({ document, config, externalRefResolver: new BaseResolver() });
  const told = problems.map(({ ruleId, message, location }) =>
    `${ruleId} ${location[0]?.pointer}: ${message}`
  );
  deepEqual(told.filter((line) => !REFUSED_TO_NOBODY.test(line)), []);
});
