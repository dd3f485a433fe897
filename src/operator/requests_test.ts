import { doesNotMatch, equal, match, throws } from "node:assert/strict";
import { z } from "zod";
import { cabinetBody } from "../cabinet/description_body.ts";
import { OPERATOR } from "../lib/limits.ts";
import { Problem } from "./problem.ts";
import { checked, uuidFromKey } from "./requests.ts";

/** What the problem says that comes of the value. */
function detailOf(schema: z.ZodType, value: unknown): string {
  let detail = "";
  throws(() => checked(schema, value, "body"), (error) => {
    detail = error instanceof Problem ? error.message : "";
    return true;
  });
  return detail;
}

Deno.test({
  name: "checked() tells so many mistakes, and of each no more than is read",
  permissions: "none",
  fn() {
    const some = detailOf(z.strictObject({}), { colour: "red", shape: "round" });
    match(some, /^body: .*"colour", "shape"/);
    const names = Array.from({ length: 30_000 }, (_, n) => [`name${n}`, 1]);
    const many = detailOf(z.strictObject({}), Object.fromEntries(names));
    match(many, /^body: .*"name0".*…$/);
    equal(many.length <= OPERATOR.mistakeCharactersMax + "body: ".length, true);
    const list = detailOf(z.array(z.number()), Array(1_000).fill("x"));
    equal(list.split("; ").length, OPERATOR.mistakesMax);
  },
});

Deno.test({
  name: "checked() says of a field what is wanted, that it has to be given, and whether it may be null",
  permissions: "none",
  fn() {
    const usual = { name: "Hall", board: "8a", mode: "open" };
    const told = (fields: object) => detailOf(cabinetBody, { ...usual, ...fields });
    equal(detailOf(cabinetBody, { board: "8a", mode: "open" }), "name: has to be given");
    const minutes = `a whole number from 1 to ${OPERATOR.minutesMax}, or null`;
    equal(told({ rules: { rentalMinutes: "3" } }), `rules.rentalMinutes: ${minutes}`);
    equal(told({ rules: { graceSeconds: "3" } }), "rules.graceSeconds: a whole number from 0 to 3600");
    equal(told({ rules: { overdue: "end" } }), "rules.overdue: one of record, hold");
    equal(told({ tags: "gym" }), `tags: a list of up to ${OPERATOR.tagsMax} items`);
    equal(told({ location: [] }), "location: an object, or null");
    equal(told({ location: { address: 7 } }), "location.address: text of 1 to 200 characters");
    match(
      detailOf(cabinetBody, {}),
      /^name: has to be given; board: has to be given: one of 8a, .*; mode: say /,
    );
    match(told({ colour: "red" }), /^body: there is no "colour"; there are name, board, /);
    doesNotMatch(told({ ...usual, name: 1, cells: [{}], layout: 1 }), /Invalid|expected|received/);
  },
});

Deno.test({
  name: "uuidFromKey() makes the same UUID of the same key for ever",
  permissions: "none",
  async fn() {
    equal(await uuidFromKey("ticket-4711"), "3180d8ab-9c88-8986-8645-3c2b49ebae3a");
    equal(await uuidFromKey("ticket-4712") === await uuidFromKey("ticket-4711"), false);
  },
});

Deno.test("checked() says what is wanted where a value may be one of several, or what is wrong with the one that was meant", () => {
  const usual = { name: "Hall", board: "8a", mode: "open" };
  const told = (fields: object) => detailOf(cabinetBody, { ...usual, ...fields });
  equal(told({ cells: 24 }), 'cells: a list of cells, or {"count": 24, "size": "M"}');
  match(told({ cells: { count: 0 } }), /^cells\.count: /);
  match(told({ cells: [{ cell: 0, board: 0, channel: 1 }] }), /^cells\.0\.cell: /);
  const bytes = 'its bytes as {"text": "864123"} or {"hex": "38 36"}, and not both';
  equal(told({ registration: "864123" }), `registration: ${bytes}`);
  equal(told({ registration: {} }), `registration: ${bytes}`);
  equal(told({ heartbeat: { text: "a", hex: "61" } }), `heartbeat: ${bytes}`);
  equal(told({ registration: { hex: "6" } }), "registration.hex: pairs of hex digits");
  equal(
    told({ layout: { columns: [["x"]] } }),
    'layout.columns.0.0: a cell number, {"cell": 7, "height": 2}, or {"gap": 1}',
  );
});
