/**
 * Importing cabinets from a CSV file on the running program.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { api, putCabinet } from "../../testing/api.ts";
import type { Message } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { isDeclared } from "../../testing/declared_answers.ts";
import { byRoot, byToken, OTHER, type Seat, seeded } from "../../testing/rigs/two_organizations.ts";
import { type TestDatabase, testOnEach } from "../../testing/servers/databases.ts";

/** An answer to a file. */
interface Answer {
  readonly status: number;
  readonly body: Message;
}

/** Sends files, as the service's own token where nothing else is said. */
function importerOf(program: Program, headers: Record<string, string> = byRoot()) {
  const send = async (
    file: string | Uint8Array<ArrayBuffer>,
    query = "",
    type = "text/csv",
  ): Promise<Answer> => {
    const path = `/cabinets/import${query}`;
    const response = await fetch(`${program.url}/api/v1${path}`, {
      method: "POST",
      headers: { ...headers, "content-type": type },
      body: file,
    });
    const body = await response.json();
    const answer = { status: response.status, type: response.headers.get("content-type") ?? "", body };
    isDeclared("POST", path, answer);
    return answer;
  };
  const done = (file: string, confirm: string) => send(file, `?trial=false&confirm=${confirm}`);
  return { send, done };
}

async function started({ place, env }: TestDatabase, stack: AsyncDisposableStack): Promise<Program> {
  return stack.use(await Program.start(place.folder, env));
}

const HEAD = "编号,名称,锁控板,模式,注册包,格数,标签,地址\n";

/** A file of so many cabinets; each fiftieth is wrong, one way or the other. */
function fileOf(count: number): string {
  const wrong = [
    (n: number) => `cab ${n},Hall ${n},8a,storage,REG-file-${n},12,杭州,\n`,
    (n: number) => `cab-${n},Hall ${n},9b,storage,REG-file-${n},12,杭州,\n`,
    (n: number) => `cab-${n - 1},Hall ${n},8a,storage,REG-file-${n},12,杭州,\n`,
    (n: number) => `cab-${n},Hall ${n},8a,storage,REG-file-${n - 1},12,杭州,\n`,
    (n: number) => `cab-${n},Hall ${n},8a,storage,REG-file-${n},many,杭州,\n`,
  ];
  const rows = Array.from({ length: count }, (_, index) => {
    const n = index + 1;
    if (n % 50 === 0) return wrong[n / 50 % wrong.length]?.(n) ?? "";
    return `cab-${n},"=Hall, ${n}",8a,storage,REG-file-${n},12,杭州;gym,West Lake ${n}\n`;
  });
  return HEAD + rows.join("");
}

testOnEach(
  "a file of 1,000 cabinets with 20 wrong rows is tried, done, and changes nothing again",
  async (database, stack) => {
    const program = await started(database, stack);
    const { send, done } = importerOf(program);
    const file = fileOf(1_000);
    const since = performance.now();
    const trial = await send(file);
    const tried = performance.now();
    deepEqual(trial.body["counts"], { created: 980, changed: 0, unchanged: 0, wrong: 20 });
    equal((await api(program, "GET", "/cabinets")).body.items.length, 0, "a trial makes nothing");
    const wrong: Message[] = trial.body["rows"].filter(({ result }: Message) => result === "wrong");
    const told = wrong.slice(0, 5).map(({ row, mistakes: [{ column, message }] }) =>
      `${row} ${column}: ${message}`
    );
    match(told[0] ?? "", /^51 锁控板: "9b": one of 8a, kerong-cu16, /);
    deepEqual(told.slice(1), [
      "101 id: row 100 has the same id",
      "151 registration: row 150 has the same registration",
      '201 格数: "many" is not a number',
      `251 编号: "cab 250": letters, digits, '.', '_' and '-', up to 64`,
    ]);

    const { confirm } = trial.body as { confirm: string };
    const began = performance.now();
    const made = await done(file, confirm);
    const text = `1,000 rows: trial ${Math.round(tried - since)} ms, done ${
      Math.round(performance.now() - began)
    } ms\n`;
    Deno.stdout.writeSync(new TextEncoder().encode(text));
    deepEqual([made.status, made.body["trial"], made.body["counts"]], [200, false, trial.body["counts"]]);
    const cabinet = (await api(program, "GET", "/cabinets/cab-7")).body;
    deepEqual([cabinet.name, cabinet.tags, cabinet.cells.length], ["=Hall, 7", ["杭州", "gym"], 12]);
    equal(cabinet.location.address, "West Lake 7");

    for (const again of [await done(file, confirm), await send(file)]) {
      deepEqual(again.body["counts"], { created: 0, changed: 0, unchanged: 980, wrong: 20 });
      equal(again.body["confirm"], null);
    }
    const acts: Message[] = (await api(program, "GET", "/acts?limit=200")).body.items;
    ok(acts.some(({ act, cabinet }) => act === "put" && cabinet === "cab-999"));
  },
);

testOnEach("what is done is what the trial saw", async (database, stack) => {
  const program = await started(database, stack);
  const { send, done } = importerOf(program);
  const file = "id,name,board,mode,cells\na,A,8a,open,2\nb,B,8a,open,2\n";
  const asked = await send(file, "?trial=false");
  deepEqual([asked.status, asked.body["title"]], [409, "Confirmation needed"]);
  deepEqual(asked.body["counts"], { created: 2, changed: 0, unchanged: 0, wrong: 0 });
  await putCabinet(program, "b", { cells: { count: 2 } });
  equal((await done(file, asked.body["confirm"])).status, 409, "b would be changed by now");
  equal((await api(program, "GET", "/cabinets/a")).status, 404);
  const { body: { rows: [a, b], confirm } } = await send(file);
  deepEqual([a.result, b.result, b.changes], ["created", "changed", ["name"]]);
  equal((await done(`${file}c,C,8a,open,2\n`, confirm)).status, 409, "another file");
  equal((await done(file, confirm)).status, 200);
  const acts: Message[] = (await api(program, "GET", "/acts")).body.items;
  equal(acts.filter(({ act }) => act === "import").length, 1);
  const kept = (await api(program, "GET", "/cabinets/b")).body;
  deepEqual([kept.name, kept.registration], ["B", { text: "REG-b" }], "what is not said stays");
});

testOnEach("a key that was used for a file is not another file's", async (database, stack) => {
  const program = await started(database, stack);
  const { send, done } = importerOf(program, { ...byRoot(), "idempotency-key": "import-1" });
  const [first, second] = ["a", "b"].map((id) => `id,name,board,mode\n${id},A,8a,open\n`) as [string, string];
  equal((await done(first, (await send(first)).body["confirm"])).status, 200);
  const refused = await done(second, (await send(second)).body["confirm"]);
  deepEqual([refused.status, refused.body["code"]], [422, "key-used"]);
  equal((await api(program, "GET", "/cabinets/b")).status, 404);
});

testOnEach("two imports at once make no half cabinets, and nothing twice", async (database, stack) => {
  const program = await started(database, stack);
  const { send, done } = importerOf(program);
  const file = fileOf(40);
  const { body: { confirm } } = await send(file);
  const answers = await Promise.all([done(file, confirm), done(file, confirm)]);
  for (const { status, body } of answers) {
    equal(status, 200);
    equal(body["counts"].created + body["counts"].unchanged, 40, JSON.stringify(body["counts"]));
  }
  const { items } = (await api(program, "GET", "/cabinets?limit=200&include=cells")).body;
  deepEqual(new Set(items.map(({ cells }: Message) => cells.length)), new Set([12]));
  const acts: Message[] = (await api(program, "GET", "/acts?limit=200")).body.items;
  deepEqual(["put", "import"].map((kind) => acts.filter(({ act }) => act === kind).length), [40, 1]);
});

testOnEach("a row that would take what others have is refused alone", async (database, stack) => {
  const seats = await seeded(database.place, async (seeds): Promise<Seat[]> => {
    await seeds.place({ organization: "main", cabinet: "own", tag: "hall", word: "Own" });
    await seeds.place({ organization: "main", cabinet: "out", tag: "gym", word: "Out" });
    await seeds.place({ organization: OTHER, cabinet: "foreign", tag: "hall", word: "Secretword" });
    const of = { organization: "main", tags: ["hall"], word: "Staff" };
    return [await seeds.seat({ ...of, role: "manager" }), await seeds.seat({ ...of, role: "installer" })];
  });
  const program = await started(database, stack);
  const [manager, installer] = seats.map((seat) => importerOf(program, byToken(seat)));
  if (!manager || !installer) throw new TypeError("There are two");
  const file =
    "id,name,tags,mode,board,cells\nforeign,X,hall,open,8a,2\nout,X,hall,open,8a,2\nown,X,hall,,,\n" +
    "new,X,gym,open,8a,2\nown2,X,hall,open,8a,2\n";
  const { body } = await manager.send(file);
  const told = body["rows"].map(({ id, result, code }: Message) => [id, result, code]);
  deepEqual(told, [
    ["foreign", "wrong", "taken"],
    ["out", "wrong", "taken"],
    ["own", "changed", null],
    ["new", "wrong", "invalid"],
    ["own2", "created", null],
  ]);
  equal(JSON.stringify(body).includes("Secretword"), false);
  const registration = { text: "IMEI-of-out" };
  const patched = await api(program, "PATCH", "/cabinets/out", { body: { registration } });
  equal(patched.status, 200);
  const { body: { rows: [copied] } } = await manager.send(
    "id,name,tags,mode,board,registration\ncopy,X,hall,open,8a,IMEI-of-out\n",
  );
  deepEqual([copied.code, copied.mistakes[0].message], [
    "taken",
    "Cannot save cabinet copy: another cabinet has the same registration",
  ]);
  const rules = await installer.send("id,mode\nown,open\n");
  match(rules.body["rows"][0].mistakes[0].message, /installer may not change rules or mode/);
  equal((await manager.done(file, body["confirm"])).body["counts"].wrong, 3);
  const [own, foreign] = await Promise.all([
    api(program, "GET", "/cabinets/own"),
    api(program, "GET", "/cabinets/foreign", { headers: { "kaigui-organization": OTHER } }),
  ]);
  deepEqual([own.body.name, foreign.body.name], ["X", "Cabinet Secretword"]);
});

testOnEach("a file may be GBK, and what is not a file of cabinets is refused", async (database, stack) => {
  const program = await started(database, stack);
  const { send } = importerOf(program);
  // "id,name,board,mode" and 大厅 in GBK.
  const gbk = new Uint8Array([...new TextEncoder().encode("id,name,board,mode\na,"), 0xb4, 0xf3, 0xcc, 0xfc]);
  const rest = new TextEncoder().encode(",8a,open\n");
  const file = new Uint8Array([...gbk, ...rest]);
  for (const type of ["text/csv", "text/csv; charset=gb2312"]) {
    equal((await send(file, "", type)).body["counts"].created, 1);
  }
  const refused = async (bad: string, status: number, detail: RegExp) => {
    const answer = await send(bad);
    equal(answer.status, status);
    match(answer.body["detail"], detail);
  };
  await refused("", 422, /empty/);
  await refused('id,name\na,"x', 422, /quote that begins in row 2 never ends/);
  await refused(`id\n${"a\n".repeat(5_001)}`, 413, /5,000 rows of cabinets and 2 MiB/);
  await refused(`id,name\n${"cabinet,A name of a cabinet\n".repeat(100_000)}`, 413, /5,000 rows/);
  await putCabinet(program, "own");
  const other = await api(program, "POST", "/cabinets/own/clear", { body: " ".repeat(300 * 1024) });
  equal(other.status, 413, "other routes keep their limit");
});
