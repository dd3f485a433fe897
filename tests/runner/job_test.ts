import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { tempFolder } from "../../testing/folders.ts";
import { until } from "../../testing/until.ts";
import { type JobOptions, runJob, summaryOf } from "./job.ts";

const never = new AbortController().signal;

/** Runs a job over one file with that text. */
async function jobOf(text: string, options: Partial<JobOptions> = {}) {
  await using folder = await tempFolder();
  const file = `${folder.path}/x_test.ts`;
  await Deno.writeTextFile(file, text);
  return await runJob({ name: "x", paths: [file], places: 1 }, { env: {}, signal: never, ...options });
}

/** A test that starts a process, which says its id, and does not end it. */
const LEAVES = `const child = new Deno.Command("sleep", { args: ["1000"] }).spawn();
  console.log("child", child.pid);`;

function isRunning(text: string): boolean {
  const [, pid = ""] = /child (\d+)/.exec(text) ?? [];
  ok(pid !== "", text);
  const { stdout } = new Deno.Command("ps", { args: ["-o", "stat=", "-p", pid] }).outputSync();
  return /^[^Z]/.test(new TextDecoder().decode(stdout).trim());
}

Deno.test("summaryOf() counts tests, names those that were left out, and takes a crash for a failure", () => {
  const text =
    "a ... ok (1ms)\nb [left out: no cc] ... ignored (0ms)\n\nok | 3 passed (2 steps) | 0 failed | 1 ignored (4s)\n";
  deepEqual(summaryOf(text, 0), { text, passed: 3, failed: 0, errors: "", leftOut: ["b [left out: no cc]"] });
  equal(summaryOf(text, 1).failed, 1);
  equal(summaryOf("FAILED | 3 passed | 2 failed (4s)", 1).failed, 2);
  equal(summaryOf("killed", 137).failed, 1);
});

Deno.test("runJob() says what passed and failed, with all that was written in one piece", async () => {
  const outcome = await jobOf(`Deno.test("good", () => console.log("hello"));
    Deno.test("bad", () => { throw new Error("oops"); });`);
  deepEqual([outcome.passed, outcome.failed], [1, 1]);
  match(outcome.text, /hello[^]*oops/);
  match(outcome.errors, /^bad => [^]*oops/);
  doesNotMatch(outcome.errors, /hello/);
});

Deno.test("runJob() counts a file that does not load, and a process that dies, as failed", async () => {
  for (const text of [`import "./nowhere.ts";`, `Deno.test("x", () => Deno.kill(Deno.pid, "SIGKILL"));`]) {
    const { passed, failed } = await jobOf(text);
    deepEqual([passed, failed], [0, 1], text);
  }
});

Deno.test("runJob() ends what a test leaves running", async () => {
  const { text } = await jobOf(`Deno.test({ name: "x", sanitizeResources: false, sanitizeOps: false, fn() {
    ${LEAVES}
    child.unref();
  } });`);
  await until(() => !isRunning(text));
});

Deno.test("runJob() ends a job with all that it started when the run is ended", async () => {
  await using folder = await tempFolder();
  const said = `${folder.path}/said`;
  const stopping = new AbortController();
  const outcome = jobOf(
    `Deno.test("x", async () => {
      ${LEAVES}
      Deno.writeTextFileSync("${said}", "child " + child.pid);
      await child.status;
    });`,
    { signal: stopping.signal },
  );
  const text = await until(async () => {
    const text = await Deno.readTextFile(said).catch(() => "");
    return text !== "" && text;
  }, { deadlineMs: 30_000 });
  stopping.abort();
  equal((await outcome).failed, 1);
  await until(() => !isRunning(text));
});

Deno.test("runJob() ends a job that takes too long, and says so", async () => {
  const endless = `Deno.test("x", () => new Promise((go) => setTimeout(go, 1e9)));`;
  const { failed, text } = await jobOf(endless, { msMax: 500 });
  equal(failed, 1);
  match(text, /took longer than 500 ms/);
});
