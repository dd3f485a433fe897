import { deepEqual, equal } from "node:assert/strict";
import { fakeService, kaigui, TestIo } from "../../../testing/rigs/cli.ts";

/** What a command says of a service that has nothing, and the query that it was asked by. */
async function listed(...args: string[]) {
  let query = {};
  await using server = fakeService(({ url }) => {
    query = Object.fromEntries(new URL(url).searchParams);
    return Response.json({ items: [], next: null, total: null, estimate: null });
  });
  const io = new TestIo({ OPERATOR_TOKEN: "some-token" });
  const { code, out, err } = await kaigui([...args, "--url", server.url], io);
  equal(code, 0, err);
  return { query, out };
}

Deno.test("alarms passes its filter on, and says that all is well only without one", async () => {
  const page = { limit: "50" };
  const active = { ...page, state: "active" };
  for (
    const [args, query, out] of [
      [[], active, "All is well"],
      [["--all"], page, "There was no alarm"],
      [["--kind", "offline"], { ...active, kind: "offline" }, "There is no such alarm"],
      [["--cabinet", "hall", "--all"], { ...page, cabinet: "hall" }, "There is no such alarm"],
    ] as const
  ) {
    deepEqual(await listed("alarms", ...args), { query, out });
  }
});

Deno.test("events passes its filter on, and says that nothing has happened only without one", async () => {
  const page = { limit: "50" };
  for (
    const [args, query, out] of [
      [[], page, "Nothing has happened yet"],
      [["--kind", "stored"], { ...page, kind: "stored" }, "There is no such event"],
      [["--cabinet", "hall"], { ...page, cabinet: "hall" }, "There is no such event"],
    ] as const
  ) {
    deepEqual(await listed("events", ...args), { query, out });
  }
});
