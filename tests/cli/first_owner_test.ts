/**
 * The command line as staff uses it, in processes of its own with the permissions of `deno task kaigui`: from the link of
 * the first start to a token that is changed.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { ROOT, tempFolder } from "../../testing/folders.ts";
import { Program, TOKEN } from "../../testing/program.ts";

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command line of somebody with a folder for configuration, at this program. */
class Shell {
  readonly #env: Record<string, string>;

  constructor(program: Program, config: string) {
    const none = { OPERATOR_TOKEN: "", KAIGUI_ORGANIZATION: "", DATA_DIR: `${config}/none` };
    this.#env = { KAIGUI_URL: program.url, XDG_CONFIG_HOME: config, NO_COLOR: "1", ...none };
  }

  /** Runs one command; `input` comes by a pipe. */
  async kaigui(
    line: string,
    { input = "", env = {} }: { input?: string; env?: object } = {},
  ): Promise<Ended> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "kaigui", ...line.split(" ")],
      cwd: ROOT,
      env: { ...this.#env, ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    await new Blob([input]).stream().pipeTo(child.stdin);
    const { code, stdout, stderr } = await child.output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    return { code, out: text(stdout), err: text(stderr) };
  }
}

Deno.test("the first owner comes in by the link of the first start, and works with tokens from then on", async () => {
  await using folder = await tempFolder();
  await using program = await Program.start(folder.path);
  const config = `${folder.path}/config`;
  const shell = new Shell(program, config);

  const first = program.out.find((line) => line.startsWith("first owner: ")) ?? "";
  const [, link = ""] = /^first owner: (\S+)/.exec(first) ?? [];
  const joined = await shell.kaigui(`staff accept ${link} --login li@example.com --name Li`, {
    input: "a good password\n",
  });
  deepEqual([joined.code, joined.out], [0, "li@example.com is owner of organization main"], joined.err);
  match(joined.err, /Next,[^]*on the service's machine[^]*or by you with the service's OPERATOR_TOKEN$/);

  const made = await shell.kaigui("token create --name shell --role owner", {
    env: { OPERATOR_TOKEN: TOKEN },
  });
  match(made.out, /^kg_\w+$/, made.err);
  match((await shell.kaigui("staff list")).err, /^error: No token for /);
  const loggedIn = await shell.kaigui("login", { input: made.out });
  deepEqual(
    [loggedIn.code, loggedIn.out],
    [0, `logged in at ${program.url} for organization main`],
    loggedIn.err,
  );
  const [kept, ...more] = await Array.fromAsync(Deno.readDir(`${config}/kaigui/tokens`));
  const { mode } = await Deno.stat(`${config}/kaigui/tokens/${kept?.name}`);
  deepEqual([(mode ?? 0) & 0o777, more], [0o600, []]);
  match((await shell.kaigui("staff list")).out, /\nli@example\.com +Li +owner +all /);

  const next = (await shell.kaigui("token create --name next --role owner --until 90d")).out;
  equal((await shell.kaigui("token revoke shell", { env: { OPERATOR_TOKEN: next } })).out, 'revoked "shell"');
  const revoked = await shell.kaigui("staff list");
  equal(revoked.code, 1);
  match(revoked.err, /does not take the token that deno task kaigui login kept: it is wrong, revoked/);
  equal((await shell.kaigui("login", { input: next })).code, 0);
  equal((await shell.kaigui("staff list")).code, 0);
  equal((await shell.kaigui("logout")).out, `forgot the token for ${program.url}`);
  match((await shell.kaigui("staff list")).err, /^error: No token for /);
});
