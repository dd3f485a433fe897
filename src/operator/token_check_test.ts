import { deepEqual, equal } from "node:assert/strict";
import { Hono } from "hono";
import { until } from "../../testing/until.ts";
import { STRAIGHT } from "../../testing/rigs/operator.ts";
import { clientAddress } from "../http/client_address.ts";
import { GUESS } from "../lib/limits.ts";
import { isOperator, TokenCheck } from "./token_check.ts";

/** How many connections the isolate has room for. */
const CONNECTIONS = 400;
const RIGHT = "Bearer the-right-token";

/** A check whose clock the test sets, and that tells how long it would have waited. */
function rig() {
  const clock = { now: 0 };
  const waits: number[] = [];
  const told: string[] = [];
  const alarms: number[] = [];
  const held: (() => void)[] = [];
  const check = new TokenCheck({
    token: "the-right-token",
    connectionsMax: CONNECTIONS,
    refused: (address) => told.push(address),
    alarm: (until) => alarms.push(until),
    now: () => clock.now,
    wallClock: () => 1_000_000 + clock.now,
    wait: (ms) => {
      waits.push(ms);
      return holds ? new Promise((resolve) => held.push(resolve)) : Promise.resolve();
    },
  });
  let holds = false;
  const app = new Hono().use(clientAddress(STRAIGHT)).get("/", async (c) => c.json(await check.admits(c)));
  const send = async (authorization?: string, hostname = "203.0.113.9"): Promise<boolean> => {
    const headers: HeadersInit = authorization === undefined ? {} : { authorization };
    return await (await app.request("/", { headers }, { remoteAddr: { hostname } })).json();
  };
  const hold = () => {
    holds = true;
    return held;
  };
  return { clock, waits, told, alarms, send, hold };
}

Deno.test("TokenCheck.admits() takes the right token at once, also while its address is held back", async () => {
  const { send, waits, hold } = rig();
  hold();
  const guesses = Array.from({ length: 100 }, () => send("Bearer guess"));
  await until(() => waits.length === 100 - GUESS.perAddress.burst, { saw: () => waits.length });
  equal(await send(RIGHT), true);
  void guesses;
});

Deno.test("TokenCheck.admits() holds wrong tokens back, longer and longer, by address", async () => {
  const { send, waits, told, clock } = rig();
  const { burst, perSecond } = GUESS.perAddress;
  for (let n = 0; n < burst + 3; n++) equal(await send("Bearer guess"), false);
  deepEqual(waits, [1, 2, 3].map((n) => n * 1_000 / perSecond));
  for (let n = 0; n < 1_000; n++) await send("Basic guess");
  equal(waits.at(-1), GUESS.waitMaxMs);
  const before = waits.length;
  await send("Bearer guess", "203.0.113.10");
  equal(waits.length, before, "another address");
  for (let host = 1; host <= burst + 1; host++) await send("Bearer guess", `2001:db8::${host}`);
  equal(waits.length, before + 1, "one IPv6 subscriber");
  clock.now += GUESS.waitMaxMs + burst * 1_000 / perSecond;
  await send("Bearer guess");
  equal(waits.length, before + 1, "it is forgiven as fast as that");
  equal(told.length, burst + 3 + 1_000 + 1 + burst + 1 + 1);
});

Deno.test("TokenCheck.admits() leaves most connections to others, and holds no request back that has no token", async () => {
  const { send, waits, told, hold } = rig();
  for (let n = 0; n < 100; n++) equal(await send(), false);
  deepEqual([waits, told], [[], []]);
  const held = hold();
  let answered = 0;
  const atOnce = GUESS.perAddress.burst + 50;
  const sent = Array.from({ length: CONNECTIONS / 4 + atOnce }, async () => {
    const admitted = await send("Bearer guess");
    answered++;
    return admitted;
  });
  await until(() => answered === atOnce, { saw: () => answered });
  equal(held.length, CONNECTIONS / 4);
  for (const go of held) go();
  deepEqual(new Set(await Promise.all(sent)), new Set([false]));
});

Deno.test("TokenCheck.admits() raises an alarm after many, and puts its end off while they go on", async () => {
  const { send, alarms, clock } = rig();
  const guess = async (count: number) => {
    for (let n = 0; n < count; n++) await send("Bearer guess", `203.0.113.${n % 200}`);
  };
  await guess(GUESS.alarmAfter - 1);
  clock.now += GUESS.alarmWindowMs;
  await guess(GUESS.alarmAfter - 1);
  deepEqual(alarms, [], "few in each window");
  await guess(10);
  deepEqual(alarms, [1_000_000 + clock.now + GUESS.alarmMs]);
  clock.now += GUESS.alarmEveryMs;
  await guess(2);
  equal(alarms.at(-1), 1_000_000 + clock.now + GUESS.alarmMs);
  equal(alarms.length, 2);
});

Deno.test({
  name: "isOperator() takes the token as a Bearer's, and nothing else",
  permissions: "none",
  async fn() {
    for (const right of ["Bearer secret", "bearer  secret"]) {
      equal(await isOperator(right, "secret"), true, right);
    }
    for (
      const wrong of [undefined, "", "secret", "Bearer", "Bearer secre", "Bearer secret2", "Basic secret"]
    ) {
      equal(await isOperator(wrong, "secret"), false, String(wrong));
    }
  },
});
