import { deepEqual, equal, match } from "node:assert/strict";
import { fakeService, kaigui, TestIo } from "../../../testing/rigs/cli.ts";
import { ANSWERS } from "../../operator/document/examples/mod.ts";

const ENV = { OPERATOR_TOKEN: "some-token" };

/** Runs `kaigui rentals` against a service that has these; with the query that it was asked by. */
async function rentals(items: readonly object[], ...args: string[]) {
  let query = {};
  await using server = fakeService(({ url }) => {
    query = Object.fromEntries(new URL(url).searchParams);
    return Response.json({ items, next: null, total: null, estimate: null });
  });
  return { ...await kaigui(["rentals", ...args, "--url", server.url], new TestIo(ENV)), query };
}

Deno.test("rentals passes on by what they are looked for", async () => {
  const { query, code, err } = await rentals(
    [],
    ...["--cabinet", "hall", "--cell", "7", "--number", "2372 0947", "--state", "held", "--overdue"],
    ...["--from", "2025-11-01", "--until", "2025-12-01T08:00:00+08:00", "--limit", "5"],
  );
  equal(code, 0, err);
  deepEqual(query, {
    cabinet: "hall",
    cell: "7",
    number: "2372 0947",
    state: "held",
    overdue: "true",
    from: "2025-11-01T00:00:00.000Z",
    until: "2025-12-01T00:00:00.000Z",
    limit: "5",
  });
});

Deno.test("rentals shows a person by name, and by id where there is none", async () => {
  const rental = { ...Object(ANSWERS["Rental"]), person: "the-id" };
  match((await rentals([{ ...rental, personName: "Ann" }])).out, / Ann +\S+$/);
  for (const personName of [null, "", undefined]) {
    match((await rentals([{ ...rental, personName }])).out, / the-id +\S+$/);
  }
});
