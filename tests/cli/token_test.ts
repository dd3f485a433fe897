import { deepEqual, equal, match } from "node:assert/strict";
import { kaigui, TestIo, type TestService, testService } from "../../testing/rigs/cli.ts";

const DAY_MS = 24 * 3_600_000;

/** Runs commands with the service's own token, and with other environments. */
function tokenTest(
  name: string,
  fn: (run: (line: string, io?: TestIo) => ReturnType<typeof kaigui>, test: TestService) => Promise<void>,
): void {
  Deno.test(name, async () => {
    await using test = await testService();
    await fn((line, io = new TestIo(test.env)) => kaigui(line.split(" "), io), test);
  });
}

/** At a terminal of somebody who has no token but one that is piped. */
function atHome({ env, folder }: TestService, input = ""): TestIo {
  const io = new TestIo({ PORT: env["PORT"] ?? "", HOME: `${folder}/home`, DATA_DIR: `${folder}/none` });
  io.input = input;
  return io;
}

tokenTest("token create prints the token alone, and token list what it may", async (run) => {
  equal((await run("token list")).out, "There is no token yet: deno task kaigui token create --help");
  const made = await run("token create --name bot --role viewer --tag gym --until 90d");
  match(made.out, /^kg_\w+$/);
  match(made.err, /^The token "bot" is valid until \d{4}-\S+ \S+Z, and is not shown again\.$/);
  match((await run("token create --name for-ever --role manager")).err, /is valid until it is revoked/);
  const lines = (await run("token list")).out.split("\n");
  match(lines[0] ?? "", /^NAME +ROLE +CABINETS +VALID +LAST USED +ID$/);
  match(lines[1] ?? "", /^for-ever +manager +all +until revoked +never +\S{36}$/);
  match(lines[2] ?? "", /^bot +viewer +gym +until \d{4}-\S+ \S+Z +never +\S{36}$/);
  const [, { createdAt, until }] = JSON.parse((await run("token list --json")).out);
  const days = (Date.parse(until) - Date.parse(createdAt)) / DAY_MS;
  equal(Math.round(days), 90);
});

tokenTest("token create passes on that an end is in the past", async (run) => {
  const { code, err } = await run("token create --name bot --role viewer --until 2020-01-01");
  equal(code, 1);
  match(err, /^error: until: /);
});

tokenTest("token revoke takes a name where one token has it, or an id", async (run) => {
  for (let n = 0; n < 2; n++) await run("token create --name bot --role viewer");
  const several = await run("token revoke bot");
  equal(several.code, 1);
  const [, id = ""] =
    /^error: Several tokens are named "bot": say the id of one, (\S{36}) or \S{36}$/.exec(several.err) ?? [];
  equal((await run(`token revoke ${id} --reason leaked`)).out, 'revoked "bot"');
  equal((await run("token revoke bot")).out, 'revoked "bot"');
  equal(
    (await run("token revoke bot")).err,
    'error: There is no token "bot" to revoke: see deno task kaigui token list',
  );
  match((await run("token list")).out, /\nbot +viewer +all +revoked \d/);
});

tokenTest("login keeps the token that it was given, and commands use it until logout", async (run, test) => {
  const { out: token } = await run("token create --name bot --role viewer");
  match((await run("cabinet list", atHome(test))).err, /No token for .*login$/);
  const url = `http://127.0.0.1:${test.env["PORT"]}`;
  deepEqual(await run("login", atHome(test, `${token}\n`)), {
    code: 0,
    out: `logged in at ${url} for organization main`,
    err: "",
  });
  equal((await run("cabinet list", atHome(test))).code, 0);
  const refused = await run("staff invite --role owner", atHome(test));
  deepEqual([refused.code, refused.err], [1, "error: The role viewer may not do that, but owner may"]);
  await run("token revoke bot");
  const over = await run("cabinet list", atHome(test));
  const says =
    `${url} does not take the token that deno task kaigui login kept: it is wrong, revoked or past its end`;
  deepEqual([over.code, over.err], [1, `error: ${says}`]);
  equal((await run("logout", atHome(test))).out, `forgot the token for ${url}`);
  equal((await run("logout", atHome(test))).out, `no token was kept for ${url}`);
});

tokenTest("login keeps no token that the service does not take", async (run, test) => {
  const wrong = await run("login", atHome(test, "kg_wrong"));
  match(wrong.err, /^error: \S+ does not take the token that was given: it is wrong/);
  match((await run("login", atHome(test, "two words"))).err, /^error: That is not a token/);
  equal(
    (await run("logout", atHome(test))).out,
    `no token was kept for http://127.0.0.1:${test.env["PORT"]}`,
  );
});

tokenTest(
  "login asks at a terminal without showing what is typed, and says which token is used",
  async (run, test) => {
    const io = new TestIo({ ...test.env, HOME: test.folder });
    io.lines = [test.env["OPERATOR_TOKEN"] ?? ""];
    const { code, err } = await run("login", io);
    deepEqual([code, err], [0, "OPERATOR_TOKEN is set and is used instead: unset it to use this token"]);
    deepEqual(io.questions, [`Token for http://127.0.0.1:${test.env["PORT"]}:*`]);
  },
);
