/**
 * Two programs that share a Postgres and a NATS: what is taken from staff on one is gone on all isolates of the other with the
 * next request, whether or not the broker is there.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { api, putCabinet, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { say } from "../../testing/measurement.ts";
import { rawLineTo } from "../../testing/raw_line.ts";
import { type DatabaseTest, testOnPostgres } from "../../testing/servers/databases.ts";
import { NatsServer } from "../../testing/servers/nats.ts";
import { bearer, member, newToken } from "../../testing/staff_client.ts";

/** Connections at once: the kernel spreads them over the isolates, so that each isolate gets some. */
const CALLERS = 8;
/** Refused calls of each of them, from which on it counts as refused for good. */
const REFUSED = 5;

/** Two programs of two isolates each, and their broker. */
async function fleetOn(
  { env, place }: Parameters<DatabaseTest>[0],
  stack: AsyncDisposableStack,
): Promise<{ one: Program; two: Program; nats: NatsServer }> {
  const nats = stack.use(await NatsServer.start());
  const all = { ...env, NATS_URL: nats.url, ISOLATES: "2" };
  const one = stack.use(await Program.start(place.folder, all));
  const two = stack.use(await Program.start(stack.use(await tempFolder()).path, all));
  return { one, two, nats };
}

/** Something that a member of staff or a program may do, and loses. */
interface Right {
  /** What a call that needs the right sends. */
  readonly headers: Record<string, string>;
  /** The path of such a call. */
  readonly path: string;
  takeAway(): Promise<{ status: number }>;
  /** How such a call is refused then. */
  readonly refusedBy: number;
}

/** Each kind of right once. */
async function rightsAt(one: Program, suffix: string): Promise<Record<string, Right>> {
  const staff = async (login: string) => {
    const browser = await member(one, `${login}-${suffix}@example.com`, { role: "owner" });
    const { id } = (await browser.call("GET", "/account")).body;
    return { browser, id, headers: { cookie: browser.cookie ?? "" } };
  };
  const token = await newToken(one, { role: "owner" });
  const [demoted, removed, ended] = [await staff("role"), await staff("account"), await staff("session")];
  return {
    token: {
      headers: bearer(token.token),
      path: "/staff",
      takeAway: () => api(one, "DELETE", `/tokens/${token.id}`),
      refusedBy: 401,
    },
    role: {
      headers: demoted.headers,
      path: "/staff",
      takeAway: () => api(one, "PUT", `/staff/${demoted.id}`, { body: { role: "viewer", tags: null } }),
      refusedBy: 403,
    },
    account: {
      headers: removed.headers,
      path: "/cabinets",
      takeAway: () => api(one, "DELETE", `/staff/${removed.id}`),
      refusedBy: 403,
    },
    session: {
      headers: ended.headers,
      path: "/cabinets",
      takeAway: () => ended.browser.call("DELETE", "/session"),
      refusedBy: 401,
    },
  };
}

/** A call on a connection of its own. */
interface Call {
  readonly begunAt: number;
  readonly endedAt: number;
  readonly status: number;
}

/**
 * Calls without a pause while the right is taken away elsewhere.
 *
 * @returns the calls, and when its taking away was answered
 */
async function callsAround(program: Program, right: Right): Promise<{ calls: Call[]; takenAt: number }> {
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const calls: Call[] = [];
  const caller = async () => {
    for (let refused = 0; refused < REFUSED;) {
      const begunAt = performance.now();
      const answer = await fetch(`${program.url}/api/v1${right.path}`, { headers: right.headers, client });
      await answer.body?.cancel();
      calls.push({ begunAt, endedAt: performance.now(), status: answer.status });
      refused = answer.status === 200 ? 0 : refused + 1;
    }
  };
  const callers = Promise.all(Array.from({ length: CALLERS }, caller));
  await until(() => calls.length > CALLERS);
  equal((await right.takeAway()).status < 300, true);
  const takenAt = performance.now();
  await callers;
  return { calls, takenAt };
}

/** All that is taken away on one program is refused by the other with the next request. */
async function refusesAll(one: Program, two: Program, suffix: string): Promise<void> {
  for (const [what, right] of Object.entries(await rightsAt(one, suffix))) {
    const { calls, takenAt } = await callsAround(two, right);
    const late = calls.filter(({ begunAt, status }) => begunAt > takenAt && status === 200);
    deepEqual(late, [], `${what}, ${suffix}`);
    deepEqual(new Set(calls.map(({ status }) => status)), new Set([200, right.refusedBy]), what);
    const accepted = calls.filter(({ status }) => status === 200).map(({ endedAt }) => endedAt);
    say(
      `${what}, ${suffix}: last accepted call ended ${(Math.max(...accepted) - takenAt).toFixed(0)} ms after`,
    );
  }
}

/** An open raw line ends once the right to it is taken away. */
async function endsRawLine(one: Program, two: Program, suffix: string): Promise<void> {
  const { id, token } = await newToken(one, { role: "owner" });
  const line = rawLineTo(two, "cab", { headers: bearer(token) });
  equal(await line.isGranted, true);
  equal((await api(one, "DELETE", `/tokens/${id}`)).status, 204);
  const takenAt = performance.now();
  equal(await line.closed, 1008);
  say(`raw line, ${suffix}: closed ${(performance.now() - takenAt).toFixed(0)} ms after`);
}

testOnPostgres(
  "a token, a role, an account and a session that are taken away on one program are refused by the other at once, without the broker too",
  async (database, stack) => {
    const { one, two, nats } = await fleetOn(database, stack);
    await putCabinet(one, "cab");
    stack.use(await Device.connect(two, "REG-cab"));
    await untilOnline(two, "cab");
    await refusesAll(one, two, "with-broker");
    await endsRawLine(one, two, "with the broker");
    await nats.kill();
    await refusesAll(one, two, "without-broker");
    await endsRawLine(one, two, "without the broker");
    ok(one.err.concat(two.err).some((line) => line.includes("NATS")), "the broker was away");
  },
);
