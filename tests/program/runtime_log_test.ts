/**
 * Whatever the program says on standard error is a record of JSON where that is not a terminal, and plain words where it
 * is one.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { ROOT, tempFolder } from "../../testing/folders.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { testUnless } from "../../testing/test_run.ts";

/** util-linux has it: it gives a program a terminal. */
const SCRIPT = "/usr/bin/script";

/** The lines as records; one that is not JSON fails the test. */
function records(text: string): Record<string, string>[] {
  return text.split("\n").filter((line) => line !== "").map((line) => {
    try {
      return JSON.parse(line);
    } catch {
      throw new Error(`No JSON: ${line}`);
    }
  });
}

for (const where of ["main", "worker"]) {
  Deno.test(`what libraries and the runtime say in the ${where} thread is JSON, to the end`, async () => {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--allow-read",
        "--allow-env",
        "testing/programs/runtime_log_program.ts",
        where,
      ],
      cwd: ROOT,
    }).output();
    const told = records(new TextDecoder().decode(stderr));
    deepEqual(told.map(({ level }) => level), ["INFO", "INFO", "ERROR", "WARN", "ERROR"]);
    match(told[1]?.["said"] ?? "", /^A library's line \{ about: \[ 1, 2 \] \}$/);
    match(told[2]?.["said"] ?? "", /^Error: A library's error\n/);
    match(told[3]?.["warning"] ?? "", /^DeprecationWarning: Something is old$/);
    match(told[4]?.["error"] ?? "", /^TypeError: Nobody caught this \{at all\}[^]*runtime_log_program\.ts/);
    deepEqual([code, stdout.length], [7, 0]);
  });
}

Deno.test("every line of the program's log is JSON, from its start to its end", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const other = stack.use(await tempFolder());
  const program = stack.use(await Program.start(folder.path, { ISOLATES: "2", GUEST_LOGIN: "0" }));
  const stranger = await Deno.connect({ hostname: "127.0.0.1", port: program.devicePort });
  await stranger.write(new TextEncoder().encode("x".repeat(600)));
  await stranger.read(new Uint8Array(1)).catch(() => {});
  stranger.close();
  await until(() => program.err.some((line) => line.includes("did not register")));
  const refused = [
    { DATA_DIR: folder.path },
    { DATA_DIR: other.path, PORT: String(program.httpPort) },
    { DATA_DIR: other.path, PORT: "{http}", GUEST_LOGIN: "yes" },
  ].map((env) => stack.use(Program.launch(env)));
  for (const one of refused) equal((await one.process.status).code, 1);
  await program.end("SIGTERM");
  for (const one of refused) await one.end("SIGKILL");
  const told = [program, ...refused].flatMap(({ err }) => records(err.join("\n")));
  for (const record of told) deepEqual([typeof record["message"], record["logger"]], ["string", "kaigui"]);
  const ends = told.filter(({ level }) => level === "FATAL").map(({ message }) => message);
  deepEqual(ends.length, 3);
  match(
    ends.join("\n"),
    /another Kaigui runs on it; .*\n.*port \d+ is in use.* PORT .*\n.*\nPORT: "\{http\}" is not a port.*\nGUEST_LOGIN: /,
  );
});

testUnless(
  await Deno.stat(SCRIPT).then(() => undefined, () => `there is no ${SCRIPT}`),
  "a start that fails is told in plain words on a terminal",
  async () => {
    await using folder = await tempFolder();
    const command = `'${Deno.execPath()}' run --quiet -P=service main.ts`;
    const { stdout } = await new Deno.Command(SCRIPT, {
      args: ["--quiet", "--return", "--command", command, "/dev/null"],
      cwd: ROOT,
      env: { DATA_DIR: folder.path, PORT: "{http}" },
    }).output();
    equal(
      new TextDecoder().decode(stdout).replaceAll("\r", ""),
      'Cannot start, the settings are wrong:\nPORT: "{http}" is not a port (0 to 65535)\n',
    );
  },
);
