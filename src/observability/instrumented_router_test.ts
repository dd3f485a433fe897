import { deepEqual, equal, rejects } from "node:assert/strict";
import { InstrumentedRouter, type Way } from "./instrumented_router.ts";
import { expose, Metrics } from "../metrics/mod.ts";
import { LocalRouter, NoAnswerError, NotAskedError } from "../router/mod.ts";
import type { Router } from "../router/mod.ts";

type Echo = Router<string, never, string, string>;

/** A measured router and the figures that are not 0. */
function measured(router: Echo, way: Way | undefined = "here") {
  const memory = Metrics.memory(2);
  const measured = new InstrumentedRouter(router, { metrics: new Metrics(memory, 0), wayTo: () => way });
  const counted = () => expose(memory).split("\n").filter((line) => /^kaigui_router.* (?!0$)/.test(line));
  return { measured, counted };
}

Deno.test("InstrumentedRouter counts a request by its way and passes the answer on", async () => {
  const { measured: router, counted } = measured(new LocalRouter());
  using _router = router;
  const claim = router.claim("cab", {
    handle: (request) => Promise.resolve(`${request}!`),
    displaced: () => {},
  }, 1);
  equal(router.owns("cab"), true);
  equal(await router.request("cab", "hello"), "hello!");
  deepEqual(counted(), ['kaigui_router_requests_total{way="here"} 1']);
  claim[Symbol.dispose]();
  equal(await router.request("cab", "hello"), undefined);
  deepEqual(counted(), [
    'kaigui_router_requests_total{way="here"} 2',
    'kaigui_router_unanswered_total{how="offline"} 1',
  ]);
});

Deno.test("InstrumentedRouter counts how a request stayed without an answer, and lets its asker know", async () => {
  for (
    const [error, how] of [
      [new NotAskedError("no way"), "not-asked"],
      [new NoAnswerError("no word"), "no-answer"],
      [new Error("odd"), "other"],
    ] as const
  ) {
    const inner = { request: () => Promise.reject(error) } as unknown as Echo;
    const { measured: router, counted } = measured(inner, "machine");
    await rejects(router.request("cab", "hello"), error);
    deepEqual(counted(), [
      'kaigui_router_requests_total{way="machine"} 1',
      `kaigui_router_unanswered_total{how="${how}"} 1`,
    ]);
  }
});

Deno.test("InstrumentedRouter passes events on without counting them", () => {
  const { measured: router, counted } = measured(new LocalRouter(), undefined);
  using _router = router;
  const heard: string[] = [];
  using _watch = router.watch("cab", (event) => heard.push(event));
  router.publish("cab", "online");
  deepEqual([heard, counted()], [["online"], []]);
});
