import { deepEqual, equal } from "node:assert/strict";
import { fakeService, kaigui, TestIo } from "../../../testing/rigs/cli.ts";
import { BULK } from "../../lib/limits.ts";
import { ANSWERS } from "../../operator/document/examples/mod.ts";

const CABINET = Object(ANSWERS["Cabinet"]);
const [CELL] = CABINET.cells;
const CELLS = 1_000;

/** Runs `jobs start clean --match all` against a service with a cabinet of a thousand cells on each of endless pages. */
async function clean(answer?: boolean) {
  let pages = 0;
  await using server = fakeService(() => {
    const items = [{ ...CABINET, cells: Array.from({ length: CELLS }, () => CELL) }];
    return Response.json({ items, next: `~${++pages}`, total: null, estimate: null });
  });
  const io = new TestIo({ OPERATOR_TOKEN: "some-token" });
  io.answer = answer;
  const args = ["jobs", "start", "clean", "--match", "all", "--url", server.url];
  return { ...await kaigui(args, io), asked: io.asked, pages };
}

Deno.test("jobs start counts no more cells than a job may have", async () => {
  const { code, err, asked, pages } = await clean(true);
  deepEqual([code, err], [1, "error: More than 10,000 cabinets or cells match: make several jobs of it"]);
  deepEqual([asked, pages], [undefined, BULK.targetsMax / CELLS + 1]);
});

Deno.test("jobs start counts nothing where nobody is there to ask", async () => {
  const { code, err, pages } = await clean();
  deepEqual([code, err], [2, "error: Nobody is here to ask: add --yes to start it"]);
  equal(pages, 0);
});
