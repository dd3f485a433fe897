/**
 * That both ways to start the program, `deno task start` and the container's command, hand in what only a shell may read:
 * how often the kernel sends again. Each starts in a network namespace of its own, with numbers of its own.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { ROOT, tempFolder } from "../../testing/folders.ts";
import { collect } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { namespacesMissing } from "../../testing/network/namespaces.ts";
import { testUnless } from "../../testing/test_run.ts";

/** The command in the Dockerfile, with the test's folder in the place of the volume. */
async function containerCommand(dataDir: string): Promise<string[]> {
  const [, command = ""] = /^CMD (\[.*\])$/m.exec(await Deno.readTextFile(`${ROOT}Dockerfile`)) ?? [];
  const words: string[] = JSON.parse(command);
  return words.map((word) => word.replaceAll("/data", dataDir));
}

const WAYS: Readonly<Record<string, (dataDir: string) => Promise<string[]>>> = {
  "deno task start": () => Promise.resolve([Deno.execPath(), "task", "--quiet", "start"]),
  "the container's command": containerCommand,
};

interface Ended {
  readonly status: Deno.CommandStatus;
  /** The warnings in its log. */
  readonly warnings: string[];
}

/** Starts the program so, stops it by SIGTERM once it is ready, and returns what it warned of. */
async function startAndStop(way: string, retries: readonly [number, number]): Promise<Ended> {
  await using folder = await tempFolder();
  const set = ["tcp_retries2", "tcp_orphan_retries"]
    .map((name, index) => `echo ${retries[index]} >/proc/sys/net/ipv4/${name}`).join(" && ");
  const command = await WAYS[way]?.(folder.path) ?? [];
  await using stack = new AsyncDisposableStack();
  const child = stack.use(
    new Deno.Command("unshare", {
      args: ["--net", "sh", "-c", `${set} && exec "$@"`, "sh", ...command],
      cwd: ROOT,
      env: { DATA_DIR: folder.path, PORT: "0", DEVICE_PORT: "0", GUEST_LOGIN: "1", NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
  );
  const [out, err]: [string[], string[]] = [[], []];
  const reading = Promise.all([collect(child.stdout, out), collect(child.stderr, err)]);
  await until(() => out.some((line) => line.startsWith("kaigui ready")), {
    deadlineMs: 60_000,
    saw: () => [out, err],
  });
  child.kill("SIGTERM");
  const status = await child.status;
  await reading;
  const records = err.map((line): { level: string; message: string } => JSON.parse(line));
  return {
    status,
    warnings: records.filter(({ level }) => level === "WARN").map(({ message }) => message),
  };
}

for (const way of Object.keys(WAYS)) {
  const name = `${way} warns where the kernel keeps on sending into a dead line, and ends by SIGTERM`;
  testUnless(namespacesMissing(), name, async () => {
    const usual = await startAndStop(way, [15, 0]);
    equal(usual.warnings.length, 1);
    match(usual.warnings[0] ?? "", /tries 15 and 8 times/);
    const bounded = await startAndStop(way, [4, 4]);
    deepEqual(bounded.warnings, []);
    deepEqual([usual.status.code, bounded.status.code], [0, 0]);
  });
}
