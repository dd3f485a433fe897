/**
 * How the doors stand on the wall, as the operator says it and people get it, on the running program.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { testOnEach } from "../../testing/servers/databases.ts";
import { api } from "../../testing/api.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { isProblem } from "../../testing/operator_rig.ts";

const BODY = { name: "Lobby", board: "8a", registration: { text: "REG" }, mode: "open", cells: { count: 3 } };
const LAYOUT = { columns: [[{ cell: 2 }, { gap: 1.5 }], [{ cell: 1, height: 0.5 }, { cell: 3 }]] };

testOnEach("a layout comes back as it was put, and can be put again", async (database, stack) => {
  const program = stack.use(await Program.start(database.place.folder, database.env));
  const put = (body: unknown) => api(program, "PUT", "/cabinets/cab", { body });
  const get = () => api(program, "GET", "/cabinets/cab");
  const short = { columns: [[2, { gap: 1.5 }], [{ cell: 1, height: 0.5 }, 3]] };
  const made = await put({ ...BODY, layout: short });
  deepEqual([made.status, made.body.layout], [201, LAYOUT]);
  const got = await get();
  deepEqual(got.body, made.body);
  const again = await put(got.body);
  deepEqual([again.status, again.body], [200, got.body]);

  const page = stack.use(await Page.open(program, "cab", await guestCookie(program, "cab")));
  const welcome = await page.until(({ type }) => type === "welcome");
  deepEqual([welcome["cabinet"].layout, welcome["cabinet"].sizes], [LAYOUT, ["M"]]);
  for (const none of [{ layout: null }, {}]) {
    deepEqual((await put({ ...BODY, layout: LAYOUT })).body.layout, LAYOUT);
    equal((await put({ ...BODY, ...none })).body.layout, null);
    equal((await get()).body.layout, null);
  }
});

testOnEach("a layout that does not fit the cells is refused with its place", async (database, stack) => {
  const program = stack.use(await Program.start(database.place.folder, database.env));
  const put = (columns: unknown) =>
    api(program, "PUT", "/cabinets/cab", { body: { ...BODY, layout: { columns } } });
  equal((await put([[1, 2, 3]])).status, 201);
  isProblem(
    await put([[1, 2], [3, 4]]),
    422,
    /^layout\.columns\.1\.1: cell 4 is not there, or is drawn twice$/,
  );
  isProblem(
    await put([[1, 2, 3, 2]]),
    422,
    /^layout\.columns\.0\.3: cell 2 is not there, or is drawn twice$/,
  );
  isProblem(await put([[1], [3]]), 422, /^layout: cell 2 is drawn nowhere$/);
  isProblem(await put([[1, 2, { cell: 3, height: 0.2 }]]), 422, /^layout\.columns\.0\.2\.height: .*0\.25/);
  isProblem(await put([[1, 2, 3, { gap: 21 }]]), 422, /^layout\.columns\.0\.3\.gap: .*20/);
  isProblem(await put(Array.from({ length: 101 }, () => [])), 422, /^layout\.columns: .*100/);
  const { layout } = (await api(program, "GET", "/cabinets/cab")).body;
  deepEqual(
    layout,
    { columns: [[{ cell: 1 }, { cell: 2 }, { cell: 3 }]] },
    "what was refused changed nothing",
  );
});
