import { deepEqual, equal, match, ok } from "node:assert/strict";
import { concat } from "@std/bytes";
import { testOnEach } from "../../testing/servers/databases.ts";
import { type CommandTable, type DatabaseLocation, openDatabase } from "../../src/db/mod.ts";
import { type Ended, kaigui, TestIo, testService } from "../../testing/rigs/cli.ts";
import type { CommandKind, EventKind, Reason } from "../../src/cabinet/kinds.ts";

/** More than two steps of reading. */
const MANY = 4_500;
const BATCH = 500;
const MAIN = new URL("../../src/cli/main.ts", import.meta.url).pathname;
const DAY = Date.UTC(2025, 10, 23);

/** A command, and the organization whose cabinet it was for. */
type OwnedCommand = CommandTable & { readonly organization: string };

function command(index: number, more: Partial<OwnedCommand> = {}): OwnedCommand {
  return {
    organization: "main",
    id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    cabinet: "lobby-a",
    cell: 1,
    command: "open",
    state: "opened",
    reason: null,
    by: "operator",
    note: null,
    requested_at: DAY + index,
    sent_at: null,
    sent_epoch: null,
    origin: null,
    finished_at: null,
    rental: null,
    ...more,
  };
}

async function fill(place: DatabaseLocation, commands: readonly OwnedCommand[]): Promise<void> {
  await using db = await openDatabase(place);
  for (let at = 0; at < commands.length; at += BATCH) {
    await db.tables.insertInto("commands").values(commands.slice(at, at + BATCH)).execute();
  }
}

/** As a newer version may have written it, with what a table must keep apart. */
const NEWER = { command: "raw" as string as CommandKind, reason: "asked\nfor" as string as Reason };

const many = () => Array.from({ length: MANY }, (_, index) => command(index));

/** The environment in which the command line finds the database. */
function envOf({ folder, url }: DatabaseLocation): Record<string, string> {
  return { DATA_DIR: folder, ...(url ? { DATABASE_URL: url } : {}) };
}

interface Exported extends Ended {
  readonly bytes: Uint8Array;
  /** Without a byte order mark. */
  readonly csv: string;
  readonly lines: string[];
}

/** Exports to standard output. */
async function exported(place: DatabaseLocation, line: string): Promise<Exported> {
  const io = new TestIo(envOf(place));
  const ended = await kaigui(["export", ...line.split(" ")], io);
  return { ...ended, bytes: concat(io.bytes), csv: io.sent, lines: io.sent.split("\r\n").slice(0, -1) };
}

/** The names in the folder that an export may have left. */
async function namesIn(folder: string): Promise<string[]> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  return names.filter((name) => name.includes("csv")).sort();
}

testOnEach("export commands has the names and values of the REST API", async ({ place }) => {
  await fill(place, [
    command(2, { cell: 0, note: '=1+1, "so"', ...NEWER, rental: command(9).id }),
    command(1, { sent_at: DAY + 10, finished_at: DAY + 1_500, by: "person:-1" }),
  ]);
  const { code, csv, out, err } = await exported(place, "commands");
  deepEqual([code, out, err], [0, "", "exported 2 commands"]);
  equal(
    csv,
    "id,cabinet,cell,command,state,reason,by,note,requestedAt,sentAt,finishedAt,rental\r\n" +
      "00000000-0000-4000-8000-000000000001,lobby-a,1,open,opened,,person:-1,,2025-11-23T00:00:00.001Z," +
      "2025-11-23T00:00:00.010Z,2025-11-23T00:00:01.500Z,\r\n" +
      `00000000-0000-4000-8000-000000000002,lobby-a,,raw,opened,"asked\nfor",operator,"'=1+1, ""so""",` +
      "2025-11-23T00:00:00.002Z,,,00000000-0000-4000-8000-000000000009\r\n",
  );
});

testOnEach(
  "export rentals and events have theirs, and leave out what is not a rental yet",
  async ({ place }) => {
    {
      await using db = await openDatabase(place);
      const rental = {
        organization: "main",
        cabinet: "lobby-a",
        cell: 7,
        person: "anne",
        picker: null,
        due_at: DAY,
        overdue_at: null,
        number: null,
        way_back: null,
        collecting: 0,
        opens: 0,
      };
      await db.tables.insertInto("rentals").values([
        { ...rental, id: "b", state: "opening", since: DAY, until: null, ended_at: null, end_reason: null },
        {
          ...rental,
          id: "a",
          state: "ended",
          since: DAY,
          until: DAY,
          ended_at: DAY,
          end_reason: "retrieved",
          number: "12345674",
        },
      ]).execute();
      const event = { organization: "main", cabinet: "lobby-a", person: null, rental: null };
      await db.tables.insertInto("events").values([
        { ...event, id: "e", at: DAY, kind: "reminder", cell: 7, detail: "+5 min" },
        { ...event, id: "d", at: DAY, kind: "cleared" as string as EventKind, cell: 0, detail: null },
        // Of no cabinet.
        {
          ...event,
          id: "f",
          at: DAY,
          kind: "alarm-ended",
          cabinet: "",
          cell: 0,
          detail: "offline",
          alarm: "g",
        },
      ]).execute();
    }
    const midnight = "2025-11-23T00:00:00.000Z";
    deepEqual((await exported(place, "rentals")).lines, [
      "id,cabinet,cell,person,picker,state,since,until,overdueAt,endedAt,endReason,number",
      `a,lobby-a,7,anne,,ended,${midnight},${midnight},,${midnight},retrieved,12345674`,
    ]);
    deepEqual((await exported(place, "events")).lines, [
      "id,at,kind,cabinet,cell,person,rental,detail,command,alarm",
      `e,${midnight},reminder,lobby-a,7,,,'+5 min,,`,
      `d,${midnight},cleared,lobby-a,,,,,,`,
      `f,${midnight},alarm-ended,,,,,offline,,g`,
    ]);
  },
);

testOnEach("export --excel begins with the mark by which Excel knows UTF-8", async ({ place }) => {
  await fill(place, [command(1, { note: "钥匙，丢了; a" })]);
  const plain = await exported(place, "commands");
  const excel = await exported(place, "commands --excel");
  equal(excel.bytes.slice(0, 5).toHex(), "efbbbf6964");
  deepEqual(excel.bytes.slice(3), plain.bytes);
  ok(excel.csv.includes("钥匙，丢了; a"));
  const file = `${place.folder}/excel.csv`;
  await exported(place, `commands --excel --out ${file}`);
  deepEqual(await Deno.readFile(file), excel.bytes);
  const europe = await exported(place, "commands --excel --separator semicolon");
  equal(europe.lines[0], "id;cabinet;cell;command;state;reason;by;note;requestedAt;sentAt;finishedAt;rental");
  ok(europe.csv.includes(';"钥匙，丢了; a";'));
  equal((await exported(place, "events --separator tab")).lines[0]?.split("\t").length, 10);
});

testOnEach("export keeps to --cabinet, --from and --until", async ({ place }) => {
  await fill(place, [-1, 0, 3_600_000].map((ms, index) => command(index, { requested_at: DAY + ms })));
  await fill(place, [command(3, { cabinet: "lobby-b" })]);
  const ids = async (line: string) => {
    const { lines } = await exported(place, `commands ${line}`);
    return lines.slice(1).map((text) => text[35]).join("");
  };
  equal(await ids("--from 2025-11-23"), "132");
  equal(await ids("--until 2025-11-23"), "0");
  equal(await ids("--from 2025-11-23T00:00:00.000Z --until 2025-11-23T02:00:00+01:00"), "13");
  equal(await ids("--cabinet lobby-b"), "3");
  equal(await ids("--cabinet lobby-b --until 2025-11-23"), "");
  equal(await ids("--cabinet nowhere --out -"), "");
});

testOnEach(
  "export --out writes a file, the same bytes each time and as standard output",
  async ({ place }) => {
    await fill(place, many());
    const { csv } = await exported(place, "commands");
    const file = `${place.folder}/all.csv`;
    for (const _ of ["new", "replaced"]) {
      const { code, err } = await exported(place, `commands --out ${file}`);
      deepEqual([code, err], [0, "exported 4,500 commands"]);
      equal(await Deno.readTextFile(file), csv);
      deepEqual(await namesIn(place.folder), ["all.csv"]);
    }
    equal(csv.split("\r\n").length, MANY + 2);
  },
);

testOnEach("export comes to an end beside a writer, without what is newer than its beginning", async (
  { place },
  stack,
) => {
  await fill(place, many());
  const db = stack.use(await openDatabase(place));
  const io = new TestIo(envOf(place));
  let next = MANY;
  io.sending = async () => {
    await db.writer.transaction(async (trx) => {
      await trx.insertInto("commands").values(command(next++)).execute();
    });
  };
  const { code, err } = await kaigui(["export", "commands"], io);
  deepEqual([code, err], [0, "exported 4,500 commands"]);
  equal(next > MANY + 2, true);
});

testOnEach("export has one organization's records where one is named", async ({ place }) => {
  await fill(place, [command(1), command(2, { organization: "acme", cabinet: "acme-a" }), command(3)]);
  {
    await using db = await openDatabase(place);
    await db.tables.insertInto("organizations").values({
      id: "acme",
      name: "Acme",
      language: "en",
      time_zone: "UTC",
      contact: null,
      second_factor_roles: "[]",
      created_at: DAY,
    }).execute();
  }
  const cabinetsIn = ({ lines }: Exported) => lines.slice(1).map((line) => line.split(",")[1]);
  deepEqual(cabinetsIn(await exported(place, "commands")), ["lobby-a", "acme-a", "lobby-a"]);
  deepEqual(cabinetsIn(await exported(place, "commands --organization acme")), ["acme-a"]);
  const io = new TestIo({ ...envOf(place), KAIGUI_ORGANIZATION: "main" });
  deepEqual((await kaigui(["export", "commands"], io)).err, "exported 2 commands");
  const { code, err, csv } = await exported(place, "commands --organization acne");
  deepEqual([code, err, csv], [1, "error: There is no organization acne", ""]);
});

Deno.test("export runs beside the service, which holds the folder", async () => {
  await using test = await testService();
  deepEqual(await kaigui(["export", "events"], new TestIo(test.env)), {
    code: 0,
    out: "",
    err: "exported 0 events",
  });
});

testOnEach("an export that is interrupted leaves the file that was there", async ({ place }) => {
  await fill(place, many());
  const file = `${place.folder}/all.csv`;
  await Deno.writeTextFile(file, "before");
  const io = new TestIo(envOf(place));
  io.interrupt();
  const { code, err } = await kaigui(["export", "commands", "--out", file], io);
  deepEqual([code, err], [1, "error: Interrupted: the export is not complete"]);
  equal(await Deno.readTextFile(file), "before");
  deepEqual(await namesIn(place.folder), ["all.csv"]);
});

testOnEach("an export that nobody takes can be interrupted", async ({ place }) => {
  await fill(place, many());
  const io = new TestIo(envOf(place));
  io.sending = () => {
    io.interrupt();
    return new Promise(() => {});
  };
  const { code, err } = await kaigui(["export", "commands"], io);
  deepEqual([code, err], [1, "error: Interrupted: the export is not complete"]);
});

testOnEach("export fails where nobody reads on", async ({ place }) => {
  await fill(place, many());
  const io = new TestIo(envOf(place));
  io.sending = () => {
    if (io.bytes.length > 1) throw new Deno.errors.BrokenPipe();
  };
  const { code, err } = await kaigui(["export", "commands"], io);
  deepEqual([code, err], [1, "error: The export is not complete: nobody reads on"]);
});

Deno.test("export says why there is nothing to read or nowhere to write", async () => {
  await using test = await testService();
  const { folder } = test;
  const failure = async (out: string, env = test.env) => {
    const { code, err } = await kaigui(["export", "events", "--out", out], new TestIo(env));
    equal(code, 1);
    return err;
  };
  match(
    await failure("-", { DATA_DIR: `${folder}/none` }),
    /There is no database in .*\/none: set DATA_DIR to the service's folder$/,
  );
  await Deno.mkdir(`${folder}/old`);
  await Deno.writeFile(`${folder}/old/kaigui.sqlite`, new Uint8Array());
  match(await failure("-", { DATA_DIR: `${folder}/old` }), /older than this program: 0001_\w+ has not run/);
  equal(await failure(folder), `error: Cannot write ${folder}: it is a folder`);
  match(await failure(`${folder}/no/a.csv`), /Cannot write .*a\.csv: there is no such file or folder/);
  using other = await Deno.open(`${folder}/a.csv.part`, { create: true, write: true });
  await other.lock(true);
  match(await failure(`${folder}/a.csv`), /a\.csv: another command is writing it/);
});

/** The real program under a shell's command line. */
async function shell(
  place: DatabaseLocation,
  line: string,
): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", line.replace("kaigui", `'${Deno.execPath()}' run --quiet -A '${MAIN}'`)],
    env: { ...envOf(place), NO_COLOR: "1" },
    cwd: place.folder,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("the real program ends well, and badly, as a shell would have it", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  await using test = await testService();
  const place = { folder: test.folder };
  await fill(place, many());
  const whole = await shell(place, "kaigui export commands | wc -l");
  deepEqual([whole.out, whole.err], [String(MANY + 1), "exported 4,500 commands"]);
  const closed = await shell(place, "{ kaigui export commands; echo $? >&2; } | head -c 9");
  deepEqual([closed.out, closed.err], ["id,cabine", "error: The export is not complete: nobody reads on\n1"]);
  const full = await shell(place, "kaigui export commands > /dev/full");
  equal(full.code, 1);
  match(full.err, /^error: The export is not complete: .*No space left/);
  // A file that may not grow is as full as a disk.
  const cut = await shell(place, "trap '' XFSZ; ulimit -f 200; kaigui export commands --out all.csv");
  equal(cut.code, 1);
  match(cut.err, /^error: Cannot write all\.csv: .*too large/);
  deepEqual(await namesIn(place.folder), []);
});

Deno.test("Ctrl-C ends the real program while nobody takes what it writes", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await using test = await testService();
  const place = { folder: test.folder };
  await fill(place, many());
  await using program = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", MAIN, "export", "commands"],
    env: envOf(place),
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = program.stdout.getReader();
  await reader.read();
  program.kill("SIGINT");
  equal(await new Response(program.stderr).text(), "error: Interrupted: the export is not complete\n");
  equal((await program.status).code, 1);
  await reader.cancel();
});
