/**
 * What is left after the program was killed, and how it stops when it is asked to.
 *
 * @module
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { api, putCabinet } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program, query } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { untilOnline } from "../../testing/api.ts";
import { FIRST } from "../../testing/servers/tls.ts";

Deno.test("kill -9 between pulse and answer: unconfirmed after the next start, nothing is sent, nothing is lost", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const first = stack.use(await Program.start(folder.path));
  await putCabinet(first, "cab");
  const device = stack.use(await Device.connect(first, "REG-cab"));
  await untilOnline(first, "cab");
  const cookie = await guestCookie(first, "cab");
  const page = stack.use(await Page.open(first, "cab", cookie));
  const before = page.tap(1);
  await page.outcome(before);
  device.onOpen = () => undefined;
  const sent = page.tap(2);
  await until(() => device.opens.length === 2);
  const waiting = page.tap(3);
  await page.until(({ id, state }) => id === waiting && state === "requested");
  await first.end("SIGKILL");

  const second = stack.use(await Program.start(folder.path, { SESSION_SECRET: "" }));
  const back = stack.use(await Device.connect(second, "REG-cab"));
  await untilOnline(second, "cab");
  const rows = query(folder.path, "select id, state, reason from commands");
  const states = Object.fromEntries(rows.map(({ id, state, reason }) => [id, [state, reason]]));
  deepEqual(states, {
    [before]: ["opened", null],
    [sent]: ["unconfirmed", "restarted"],
    [waiting]: ["refused", "expired"],
  });
  const again = stack.use(await Page.open(second, "cab", cookie));
  for (const [id, cell] of [[before, 1], [sent, 2], [waiting, 3]] as const) {
    again.tap(cell, id);
    equal((await again.outcome(id))["state"], states[id]?.[0]);
  }
  await until(() => back.frames.length > 0);
  deepEqual(back.opens, [], "nothing is sent late");
});

Deno.test("SIGTERM: the running tap ends, new ones begin nothing and may be asked again, exit 0 within 10 s", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const program = stack.use(await Program.start(folder.path));
  await putCabinet(program, "cab");
  const device = stack.use(await Device.connect(program, "REG-cab"));
  await untilOnline(program, "cab");
  const cookie = await guestCookie(program, "cab");
  const page = stack.use(await Page.open(program, "cab", cookie));
  await until(() => device.frames.length > 0);
  device.readsAnswered = false;
  device.onOpen = () => undefined;
  const running = page.tap(1);
  await until(() => device.opens.length === 1);
  const since = Date.now();
  program.process.kill("SIGTERM");
  // The program says that it stops before its isolates know.
  await until(async () => {
    const url = `${program.url}/talk?cabinet=cab`;
    const init = { method: "POST", body: JSON.stringify({ type: "ping" }), headers: { cookie } };
    const answer = await fetch(url, init).catch(() => undefined);
    await answer?.body?.cancel();
    return answer === undefined || answer.status === 503;
  });
  const late = page.tap(2);
  equal((await page.outcome(running))["state"], "unconfirmed");
  equal((await page.closed).code, 1012);
  deepEqual(page.messages.filter(({ id }) => id === late), [], "it is asked again elsewhere");
  const status = await program.process.status;
  equal(status.code, 0);
  ok(Date.now() - since < 10_000, `${Date.now() - since} ms`);
  equal(device.opens.length, 1);
  equal(
    query(folder.path, "select count(*) as n from commands where state in ('requested', 'sent')")[0]?.["n"],
    0,
  );
  equal(query(folder.path, `select count(*) as n from commands where id = '${late}'`)[0]?.["n"], 0);
});

Deno.test("SIGTERM with nothing to do ends at once, with devices and pages connected", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const program = stack.use(await Program.start(folder.path));
  await putCabinet(program, "cab");
  stack.use(await Device.connect(program, "REG-cab"));
  await untilOnline(program, "cab");
  const page = stack.use(await Page.open(program, "cab", await guestCookie(program, "cab")));
  const status = await program.end("SIGTERM");
  equal(status.code, 0);
  equal((await page.closed).code, 1012);
  const again = stack.use(await Program.start(folder.path));
  const { body } = await api(again, "GET", "/cabinets/cab");
  ok(body.lastSeenAt, "when it was last heard of outlives the program");
});

Deno.test("a second program on the same data folder is told so and ends", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  stack.use(await Program.start(folder.path));
  const second = stack.use(Program.launch({ DATA_DIR: folder.path }));
  equal((await second.process.status).code, 1);
  await second.end("SIGKILL");
  match(second.err.join("\n"), /another Kaigui runs on it/);
});

Deno.test("a port in use, a folder that cannot be written and wrong settings are told in plain words", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const other = stack.use(await tempFolder());
  const program = stack.use(await Program.start(folder.path));
  const failing = async (env: Record<string, string>): Promise<string> => {
    const attempt = stack.use(Program.launch({ DATA_DIR: other.path, ...env }));
    equal((await attempt.process.status).code, 1);
    await attempt.end("SIGKILL");
    deepEqual(attempt.out, []);
    return attempt.said.join("\n");
  };
  const taken = [["PORT", program.httpPort], ["DEVICE_PORT", program.devicePort]] as const;
  for (const isolates of ["1", "2"]) {
    for (const [setting, port] of taken) {
      const told = await failing({ [setting]: String(port), ISOLATES: isolates });
      match(
        told,
        new RegExp(`^Cannot start: port ${port} is in use by another program; .* set ${setting} to`),
      );
    }
  }
  const tls = { DEVICE_TLS_CERT: FIRST.certificate, DEVICE_TLS_KEY: FIRST.key };
  match(
    await failing({ ...tls, DEVICE_TLS_PORT: `${program.devicePort}` }),
    /set DEVICE_TLS_PORT to another port$/,
  );
  match(await failing({ HOST: "203.0.113.1" }), /HOST 203\.0\.113\.1 is not an address of this machine$/);
  await Deno.writeTextFile(`${other.path}/file`, "");
  for (const noFolder of [`${other.path}/file`, `${other.path}/file/data`]) {
    match(await failing({ DATA_DIR: noFolder }), /^Cannot use DATA_DIR .*\/file.*: it is not a folder$/);
  }
  await Deno.mkdir(`${other.path}/garbage`);
  await Deno.writeTextFile(`${other.path}/garbage/kaigui.sqlite`, "garbage ".repeat(100));
  match(
    await failing({ DATA_DIR: `${other.path}/garbage` }),
    /^Cannot use the database .*\/garbage\/kaigui\.sqlite \(Error: file is not a database\)$/m,
  );
  const mistakes = await failing({ PORT: "http", GUEST_LOGIN: "yes", DATABASE_URL: "mysql://db" });
  for (const name of ["PORT", "GUEST_LOGIN", "DATABASE_URL"]) match(mistakes, new RegExp(`^${name}: `, "m"));
  match(await failing({ DATABASE_URL: "postgres://db" }), /^SESSION_SECRET: has to be set/m);
  const unknown = await failing({
    KEEP_DAYS: "commands=90,photos=1",
    PORT: "http",
    DATA_DIR: `${other.path}/new`,
  });
  match(
    unknown,
    /settings are wrong:\nPORT: "http" is not a port.*\nKEEP_DAYS: "photos" is none of/,
    "all at once",
  );
  await rejects(Deno.stat(`${other.path}/new`), Deno.errors.NotFound, "nothing is opened before");
});

Deno.test("secrets that nobody set are made once, kept for the owner only, and in no log", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const first = stack.use(await Program.start(folder.path, { OPERATOR_TOKEN: "" }, { isFirstStart: true }));
  const [, token = ""] = /operator token: (\S+)/.exec(first.out.join("\n")) ?? [];
  equal(token.length, 43);
  const answer = await fetch(`${first.url}/api/v1/cabinets`, {
    headers: { authorization: `Bearer ${token}` },
  });
  equal(answer.status, 200);
  await answer.body?.cancel();
  await first.end("SIGTERM");
  const second = stack.use(await Program.start(folder.path, { OPERATOR_TOKEN: "" }));
  equal(second.out.some((line) => line.includes("token")), false, "shown at the first start only");
  const session = (await Deno.readTextFile(`${folder.path}/session.secret`)).trim();
  for (const name of ["operator.token", "session.secret"]) {
    const { mode } = await Deno.stat(`${folder.path}/${name}`);
    equal((mode ?? 0) & 0o777, 0o600);
  }
  await second.end("SIGTERM");
  const logs = [...first.err, ...second.err].join("\n");
  equal(logs.includes(token) || logs.includes(session), false);
});
