/**
 * The database server becomes unavailable under load and recovers; an unavailable broker is not taken for it.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Crowd } from "../../testing/crowd.ts";
import { testOnPostgres } from "../../testing/servers/databases.ts";
import { putCabinet } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { NatsServer } from "../../testing/servers/nats.ts";
import { PostgresServer } from "../../testing/servers/postgres.ts";
import { testUnless, whyLeftOut } from "../../testing/test_run.ts";

const AWAY_MS = 5_000;
/** How soon after the database the service has to work again. */
const WELL_WITHIN_MS = 2_000;
const LEFT_MS = 60_000;

for (const mode of ["fast", "immediate"] as const) {
  testUnless(
    whyLeftOut(PostgresServer.missing()),
    `a database server that is stopped (${mode}) for 5 s under load: taps are refused, then work, nothing is lost`,
    () => outage(mode),
  );
}

async function outage(mode: "fast" | "immediate"): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await PostgresServer.start());
  const url = await server.createDatabase();
  const folder = stack.use(await tempFolder());
  const env = { DATABASE_URL: url, SESSION_SECRET: "the secret of the tests of an outage" };
  const program = stack.use(await Program.start(folder.path, env));
  const crowd = stack.use(await Crowd.of(program, { each: 8, people: 16 }));
  let isOver = false;
  const lived = crowd.live(program, () => isOver);
  await until(() => crowd.told.commands.size > 200);
  const cookie = await guestCookie(program, "open-0");
  const page = stack.use(await Page.open(program, "open-0", cookie));

  await server.stop(mode);
  const refused = page.tap(1);
  const answer = await page.until(({ id, type, reason }) =>
    id === refused && (type === "error" || reason === "unavailable")
  );
  equal(answer["code"] ?? answer["reason"], "unavailable");
  deepEqual([await statusOf(program, "/readyz"), await statusOf(program, "/healthz")], [503, 200]);
  equal(await statusOf(program, "/c/open-0"), 503);
  await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
  await server.startAgain();
  const since = Date.now();
  await until(() => tapWorks(page), { deadlineMs: 2 * WELL_WITHIN_MS });
  ok(Date.now() - since < WELL_WITHIN_MS, `well again after ${Date.now() - since} ms`);

  const before = crowd.told.commands.size;
  await until(() => crowd.told.commands.size > before + 200);
  isOver = true;
  await lived;
  const query = <Row>(sql: string) => server.query<Row>(sql, url);
  await until(async () => (await query(UNFINISHED)).length === 0, { deadlineMs: LEFT_MS });
  equal(await Promise.race([program.process.status.then(() => "ended"), "up"]), "up", "the process stays up");
  await program.end("SIGTERM");
  await crowd.audit(query);
}

testOnPostgres(
  "an unavailable broker is reported as one, and nothing says that the database does not answer",
  async ({ place, env }, stack) => {
    const nats = stack.use(await NatsServer.start());
    const program = stack.use(
      await Program.start(place.folder, { ...env, NATS_URL: nats.url, ISOLATES: "1" }),
    );
    await putCabinet(program, "cab");
    await until(async () => await statusOf(program, "/readyz") === 200);
    const page = stack.use(await Page.open(program, "cab", await guestCookie(program, "cab")));
    await nats.kill();
    await until(() => program.err.filter((line) => line.includes("NATS cannot be used")).length >= 2, {
      saw: () => program.err,
    });
    const { reason } = await page.outcome(page.tap(1));
    equal(reason, "unavailable");
    const ready = await fetch(`${program.url}/readyz`);
    deepEqual([ready.status, await ready.text()], [503, "not ready: NATS cannot be reached"]);
    const figures = await (await fetch(`${program.url}/metrics`)).text();
    match(figures, /^kaigui_failures_total\{kind="broker"\} [1-9]/m);
    match(figures, /^kaigui_failures_total\{kind="database"\} 0/m);
    deepEqual(program.err.filter((line) => /database|Something went wrong/.test(line)), []);
  },
);

const UNFINISHED = "select id from commands where state in ('requested', 'sent')";

async function statusOf(program: Program, path: string): Promise<number> {
  const response = await fetch(`${program.url}${path}`);
  await response.body?.cancel();
  return response.status;
}

async function tapWorks(page: Page): Promise<boolean> {
  const id = page.tap(2);
  const answer = await page.until((message) => message["id"] === id && isEnd(message));
  return answer["state"] === "opened";
}

function isEnd({ type, state }: { type?: string; state?: string }): boolean {
  return type === "error" || type === "command" && state !== "requested" && state !== "sent";
}
