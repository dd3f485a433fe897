import { deepEqual, equal, match } from "node:assert/strict";
import { type Ended, kaigui, TestIo, testService } from "../../testing/rigs/cli.ts";

const PASSWORD = "a good password";
const NEW_ACCOUNT = ["--login", "li@example.com", "--name", "李"];

/** Runs commands against a service of their own: words are parted by spaces. */
type Run = (line: string, how?: { io?: TestIo; more?: readonly string[] }) => Promise<Ended>;

function staffTest(name: string, fn: (run: Run, env: Record<string, string>) => Promise<void>): void {
  Deno.test(name, async () => {
    await using test = await testService();
    const run: Run = (line, { io = new TestIo(test.env), more = [] } = {}) =>
      kaigui([...line.split(" "), ...more], io);
    await fn(run, test.env);
  });
}

/** Somebody at a terminal who types these lines, or a pipe with a text. */
function ioWith(
  env: Record<string, string>,
  { lines, input = "" }: { lines?: string[]; input?: string },
): TestIo {
  const io = new TestIo(env);
  io.lines = lines;
  io.input = input;
  return io;
}

/** Makes a member of staff. */
async function join(
  run: Run,
  env: Record<string, string>,
  { login, grant }: { login: string; grant: string },
) {
  const { out: link } = await run(`staff invite ${grant}`);
  const io = ioWith(env, { input: PASSWORD });
  const { code, err } = await run(`staff accept ${link} --login ${login} --name N`, { io });
  equal(code, 0, err);
}

staffTest("staff invite prints a link alone, which staff accept uses once", async (run, env) => {
  match(
    (await run("staff list")).out,
    /^There is no staff yet\. .* after "first owner:" in what the service said .* kaigui staff invite --role owner$/,
  );
  const invited = await run("staff invite --role manager --tag gym --tag hangzhou --note boss");
  match(invited.out, /^http:\/\/127\.0\.0\.1:\d+\/\S+#\S+$/);
  match(
    invited.err,
    /^The link is for one manager\. It works once, until \d{4}-\S+ \S+Z, and is not shown again\.$/,
  );
  const waiting = (await run("staff invitations")).out;
  match(waiting, /^FOR +ROLE +CABINETS +NOTE +UNTIL +ID\njoin +manager +gym, hangzhou +boss +\d/);

  const io = ioWith(env, { lines: [invited.out, "li@example.com", "李", PASSWORD, PASSWORD] });
  const joined = await run("staff accept", { io });
  deepEqual([joined.out, joined.err], [
    "li@example.com is manager of organization main",
    "A new account: manager of organization main\nNext, to use this command line: give a token to deno task " +
    "kaigui login. It is made by deno task kaigui token create, on the service's machine or by an owner who has a token",
  ]);
  deepEqual(io.questions, [
    "Link:",
    "Login (an e-mail address or a mobile number):",
    "Name:",
    "Password:*",
    "Password again:*",
  ]);
  equal((await run("staff invitations")).out, "No link waits to be used");
  match(
    (await run("staff list")).out,
    /^LOGIN .*\nli@example\.com +李 +manager +gym, hangzhou +no +\d[^\n]*$/,
  );
  equal(JSON.parse((await run("staff list --json")).out)[0].login, "li@example.com");
  const again = await run("staff accept", {
    io: ioWith(env, { input: PASSWORD }),
    more: [invited.out, ...NEW_ACCOUNT],
  });
  deepEqual([again.code, again.err], [
    1,
    "error: This link is not whole, was used, was taken back, or is too old",
  ]);
});

staffTest(
  "staff accept changes nothing when the passwords differ, or nobody is there to ask",
  async (run, env) => {
    const { out: link } = await run("staff invite --role viewer");
    const typed = ioWith(env, { lines: [PASSWORD, `${PASSWORD}!`] });
    const differs = await run("staff accept", { io: typed, more: [link, ...NEW_ACCOUNT] });
    match(differs.err, /\nerror: The two passwords are not the same: nothing was done$/);
    const nobody = await run(`staff accept ${link}`);
    deepEqual([nobody.code, nobody.err.split("\n")[1]], [2, "error: Nobody is here to ask: give --login"]);
    const short = await run("staff accept", {
      io: ioWith(env, { input: "short\n" }),
      more: [link, ...NEW_ACCOUNT],
    });
    match(short.err, /\nerror: .*10 to 200 characters/);
    const gbk = new TestIo(env);
    gbk.input = new Uint8Array([0xc0, 0xee]);
    const foreign = await run("staff accept", { io: gbk, more: [link, ...NEW_ACCOUNT] });
    match(foreign.err, /\nerror: What came by the pipe is not UTF-8$/);
    match((await run("staff list")).out, /no staff yet/);
    const piped = ioWith(env, { input: `${PASSWORD}\r\n` });
    equal((await run("staff accept", { io: piped, more: [link, ...NEW_ACCOUNT] })).code, 0);
  },
);

staffTest("staff accept goes to the service that the link is of", async (run, env) => {
  const { out: link } = await run("staff invite --role viewer");
  const io = ioWith({ ...env, PORT: "1" }, { input: PASSWORD });
  equal((await run("staff accept", { io, more: [link, ...NEW_ACCOUNT] })).code, 0);
});

staffTest("staff role changes the role, and the cabinets only where it says which", async (run, env) => {
  await join(run, env, { login: "owner@example.com", grant: "--role owner" });
  await join(run, env, { login: "li@example.com", grant: "--role viewer --tag gym" });
  for (
    const [line, says] of [
      ["LI@example.com attendant", "li@example.com: attendant, cabinets: gym"],
      ["li@example.com installer --tag a --tag b", "li@example.com: installer, cabinets: a, b"],
      ["li@example.com manager --all --reason promoted", "li@example.com: manager, cabinets: all"],
    ] as const
  ) equal((await run(`staff role ${line}`)).out, says);
  await join(run, env, { login: "+8613800000000", grant: "--role viewer" });
  const spaced = await run("staff role", { more: ["+86 138-0000-0000", "attendant"] });
  equal(spaced.out, "+8613800000000: attendant, cabinets: all");
  const last = await run("staff role owner@example.com viewer");
  deepEqual([last.code, last.out], [1, ""]);
  match(last.err, /keeps an owner/);
  const [{ id }] = JSON.parse((await run("staff list --json")).out).filter(({ role }: { role: string }) =>
    role === "manager"
  );
  equal((await run(`staff role ${id} viewer`)).out, "li@example.com: viewer, cabinets: all");
  equal(
    (await run("staff role wang viewer")).err,
    'error: There is no member of staff "wang": see deno task kaigui staff list',
  );
});

staffTest("staff reset prints a link by which the member sets a new password", async (run, env) => {
  await join(run, env, { login: "li@example.com", grant: "--role owner" });
  const reset = await run("staff reset li@example.com --reason lost");
  match(reset.err, /^The link is for li@example\.com to set a new password\. It works once/);
  match((await run("staff invitations")).out, /\nreset +\d/);
  const io = ioWith(env, { lines: ["another password", "another password"] });
  const done = await run(`staff accept ${reset.out}`, { io });
  deepEqual([done.out, done.err], ["li@example.com has a new password", "A new password for li@example.com"]);
});

staffTest("staff remove asks before it removes, and staff uninvite takes a link back", async (run, env) => {
  await join(run, env, { login: "owner@example.com", grant: "--role owner" });
  await join(run, env, { login: "li@example.com", grant: "--role viewer" });
  const nobody = await run("staff remove li@example.com");
  deepEqual([nobody.code, nobody.err], [2, "error: Nobody is here to ask: add --yes to remove the member"]);
  const io = new TestIo(env);
  io.answer = false;
  equal((await run("staff remove li@example.com", { io })).err, "error: li@example.com stays");
  equal(io.asked, 'Remove li@example.com, "N"?');
  equal((await run("staff remove li@example.com --yes --reason left")).out, "removed li@example.com");
  match((await run("staff list")).out, /^LOGIN[^\n]*\nowner@example\.com[^\n]*$/);

  const { out: link } = await run("staff invite --role viewer");
  const [{ id }] = JSON.parse((await run("staff invitations --json")).out);
  equal((await run(`staff uninvite ${id}`)).out, `took back ${id}`);
  match((await run(`staff accept ${link}`)).err, /taken back/);
  equal((await run(`staff uninvite ${id}`)).err, `error: There is no invitation ${id}`);
});
