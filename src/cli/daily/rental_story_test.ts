import { equal } from "node:assert/strict";
import { fakeService, kaigui, TestIo } from "../../../testing/rigs/cli.ts";
import { ANSWERS } from "../../operator/document/examples/mod.ts";

const ENV = { OPERATOR_TOKEN: "some-token" };
const RENTAL = {
  ...Object(ANSWERS["Rental"]),
  cabinet: "sim-2",
  cell: 1,
  state: "held",
  since: "2025-11-23T07:00:00.000Z",
  until: null,
  overdueAt: null,
  endedAt: null,
  endReason: null,
};
const UNTIL = { until: "2025-11-23T09:00:00.000Z" };
const BEGAN = "cell 1 of sim-2, held since 2025-11-23 07:00:00Z";

Deno.test("rentals story says how the rental stands", async () => {
  const stands = [
    [{}, BEGAN],
    [UNTIL, `${BEGAN}, until 2025-11-23 09:00:00Z`],
    [
      { ...UNTIL, overdueAt: "2025-11-23T09:00:01.000Z" },
      `${BEGAN}, until 2025-11-23 09:00:00Z, overdue since 2025-11-23 09:00:01Z`,
    ],
    [{ state: "returning" }, `${BEGAN}, is being given back`],
    [
      { ...UNTIL, state: "ended", endedAt: "2025-11-23T08:00:00.000Z", endReason: "picked-up" },
      `${BEGAN}, until 2025-11-23 09:00:00Z, ended 2025-11-23 08:00:00Z (picked-up)`,
    ],
  ] as const;
  for (const [but, says] of stands) {
    await using server = fakeService(({ url }) =>
      Response.json(url.endsWith("/story") ? ANSWERS["Story"] : { ...RENTAL, ...but })
    );
    const { out, err } = await kaigui(["rentals", "story", RENTAL.id, "--url", server.url], new TestIo(ENV));
    equal(out.split("\n\n")[0], says, err);
  }
});
