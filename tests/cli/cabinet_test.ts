import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { ControllerSecrets } from "../../src/locker/mod.ts";
import { kaigui, serviceBehind, TestIo, type TestService, testService } from "../../testing/rigs/cli.ts";

const ADD = [
  "--name",
  "大堂 A · Lobby A",
  "--board",
  "8a",
  "--mode",
  "storage",
  "--registration",
  "IMEI860000000000001",
];

/** Runs commands against a service of their own. */
function serviceTest(
  name: string,
  fn: (
    run: (args: readonly string[], io?: TestIo) => ReturnType<typeof kaigui>,
    test: TestService,
  ) => Promise<void>,
): void {
  Deno.test(name, async () => {
    await using test = await testService();
    await fn((args, io = new TestIo(test.env)) => kaigui(args, io), test);
  });
}

/** What the cabinet's controller has to prove that it knows; the database has it sealed. */
async function secretIn({ folder }: TestService, cabinet: string): Promise<string | undefined> {
  const secrets = new ControllerSecrets((await Deno.readTextFile(`${folder}/session.secret`)).trim());
  using db = new DatabaseSync(`${folder}/kaigui.sqlite`, { readOnly: true });
  const row = db.prepare("select sealed_secret from cabinets where id = ?").get(cabinet);
  return await secrets.of({ id: cabinet, secret: null, sealed_secret: String(row?.["sealed_secret"]) });
}

serviceTest("cabinet add creates what cabinet show shows", async (run, { env }) => {
  const heartbeat = ["--heartbeat-hex", "FE", "--heartbeat-echo", "--local-echo"];
  const added = await run([
    "cabinet",
    "add",
    "lobby-a",
    ...ADD,
    ...heartbeat,
    "--cells",
    "30",
    "--size",
    "L",
  ]);
  const link = `http://127.0.0.1:${env["PORT"]}/c/lobby-a`;
  equal(added.out, `made lobby-a: 大堂 A · Lobby A, 8a, storage, 30 cells\n${link}`);
  equal(added.code, 0);

  const { out } = await run(["cabinet", "show", "lobby-a"]);
  match(out, /^name {10}大堂 A · Lobby A$/m);
  match(out, /^registration {2}IMEI860000000000001$/m);
  match(out, /^heartbeat {5}hex FE \(echoed\)$/m);
  match(out, /^online {8}no$/m);
  match(out, /^1 {5}unknown {2}free {3}L {5}1\/1$/m);
  match(out, /^30 {4}unknown {2}free {3}L {5}2\/6$/m);
});

serviceTest("cabinet add and show tell whom people ask for help", async (run) => {
  const contact = ["--contact-telephone", "400 123 4567", "--contact-text", "物业前台"];
  equal((await run(["cabinet", "add", "a", ...ADD, ...contact])).code, 0);
  match((await run(["cabinet", "show", "a"])).out, /^contact {7}400 123 4567, 物业前台$/m);
  const { out } = await run(["cabinet", "show", "a", "--json"]);
  deepEqual(JSON.parse(out).contact, { telephone: "400 123 4567", text: "物业前台" });
  const { code, err } = await run(["cabinet", "add", "b", ...ADD, "--contact-telephone", "call us"]);
  equal(code, 1);
  match(err, /contact\.telephone: a telephone number/);
});

serviceTest("cabinet add and show tell the tags of a cabinet and where it stands", async (run) => {
  equal((await run(["cabinet", "add", "a", ...ADD])).code, 0);
  const { out: before } = await run(["cabinet", "show", "a"]);
  match(before, /^tags {10}none$/m);
  match(before, /^location {6}none$/m);

  const tags = ["--tag", "hangzhou", "--tag", "西湖"];
  const place = ["--location", "西湖北门", "--latitude", "-30.26", "--longitude", "120.14"];
  equal((await run(["cabinet", "add", "b", ...ADD.slice(0, -1), "IMEI2", ...tags, ...place])).code, 0);
  const { out } = await run(["cabinet", "show", "b"]);
  match(out, /^tags {10}hangzhou, 西湖$/m);
  match(out, /^location {6}西湖北门 \(-30\.26, 120\.14\)$/m);

  const onMap = [...ADD, "--replace", "--latitude", "30", "--longitude", "-120.5"];
  equal((await run(["cabinet", "add", "a", ...onMap])).code, 0);
  match((await run(["cabinet", "show", "a"])).out, /^location {6}30, -120\.5$/m);
  equal((await run(["cabinet", "add", "a", ...ADD, "--replace", "--location", "West Lake"])).code, 0);
  match((await run(["cabinet", "show", "a"])).out, /^location {6}West Lake$/m);

  for (const wrong of ["91", "30°", "", "1e1"]) {
    const refused = await run(["cabinet", "add", "a", ...ADD, "--latitude", wrong, "--longitude", "0"]);
    equal(refused.code, 2);
    match(refused.err, /number of degrees from -90 to 90/);
  }
});

serviceTest("cabinet show tells who may connect, and when there is an alarm", async (run) => {
  await run(["cabinet", "add", "a", ...ADD]);
  const { out: before } = await run(["cabinet", "show", "a"]);
  match(before, /^secret {8}none$/m);
  match(before, /^addresses {5}any$/m);
  match(before, /^left open {5}an alarm after 300 s$/m);
  match(before, /^contact {7}none$/m);
  match(before, /^offline {7}an alarm after 60 s$/m);
  const heartbeat = ["--heartbeat", "ping", "--heartbeat-seconds", "30"];
  const from = ["--address", "10.1.2.3", "--address", "2001:db8::/32"];
  const alarms = ["--left-open-seconds", "never", "--offline-seconds", "7200"];
  const more = [...heartbeat, ...from, ...alarms, "--wiring", "none"];
  equal((await run(["cabinet", "add", "a", ...ADD, ...more, "--replace"])).code, 0);
  const { out } = await run(["cabinet", "show", "a"]);
  match(out, /^wiring {8}none$/m);
  match(out, /^heartbeat {5}ping, every 30 s$/m);
  match(out, /^addresses {5}10\.1\.2\.3, 2001:db8::\/32$/m);
  match(out, /^left open {5}never an alarm$/m);
  match(out, /^offline {7}an alarm after 7200 s$/m);
});

serviceTest(
  "cabinet add makes a secret, shows it once, and changes it only when told so",
  async (run, test) => {
    const smart = [
      "cabinet",
      "add",
      "s",
      "--name",
      "S",
      "--board",
      "kaigui",
      "--mode",
      "open",
      "--cells",
      "2",
    ];
    const refused = await run(smart);
    deepEqual([refused.code, refused.err], [
      1,
      "error: Cannot save cabinet s: it has no secret yet, so it needs one",
    ]);
    const made = await run([...smart, "--new-secret"]);
    const [, secret = ""] = /\nsecret ([\w-]{32})$/.exec(made.out) ?? [];
    equal(await secretIn(test, "s"), secret);

    const shown = [await run(["cabinet", "show", "s"]), await run(["cabinet", "show", "s", "--json"])];
    match(shown[0]?.out ?? "", /^secret {8}there is one$/m);
    const io = new TestIo(test.env);
    io.input = shown[1]?.out ?? "";
    const again = await run(["cabinet", "add", "s", "--file", "-", "--replace"], io);
    equal(await secretIn(test, "s"), secret);
    for (const { out, err } of [...shown, again]) doesNotMatch(out + err, new RegExp(secret));

    const file = `${test.folder}/secret`;
    await Deno.writeTextFile(file, "0123456789abcdef\n");
    const changed = await run([...smart, "--replace", "--secret-file", file]);
    equal(changed.code, 0);
    doesNotMatch(changed.out, /0123456789abcdef/);
    equal(await secretIn(test, "s"), "0123456789abcdef");
  },
);

serviceTest("cabinet add takes back what cabinet show --json says", async (run, { env }) => {
  await run(["cabinet", "add", "a", ...ADD, "--cells", "2"]);
  const shown = async () => JSON.parse((await run(["cabinet", "show", "a", "--json"])).out);
  const before = await shown();
  const io = new TestIo(env);
  io.input = JSON.stringify(before);
  const replaced = await run(["cabinet", "add", "a", "--file", "-", "--replace"], io);
  equal(replaced.code, 0, replaced.err);
  // It was described anew.
  deepEqual({ ...await shown(), etag: before.etag }, before);
});

serviceTest("cabinet add reads a file", async (run, { folder }) => {
  const file = `${folder}/b.json`;
  const cells = [{ cell: 7, board: 3, channel: 2, size: "XL" }];
  await Deno.writeTextFile(file, JSON.stringify({ name: "B", board: "8a", mode: "open", cells }));
  equal((await run(["cabinet", "add", "b", "--file", file])).code, 0);
  match((await run(["cabinet", "show", "b"])).out, /^7 {5}unknown {2}free {3}XL {4}3\/2$/m);
});

serviceTest("cabinet add describes a cabinet anew only when told so", async (run) => {
  await run(["cabinet", "add", "a", ...ADD]);
  const again = ["cabinet", "add", "a", "--name", "Other", "--board", "raw", "--mode", "open"];
  const refused = await run(again);
  equal(refused.code, 1);
  match(refused.err, /^error: There is a cabinet a already, "大堂 A · Lobby A": add --replace/);
  const { out } = await run([...again, "--replace"]);
  match(out, /^replaced a: Other, raw, open, 0 cells/);
});

serviceTest("cabinet add replaces no cabinet that another one makes meanwhile", async (run, { env }) => {
  const other = ["cabinet", "add", "a", "--name", "Other", "--board", "raw", "--mode", "open"];
  let puts = 0;
  await using between = serviceBehind({ url: `http://127.0.0.1:${env["PORT"]}` }, async ({ method }) => {
    if (method === "PUT" && puts++ === 0) equal((await run(["cabinet", "add", "a", ...ADD])).code, 0);
  });
  const late = await run([...other, "--url", between.url]);
  deepEqual([late.code, late.out], [1, ""]);
  match(late.err, /^error: There is a cabinet a already, "大堂 A · Lobby A": add --replace/);
  match((await run([...other, "--replace", "--url", between.url])).out, /^replaced a: Other, /);
});

serviceTest("cabinet add warns of what is most likely a slip, and cabinet show shows it", async (run) => {
  const bare = ["--name", "A", "--board", "8a", "--mode", "open"];
  const { code, err } = await run(["cabinet", "add", "a", ...bare]);
  equal(code, 0);
  match(err, /^warning: registration: there is none, so no device can connect.*\nwarning: cells: /);
  const { out } = await run(["cabinet", "show", "a"]);
  match(out, /^warning {7}registration: .*\nwarning {7}cells: /m);
  const guessable = await run(["cabinet", "add", "b", ...ADD, "--cells", "1"]);
  match(guessable.err, /^warning: registration: it can be guessed[^\n]*$/);
  const replaced = await run([
    "cabinet",
    "add",
    "b",
    ...ADD,
    "--cells",
    "1",
    "--address",
    "10.0.0.0/8",
    "--replace",
  ]);
  equal(replaced.err, "");
});

serviceTest("cabinet add says why the service does not take a cabinet", async (run) => {
  await run(["cabinet", "add", "a", ...ADD]);
  const same = await run(["cabinet", "add", "b", ...ADD]);
  deepEqual([same.code, same.err], [1, "error: Cannot save cabinet b: a has the same registration"]);
  const wrong = await run(["cabinet", "add", "c", "--name", "C", "--board", "none", "--mode", "open"]);
  equal(wrong.code, 1);
  match(wrong.err, /^error: board: .*8a/);
});

serviceTest(
  "cabinet show tells which rules are not as usual, its layout, and its etag",
  async (run, { env }) => {
    await run(["cabinet", "add", "a", ...ADD, "--cells", "2"]);
    const { out: before } = await run(["cabinet", "show", "a"]);
    match(before, /^rules {9}as usual$/m);
    match(before, /^layout {8}no$/m);
    const io = new TestIo(env);
    io.input = JSON.stringify({
      rules: { rentalMinutes: 120, rentalsPerGuest: null, overdue: "hold", remindMinutes: [30, 10] },
      layout: { columns: [[1, 2]] },
    });
    equal((await run(["cabinet", "set", "a", "--file", "-"], io)).code, 0);
    const { out } = await run(["cabinet", "show", "a"]);
    const rules = /^rules {9}(.*)$/m.exec(out)?.[1]?.split(", ").toSorted();
    deepEqual(rules, ["overdue=hold", "remindMinutes=[30,10]", "rentalMinutes=120", "rentalsPerGuest=null"]);
    match(out, /^layout {8}yes$/m);
    const { etag } = JSON.parse((await run(["cabinet", "show", "a", "--json"])).out);
    match(out, new RegExp(`^etag {10}${etag}$`, "m"));
    equal((await run(["cabinet", "set", "a", "--name", "B", "--if-match", etag])).out, "changed a: name");
  },
);

serviceTest("cabinet list shows all pages", async (run, { env, service }) => {
  equal((await run(["cabinet", "list"])).out, "There is no cabinet yet: deno task kaigui cabinet add --help");
  const headers = { authorization: `Bearer ${env["OPERATOR_TOKEN"]}`, "content-type": "application/json" };
  for (let n = 0; n < 201; n++) {
    const url = `http://127.0.0.1:${service.http.port}/api/v1/cabinets/c${n}`;
    const body = JSON.stringify({ name: `柜 ${n}`, board: "raw", mode: "open" });
    await (await fetch(url, { method: "PUT", headers, body })).body?.cancel();
  }
  const lines = (await run(["cabinet", "list"])).out.split("\n");
  match(lines[0] ?? "", /^ID +NAME +BOARD +ONLINE +CELLS +LAST SEEN$/);
  equal(lines.length, 202);
  match(lines[1] ?? "", /^c0 +柜 0 +raw +no +0 +never$/);
  equal(JSON.parse((await run(["cabinet", "list", "--json"])).out).length, 201);
});

serviceTest("cabinet add, set and remove say why", async (run, { env }) => {
  equal((await run(["cabinet", "add", "a", ...ADD, "--reason", "new"])).code, 0);
  const io = new TestIo(env);
  io.input = '{ "name": "B" }';
  equal((await run(["cabinet", "set", "a", "--file", "-", "--reason", "a sign"], io)).out, "changed a: name");
  match((await run(["cabinet", "set", "a", "--reason", "none"])).err, /^error: Say what is to be changed/);
  equal((await run(["cabinet", "remove", "a", "--yes", "--reason", "sold"])).code, 0);
  const headers = { authorization: `Bearer ${env["OPERATOR_TOKEN"]}` };
  const answer = await fetch(`http://127.0.0.1:${env["PORT"]}/api/v1/acts?cabinet=a`, { headers });
  const { items } = await answer.json();
  deepEqual(items.map(({ act, reason }: { act: string; reason: string }) => [act, reason]).toSorted(), [
    ["delete", "sold"],
    ["patch", "a sign"],
    ["put", "new"],
  ]);
});

serviceTest("cabinet remove asks before it removes", async (run, { env }) => {
  await run(["cabinet", "add", "a", ...ADD]);
  const nobody = await run(["cabinet", "remove", "a"]);
  deepEqual([nobody.code, nobody.err], [2, "error: Nobody is here to ask: add --yes to remove the cabinet"]);
  const io = new TestIo(env);
  io.answer = false;
  deepEqual((await run(["cabinet", "remove", "a"], io)).err, "error: Cabinet a stays");
  equal(io.asked, 'Remove cabinet a, "大堂 A · Lobby A"?');
  io.answer = true;
  equal((await run(["cabinet", "remove", "a"], io)).out, "removed a");
  for (const command of [["show"], ["remove", "--yes"]]) {
    const gone = await run(["cabinet", ...command, "a"]);
    deepEqual([gone.code, gone.err], [1, "error: There is no cabinet a"]);
  }
});
