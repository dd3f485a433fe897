import { deepEqual, equal, match } from "node:assert/strict";
import { kaigui, TestIo, testService } from "../../testing/rigs/cli.ts";

Deno.test("cabinet list shows the cabinets that pass each filter, in the order that is wanted", async () => {
  await using test = await testService();
  const run = async (line: string) => await kaigui(line.split(" "), new TestIo(test.env));
  for (
    const [id, about] of [
      ["a", "--board 8a --cells 2 --tag gym --tag west --location Lakeside"],
      ["b", "--board 8a --cells 2 --tag gym"],
      ["c", "--board raw"],
    ]
  ) {
    const { code, err } = await run(`cabinet add ${id} --name ${id} --mode open ${about}`);
    equal(code, 0, err);
  }
  const listed = async (filter: string) => {
    const { out, err } = await run(`cabinet list ${filter} --json`);
    equal(err, "");
    return JSON.parse(out).map(({ id, cells }: { id: string; cells: unknown[] }) => `${id}${cells.length}`);
  };
  deepEqual(await listed("--tag gym"), ["a2", "b2"]);
  deepEqual(await listed("--tag gym --tag west"), ["a2"]);
  deepEqual(await listed("--q lakeside"), ["a2"]);
  deepEqual(await listed("--board raw"), ["c0"]);
  deepEqual(await listed("--online true"), []);
  deepEqual(await listed("--online false --alarm false --sort -id"), ["c0", "b2", "a2"]);
  deepEqual(await listed("--alarm left-open"), []);
  equal((await run("cabinet list --tag pool")).out, "There is no such cabinet");
  match((await run("cabinet list --tag west")).out, /^ID +NAME[^\n]*\na +a +8a +no +2 +never$/);
});
