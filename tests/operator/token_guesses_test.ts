/**
 * Guesses of the operator's token: each waits longer, all are told, and those who have the token notice nothing.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { GUESS } from "../../src/lib/limits.ts";
import { testOnEach } from "../../testing/servers/databases.ts";
import { api, putCabinet } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { Program, TOKEN } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { whyNoPrlimit } from "../../testing/servers/prlimit.ts";
import { refusals } from "../../testing/wechat_rig.ts";
import { testUnless } from "../../testing/test_run.ts";

/** Wrong tokens that are sent all at once; how many were answered so far. */
class Guesses implements AsyncDisposable {
  readonly statuses: number[] = [];
  readonly #over = new AbortController();
  readonly #all: Promise<unknown>;

  constructor(program: Program, count: number, path = "/api/v1/cabinets", more: Record<string, string> = {}) {
    this.#all = Promise.all(Array.from({ length: count }, async (_, n) => {
      const headers = { authorization: `Bearer guess-${n}`, ...more };
      const init = { headers, signal: this.#over.signal };
      const answer = await fetch(`${program.url}${path}`, init).catch(() => undefined);
      await answer?.body?.cancel().catch(() => {});
      if (answer) this.statuses.push(answer.status);
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#all;
  }
}

/** How many wrong tokens the figures tell of. */
async function counted(program: Program): Promise<number> {
  const answer = await fetch(`${program.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  return Number(/kaigui_refusals_total\{what="token"\} (\d+)/.exec(await answer.text())?.[1]);
}

testOnEach(
  "guesses wait, are told and counted, and raise an alarm that ends by itself",
  async (on, stack) => {
    const program = stack.use(await Program.start(on.place.folder, { ...on.env, ISOLATES: "2" }));
    await putCabinet(program, "cab");
    // One of the two isolates hears half of them at least.
    const count = 2 * GUESS.alarmAfter + 5;
    const guesses = stack.use(new Guesses(program, count));
    await until(async () => await counted(program) === count, { saw: () => counted(program) });
    // The token is taken at once, from the same address, while the guesses still wait for their answer.
    equal((await api(program, "GET", "/cabinets/cab")).status, 200);
    equal(guesses.statuses.length < count, true, `${guesses.statuses.length} were answered at once`);
    await until(() => guesses.statuses.length > 0);
    deepEqual(new Set(guesses.statuses), new Set([401]));
    const told = () => refusals(program).filter(({ what }) => what === "token");
    await until(() => told().length > 0, { saw: () => program.err });
    deepEqual([told()[0]?.["why"], told()[0]?.["address"]], ["forged", "127.0.0.1"]);
    equal(told().length < count, true, "a flood is told as a number");
    equal(program.err.join("").includes("guess-"), false, "what was sent is told nobody");
    const alarm = await until(async () => (await api(program, "GET", "/alarms?active=true")).body.items[0]);
    deepEqual([alarm.kind, alarm.cabinet, alarm.cell, alarm.subject], ["wrong-tokens", null, null, null]);
    equal(Date.parse(alarm.until) > Date.now(), true, "it ends by itself");
    equal((await api(program, "GET", "/alarms?active=true")).body.items.length, 1);
  },
);

Deno.test("the figures and the raw line hold guesses back like the API", async () => {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await tempFolder());
  const program = stack.use(await Program.start(path));
  await putCabinet(program, "cab");
  const burst = GUESS.perAddress.burst;
  stack.use(new Guesses(program, burst, "/api/v1/cabinets"));
  await until(async () => await counted(program) === burst);
  const raw = stack.use(new Guesses(program, 5, "/api/v1/cabinets/cab/raw"));
  await until(async () => await counted(program) === burst + 5);
  equal(raw.statuses.length < 5, true);
  // From inside the figures need no token; a proxy's request does.
  const figures = stack.use(new Guesses(program, 5, "/metrics", { "x-forwarded-for": "203.0.113.9" }));
  await until(async () => await counted(program) === burst + 10);
  equal(figures.statuses.length < 5, true);
});

testUnless(whyNoPrlimit(), "guesses through one proxy leave room for everybody else behind it", async () => {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await tempFolder());
  // It has room for some 120 connections of HTTP.
  const program = stack.use(await Program.start(path, { TRUSTED_PROXIES: "1" }, { descriptors: 1_024 }));
  const client = stack.use(Deno.createHttpClient({ poolMaxIdlePerHost: 0 }));
  for (let n = 0; n < 200; n++) {
    const from = { "x-forwarded-for": "203.0.113.9" };
    stack.use(new Guesses(program, 1, "/api/v1/cabinets", from));
    const honest = await fetch(`${program.url}/healthz`, { client });
    equal(await honest.text(), "ok", `after ${n} guesses`);
  }
});

Deno.test("who sends no token has not guessed", async () => {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await tempFolder());
  const program = stack.use(await Program.start(path));
  for (let n = 0; n < GUESS.alarmAfter; n++) {
    const answer = await fetch(`${program.url}/api/v1/cabinets`);
    equal(answer.status, 401);
    match(await answer.text(), /Send a token as Authorization: Bearer, or log in/);
  }
  equal(await counted(program), 0);
});

Deno.test("short tokens and secrets are refused at the start, with what to do", async () => {
  await using folder = await tempFolder();
  for (
    const [name, file] of [["OPERATOR_TOKEN", "operator.token"], [
      "SESSION_SECRET",
      "session.secret",
    ]] as const
  ) {
    await using set = Program.launch({ DATA_DIR: folder.path, [name]: "fifteen-letters" });
    await until(() => set.err.some((line) => line.includes(`${name}: is shorter than 16 characters`)), {
      saw: () => set.err,
    });
    equal((await set.process.status).code, 1);
    match(set.err.join("\n"), /openssl rand/);
    equal(set.err.join("\n").includes("fifteen"), false);
    await Deno.writeTextFile(`${folder.path}/${file}`, "fifteen-letters\n");
    await using kept = Program.launch({
      DATA_DIR: folder.path,
      OPERATOR_TOKEN: TOKEN,
      SESSION_SECRET: TOKEN,
      [name]: "",
    });
    await until(() => kept.err.some((line) => line.includes(file) && line.includes("16 characters")), {
      saw: () => kept.err,
    });
    equal((await kept.process.status).code, 1);
    await Deno.remove(`${folder.path}/${file}`);
  }
});
