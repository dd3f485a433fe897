/**
 * Random requests that the document allows, to the running program: each is answered as the document says, and none with
 * a 500.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mistakesOf } from "../../testing/openapi/answer_checks.ts";
import { descriptionOf, type Operation } from "../../testing/openapi/operations.ts";
import { SchemaChecks } from "../../testing/openapi/schema_checks.ts";
import { testOnEach } from "../../testing/servers/databases.ts";
import { sized } from "../../testing/test_run.ts";
import { SIZE } from "../sizes.ts";
import { RandomRun, SLOW } from "./random_requests_run.ts";
import { Stage } from "./random_requests_stage.ts";

/** What no such request succeeds with: a WebSocket, and the code of a second factor; and what is asked for seldom. */
const NEVER_DONE = ["cabinetsRawLine", "accountConfirmSecondFactor", ...SLOW];
/** With fewer requests chance decides which operations succeed. */
const ENOUGH = 5_000;

testOnEach(
  sized("random requests that the document allows are answered as it says"),
  async (database, stack) => {
    const stage = await Stage.open(database, stack);
    const { operations, schemas } = await descriptionOf(stage.program);
    const run = new RandomRun(stage, { operations, checks: new SchemaChecks(schemas) });
    await run.send(SIZE.documentRequests);
    const told = [...run.counts].map(([status, count]) => `${status}: ${count}`).join(", ");
    Deno.stderr.writeSync(new TextEncoder().encode(`answers by status: ${told}\n`));
    deepEqual([...run.faults.values()], []);
    deepEqual(stage.failures, []);
    ok(stage.stored > 0, "the cabinet is online, and opens");
    const undone = run.neverDone.filter((id) => !NEVER_DONE.includes(id));
    if (SIZE.documentRequests >= ENOUGH) deepEqual(undone, []);
  },
);

Deno.test("mistakesOf() sees what of an answer is not as the document says", () => {
  const thing = { type: "object", properties: { id: { type: "string", format: "uuid" } }, required: ["id"] };
  const checks = new SchemaChecks({ Thing: thing });
  const schema = { $ref: "#/components/schemas/Thing" };
  const headers = { "Retry-After": { required: true, schema: { type: "integer", minimum: 1 } } };
  const operation = {
    responses: new Map([
      [200, { content: { "application/json": { schema }, "application/x-ndjson": { schema } } }],
      [204, {}],
      [429, { headers, content: { "application/json": {} } }],
      [500, {}],
    ]),
  } as unknown as Operation;
  const said = (status: number, body: unknown, more: Record<string, string> = {}) => {
    const headers = new Headers({ "content-type": "application/json; charset=utf-8", ...more });
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return mistakesOf(operation, { status, headers, text }, checks);
  };
  const id = "6a0d1f4c-7a34-4f0e-9a63-0e0f0a6f6b11";
  const line = JSON.stringify({ id });
  equal(said(200, { id }), "");
  equal(said(200, `${line}\n${line}\n`, { "content-type": "application/x-ndjson" }), "");
  match(said(200, `${line}\n{}\n`, { "content-type": "application/x-ndjson" }), /required property 'id'/);
  match(said(200, { id: "7" }), /format "uuid"/);
  match(said(200, { id, more: 1 }), /additional properties/);
  match(said(200, { id }, { "content-type": "text/plain" }), /content type is text\/plain/);
  equal(said(204, ""), "");
  match(said(204, { id }), /there is a body/);
  equal(said(429, {}, { "retry-after": "1" }), "");
  match(said(429, {}, { "retry-after": "0" }), /Retry-After/);
  match(said(429, {}), /Retry-After is missing/);
  for (const status of [201, 500]) match(said(status, ""), /is not to be answered/);
});
