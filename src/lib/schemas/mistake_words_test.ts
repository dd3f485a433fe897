import { deepEqual, doesNotMatch, equal } from "node:assert/strict";
import { z } from "zod";

/** What is said of a value that is wrong. */
function said(schema: z.ZodType, value: unknown): string {
  const { error } = schema.safeParse(value);
  return error?.issues.map(({ path, message }) => [...path, message].join(": ")).join("; ") ?? "";
}

function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

test("a mistake in a number says which numbers are wanted, whatever is wrong with it", () => {
  const minutes = z.int().min(1).max(60);
  for (const wrong of ["3", 0, 61, 1.5, null, true, []]) {
    equal(said(minutes, wrong), "a whole number from 1 to 60", JSON.stringify(wrong));
  }
  equal(said(z.coerce.number().int().min(1).max(60), "x"), "a whole number from 1 to 60");
  equal(said(z.number(), "x"), "a number");
  equal(said(z.number().min(-90), -91), "a number from -90 on");
  equal(said(z.int().max(9), 10), "a whole number up to 9");
  equal(said(z.int(), 2 ** 53), "a whole number");
  equal(said(z.int().positive().lt(9), 0), "a whole number from 1 to 8");
  equal(said(z.number().positive(), 0), "a number");
  equal(said(z.int().min(2).min(4).max(9).max(6), 3), "a whole number from 4 to 6");
});

test("a mistake in a text or a list says how long it may be", () => {
  const text = z.string().trim().min(1).max(200);
  for (const wrong of [3, "", "x".repeat(201)]) equal(said(text, wrong), "text of 1 to 200 characters");
  equal(said(z.string().max(4), "12345"), "text of up to 4 characters");
  equal(said(z.string().length(4), "123"), "text of 4 characters");
  equal(said(z.string(), 1), "text");
  equal(said(z.array(z.int()).min(1), []), "a list of 1 items or more");
  equal(said(z.array(z.int()).max(2), "x"), "a list of up to 2 items");
});

test("a mistake in a choice, an object or a format says what there is", () => {
  equal(said(z.enum(["8a", "raw"]), "9b"), "one of 8a, raw");
  equal(said(z.literal("all"), "some"), "nothing but all");
  equal(said(z.boolean(), "yes"), "true or false");
  equal(said(z.strictObject({ name: z.string() }), []), "an object");
  equal(
    said(z.strictObject({ name: z.string() }), { name: "x", a: 1, b: 2 }),
    'there is no "a", "b"; there are name',
  );
  equal(said(z.uuid(), "x"), "a UUID");
  equal(
    said(z.iso.datetime({ offset: true }), "tomorrow").startsWith("a time with its offset, such as "),
    true,
  );
  equal(said(z.string().regex(/^\d$/), "x"), "text that matches /^\\d$/");
  const kinds = z.discriminatedUnion("type", [
    z.object({ type: z.literal("open") }),
    z.object({ type: z.literal("ping") }),
  ]);
  equal(said(kinds, { type: "shut" }), "type: one of open, ping");
  equal(said(kinds, 1), "an object");
});

test("of what is not there it is said that it has to be given", () => {
  const body = z.object({
    name: z.string(),
    count: z.int(),
    board: z.enum(["8a", "raw"]),
    other: z.unknown(),
  });
  deepEqual(said(body, { other: 1 }).split("; "), [
    "name: has to be given",
    "count: has to be given",
    "board: has to be given: one of 8a, raw",
  ]);
});

test("what a schema says itself is said", () => {
  equal(said(z.string().regex(/^\d$/, "a digit"), "x"), "a digit");
  equal(
    said(z.union([z.int(), z.boolean()], { error: "a number or a switch" }), "x"),
    "a number or a switch",
  );
  doesNotMatch(said(z.object({ a: z.int() }), {}), /Invalid|expected|received/);
});
