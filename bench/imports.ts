/**
 * How long the import of a file holds its isolate. A timer looks each millisecond: between two looks nobody else has a turn, so
 * a tap waits as long. For several numbers of rows that are done at once, in alternating rounds; SQLite, and Postgres where
 * `DATABASE_URL` names an empty database of one. Beside the time that passes it tells that of the process on processors, which
 * other work on the machine does not change.
 *
 *     deno run -A bench/imports.ts [rows] [rounds] [cells]
 *
 * @module
 */
import { EventEmitter } from "node:events";
import process from "node:process";
import { HandlerTurns } from "../src/http/server/handler_turns.ts";
import { type Database, type DatabaseLocation, migrateDatabase, openDatabase } from "../src/db/mod.ts";
import type { CabinetRouter } from "../src/cabinet/requests.ts";
import { type Actor, AuditLog, CabinetCatalog, ControllerSecrets } from "../src/locker/mod.ts";
import { CabinetImport } from "../src/operator/import/cabinet_import.ts";
import { tableOf } from "../src/operator/import/csv_table.ts";
import { LocalRouter } from "../src/router/mod.ts";
import type { Caller } from "../src/staff/mod.ts";
import { tempFolder } from "../testing/folders.ts";
import { say } from "./_rig.ts";

const SLICES = [1, 2, 4, 8, 16];
/** Rows of files that are refused, since they have too many that say nothing. */
const EMPTY_ROWS = { "blank lines": "\n", "a comma each": ",\n" };
const [rows = 1_000, rounds = 3, cells = 24] = Deno.args.map(Number);

/** What there is to do with a file, in this order. */
const STEPS = ["parse", "trial", "done", "again"] as const;
type Step = typeof STEPS[number];

const now = () => performance.now();
const caller: Caller = {
  ...{ who: "operator", kind: "root", organization: "main", role: undefined, tags: undefined },
  ...{ account: undefined, session: undefined, confirm: () => Promise.resolve() },
};
const actor: Actor = {
  ...{ id: crypto.randomUUID(), who: "operator", organization: "main", reason: undefined, address: "" },
};

say("                                         on processors between looks          the same as time passes");
say("database  step     rows at once      took       p50      p99  longest       p50      p99  longest");
for (const [kind, url] of [["SQLite", undefined], ["Postgres", Deno.env.get("DATABASE_URL")]] as const) {
  if (kind === "SQLite" || url) await measure(kind, url);
}

for (const [name, row] of Object.entries(EMPTY_ROWS)) {
  const held: Held[] = [];
  for (let round = 0; round < rounds; round++) held.push(await refused(row));
  say(lineOf(name.padEnd(29), held));
}

async function measure(kind: string, url: string | undefined): Promise<void> {
  await using folder = await tempFolder();
  const place: DatabaseLocation = { folder: folder.path, url };
  await migrateDatabase(place);
  await using db = await openDatabase(place);
  // Meanwhile V8 compiles.
  await imported(db, { file: fileOf("warm-up"), sliceRows: 4 });
  const seen: { step: Step; sliceRows: number; held: Held }[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const sliceRows of SLICES) {
      const found = await imported(db, { file: fileOf(`${round}-${sliceRows}`), sliceRows });
      for (const [step, held] of found) seen.push({ step, sliceRows, held });
    }
  }
  for (const step of STEPS) {
    for (const sliceRows of SLICES) {
      const all = seen.filter((one) => one.step === step && one.sliceRows === sliceRows);
      const name = `${kind.padEnd(9)} ${step.padEnd(8)} ${String(sliceRows).padStart(10)}`;
      say(lineOf(name, all.map(({ held }) => held)));
    }
  }
}

/** Has a file read of 200,000 such rows, by turns as the HTTP server gives them. */
async function refused(row: string): Promise<Held> {
  using turns = new HandlerTurns(now);
  const file = `id,name,board\n${row.repeat(200_000)}`;
  return await turns.run({ blocks: ["bench"], socket: new EventEmitter() }, async (pause) => {
    await pause();
    const { held, value } = await timed(() => tableOf(file, pause).then(() => "read", () => "refused"));
    if (value === "read") throw new Error("The file was not refused");
    return held;
  });
}

/** Does with the file what a caller does, by turns as the HTTP server gives them. */
async function imported(
  db: Database,
  { file, sliceRows }: { file: string; sliceRows: number },
): Promise<Map<Step, Held>> {
  using turns = new HandlerTurns(now);
  const seen = new Map<Step, Held>();
  await turns.run({ blocks: ["bench"], socket: new EventEmitter() }, async (pause) => {
    const work = new CabinetImport({ ...contextOn(db), caller, pause, sliceRows });
    const step = async <T>(name: Step, act: () => Promise<T>): Promise<T> => {
      await pause();
      const { value, held } = await timed(act);
      seen.set(name, held);
      return value;
    };
    const table = await step("parse", () => tableOf(file, pause));
    const planned = await step("trial", () => work.plan(table));
    const done = await step("done", () => work.carryOut(planned, actor));
    const wrong = done.find(({ result }) => result !== "created");
    if (wrong) throw new Error(JSON.stringify(wrong));
    await step("again", () => work.plan(table));
  });
  return seen;
}

function contextOn(db: Database) {
  const router: CabinetRouter = new LocalRouter();
  const wallClock = Date.now;
  const secrets = new ControllerSecrets("the secret of the bench");
  return {
    cabinets: new CabinetCatalog(db, { router, secrets, wallClock }),
    auditLog: new AuditLog(db, { router, wallClock }),
    failed: (error: unknown) => say(String(error)),
  };
}

function fileOf(name: string): string {
  const lines = Array.from(
    { length: rows },
    (_, n) =>
      `b-${name}-${n},Hall ${n},8a,storage,REG-${name}-${n}x,${cells},杭州;gym,"West Lake ${n}, north gate"`,
  );
  return ["id,name,board,mode,registration,cells,tags,address", ...lines].join("\n");
}

/** How long something took, and what passed between two looks of the timer, in milliseconds, shortest first. */
interface Held {
  readonly tookMs: number;
  readonly passedMs: readonly number[];
  /** The part of it that the process was on a processor. */
  readonly busyMs: readonly number[];
}

async function timed<T>(act: () => Promise<T>): Promise<{ value: T; held: Held }> {
  const looks = [{ at: now(), busy: busyMs() }];
  const timer = setInterval(() => looks.push({ at: now(), busy: busyMs() }), 1);
  const since = now();
  const value = await act().finally(() => clearInterval(timer));
  looks.push({ at: now(), busy: busyMs() });
  const between = (of: "at" | "busy") =>
    looks.slice(1).map((look, n) => look[of] - (looks[n]?.[of] ?? 0)).toSorted((a, b) => a - b);
  return { value, held: { tookMs: now() - since, passedMs: between("at"), busyMs: between("busy") } };
}

/** How long the process was on processors until now, in milliseconds. */
function busyMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** The medians of all rounds; the longest of all. */
function lineOf(name: string, all: readonly Held[]): string {
  const median = (of: (one: Held) => number) => all.map(of).toSorted((a, b) => a - b)[all.length >> 1] ?? 0;
  const times = (of: "busyMs" | "passedMs") => {
    const at = (part: number) => median((one) => one[of][Math.floor(one[of].length * part)] ?? 0);
    const longest = Math.max(...all.map((one) => one[of].at(-1) ?? 0));
    return [at(0.5), at(0.99), longest].map((ms) => ms.toFixed(1).padStart(9)).join("");
  };
  const took = `${(median(({ tookMs }) => tookMs) / 1_000).toFixed(2)} s`.padStart(10);
  return `${name}${took} ${times("busyMs")} ${times("passedMs")}`;
}
