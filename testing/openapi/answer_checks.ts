/**
 * Whether answers are as the document says.
 *
 * @module
 */
import type { DeclaredResponse, Operation } from "./operations.ts";
import type { Received } from "./requests.ts";
import type { SchemaChecks } from "./schema_checks.ts";

/** What of an answer is not as the operation says; empty: nothing. */
export function mistakesOf(operation: Operation, answer: Received, checks: SchemaChecks): string {
  const { status } = answer;
  const declared = operation.responses.get(status);
  if (status >= 500 || !declared) return `the status ${status} is not to be answered`;
  return headerMistakes(declared, answer, checks) || bodyMistakes(declared, answer, checks);
}

function headerMistakes({ headers = {} }: DeclaredResponse, answer: Received, checks: SchemaChecks): string {
  for (const [name, { required = false, schema }] of Object.entries(headers)) {
    const text = answer.headers.get(name);
    if (text === null && required) return `the header ${name} is missing`;
    const value = schema["type"] === "integer" ? Number(text) : text;
    const mistakes = text === null ? "" : checks.ofAnswer(schema, value);
    if (mistakes) return `the header ${name}: ${mistakes}`;
  }
  return "";
}

function bodyMistakes({ content }: DeclaredResponse, answer: Received, checks: SchemaChecks): string {
  if (!content) return answer.text === "" ? "" : "there is a body";
  const type = answer.headers.get("content-type")?.split(";")[0] ?? "none";
  const declared = content[type];
  if (!declared) return `the content type is ${type}, not ${Object.keys(content)}`;
  const { schema } = declared;
  if (!schema) return "";
  const values = type === "application/x-ndjson"
    ? answer.text.trimEnd().split("\n").map((line) => JSON.parse(line))
    : [JSON.parse(answer.text)];
  return values.map((value) => checks.ofAnswer(schema, value)).filter((mistakes) => mistakes !== "").join(
    "; ",
  );
}
