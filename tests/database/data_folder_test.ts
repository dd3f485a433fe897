/**
 * The files in `DATA_DIR`: only the program's user can access the database and the secrets.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { putCabinet } from "../../testing/api.ts";
import { ROOT, tempFolder } from "../../testing/folders.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";

/** What others may do with a file. */
const OTHERS = 0o077;

/** The files of the folder that others may read, write or run. */
async function openTo(folder: string): Promise<string[]> {
  const open: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) {
    const { mode } = await Deno.stat(`${folder}/${name}`);
    if (isFile && ((mode ?? 0) & OTHERS) !== 0) open.push(name);
  }
  return open.sort();
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

const FILES = [
  "kaigui.sqlite",
  "kaigui.sqlite-shm",
  "kaigui.sqlite-wal",
  "lock",
  "operator.token",
  "session.secret",
];

Deno.test("files in DATA_DIR cannot be read by other users, though the folder can", async () => {
  await using folder = await tempFolder();
  await Deno.chmod(folder.path, 0o777);
  await using program = await Program.start(folder.path, { OPERATOR_TOKEN: "" }, { isFirstStart: true });
  await until(() => program.out.some((line) => line.startsWith("operator token:")));
  deepEqual(await namesIn(folder.path), FILES);
  deepEqual(await openTo(folder.path), []);
});

Deno.test("the start makes files of the version before inaccessible to other users", async () => {
  await using folder = await tempFolder();
  {
    await using first = await Program.start(folder.path, { OPERATOR_TOKEN: "" }, { isFirstStart: true });
    // As the version before left them, with the files that a killed program leaves behind.
    await first.end("SIGKILL");
  }
  for (const name of await namesIn(folder.path)) await Deno.chmod(`${folder.path}/${name}`, 0o644);
  deepEqual(await openTo(folder.path), FILES);
  await using program = await Program.start(folder.path);
  await putCabinet(program, "cab");
  deepEqual(await openTo(folder.path), [], "also the token that is kept while another one is set");
});

Deno.test("other files in DATA_DIR stay as they are, with a warning", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(`${folder.path}/nats.creds`, "secret", { mode: 0o644 });
  await using program = await Program.start(folder.path);
  await until(() => program.err.some((line) => line.includes("nats.creds") && line.includes("by others")), {
    saw: () => program.err,
  });
  deepEqual(await openTo(folder.path), ["nats.creds"]);
});

Deno.test("kaigui migrate makes a database that only the user can access", async () => {
  await using folder = await tempFolder();
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-P=cli",
      `--allow-read=${folder.path},.`,
      `--allow-write=${folder.path}`,
      "src/cli/main.ts",
      "migrate",
    ],
    cwd: ROOT,
    env: { DATA_DIR: folder.path },
  }).output();
  equal(success, true, new TextDecoder().decode(stderr));
  deepEqual(await openTo(folder.path), []);
});

Deno.test("a comma in a path is refused, since Deno separates paths by commas", async () => {
  await using folder = await tempFolder();
  for (
    const [name, more] of [
      ["DATA_DIR", {}],
      ["DEVICE_TLS_CERT", { DEVICE_TLS_PORT: "0", DEVICE_TLS_KEY: "key.pem" }],
      ["DEVICE_TLS_KEY", { DEVICE_TLS_PORT: "0", DEVICE_TLS_CERT: "cert.pem" }],
    ] as const
  ) {
    await using program = Program.launch({
      DATA_DIR: `${folder.path}/data`,
      ...more,
      [name]: `${folder.path}/a,b`,
    });
    await until(() => program.err.some((line) => line.includes(`${name}: `)), { saw: () => program.err });
    match(program.err.join("\n"), /has a comma, /);
    equal((await program.process.status).code, 1);
    deepEqual(await namesIn(folder.path), []);
  }
});
