/**
 * What real boards were seen to send, byte for byte, with the running program.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { api, putCabinet } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, type Message, Page } from "../../testing/page.ts";
import { Program, TOKEN } from "../../testing/program.ts";
import { untilOnline } from "../../testing/api.ts";
import { until } from "../../testing/until.ts";
import { type Script, ScriptedBoards } from "../../testing/boards/scripted.ts";

/** A jam has to be reported within this time. */
const FAILED_WITHIN_MS = 3_500;

/** A running program. */
async function programOf(stack: AsyncDisposableStack): Promise<Program> {
  const folder = stack.use(await tempFolder());
  return stack.use(await Program.start(folder.path));
}

/** A cabinet with such boards, which is online, and the boards. */
async function cabinet(
  stack: AsyncDisposableStack,
  { program, id, described, script }: {
    program: Program;
    id: string;
    described: Record<string, unknown>;
    script: Script;
  },
): Promise<ScriptedBoards> {
  await putCabinet(program, id, described);
  const boards = stack.use(await ScriptedBoards.connect(program, `REG-${id}`, script));
  await untilOnline(program, id);
  return boards;
}

async function pageOf(stack: AsyncDisposableStack, program: Program, id: string): Promise<Page> {
  return stack.use(await Page.open(program, id, await guestCookie(program, id)));
}

async function doorsOf(program: Program, id: string): Promise<string[]> {
  const { body } = await api(program, "GET", `/cabinets/${id}`);
  return body.cells.map(({ door }: Message) => door);
}

/** The cells whose doors were seen open, or seen to open. */
async function openedOf(program: Program, id: string): Promise<Set<number>> {
  const { body } = await api(program, "GET", `/events?cabinet=${id}`);
  const opened = body.items.filter(({ kind }: Message) => kind === "door-opened");
  return new Set(opened.map(({ cell }: Message) => cell));
}

/** Both halves of the bytes, cut behind each byte, and the bytes whole. */
function cuts(bytes: string): string[][] {
  const parts = bytes.split(" ");
  return parts.map((_, at) => {
    const pieces = [parts.slice(0, at + 1).join(" "), parts.slice(at + 1).join(" ")];
    return pieces.filter((piece) => piece !== "");
  });
}

/**
 * A cabinet for each place at which the reading may be cut: all show these doors open, and never another one.
 */
async function showsDoors(
  stack: AsyncDisposableStack,
  { program, described, reading, open, cells }: {
    program: Program;
    described: Record<string, unknown>;
    reading: string;
    open: readonly number[];
    cells: number;
  },
): Promise<void> {
  const expected = Array.from({ length: cells }, (_, index) => open.includes(index + 1) ? "open" : "closed");
  await Promise.all(
    cuts(reading).map(async (pieces, at) => {
      const id = `${reading.replaceAll(" ", "")}-${at + 10}`;
      const boards = await cabinet(stack, { program, id, described, script: { "80 01 00 33 B2": pieces } });
      // The first reading of a board that is new, and the ones after it.
      await until(() => boards.count("80 01 00 33 B2") > 3);
      deepEqual(await doorsOf(program, id), expected, pieces.join(" | "));
      // A door is shown before what happened to it is written down.
      await until(async () => (await openedOf(program, id)).size >= open.length);
      deepEqual(await openedOf(program, id), new Set(open), pieces.join(" | "));
    }),
  );
}

Deno.test("dc boards that answer with the state alone: it belongs to the lock that was asked for", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await programOf(stack);
  const boards = await cabinet(stack, {
    program,
    id: "cab",
    described: { board: "dc", cells: { count: 8 } },
    script: {
      "DC 02 01 12 00 13": "DC FE 01 12 01 00 14",
      "DC 02 01 10 01 01 13": "DC FE 01 10 01 01 13",
      "DC 02 01 11 01 01 14": "DC FE 01 11 01 01 14",
      "DC 02 01 10 01 02 14": "DC FE 01 10 01 00 12",
      "DC 02 01 11 01 02 15": "DC FE 01 11 01 00 13",
    },
  });
  const page = await pageOf(stack, program, "cab");
  await until(async () => (await doorsOf(program, "cab")).every((door) => door === "closed"));
  equal((await page.outcome(page.tap(1)))["state"], "opened");
  equal(boards.heard.at(-1), "DC 02 01 10 01 01 13", "its answer is all that is needed");

  const tappedAt = performance.now();
  const { state, reason } = await page.outcome(page.tap(2));
  deepEqual([state, reason], ["failed", "did-not-open"]);
  equal(performance.now() - tappedAt < FAILED_WITHIN_MS, true);
  deepEqual([boards.count("DC 02 01 10 01 01 13"), boards.count("DC 02 01 10 01 02 14")], [1, 1]);
});

Deno.test("8a boards of 36 and of 50 channels, and with addresses up to 99, are opened", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await programOf(stack);
  // In this wiring "opened" is the request byte for byte, so the lock is read.
  const wiring = "short-when-open";
  const locks = [
    { board: 1, channel: 36, open: "8A 01 24 11 BE", read: ["80 01 24 33 96", "80 01 24 11 B4"] },
    { board: 1, channel: 50, open: "8A 01 32 11 A8", read: ["80 01 32 33 80", "80 01 32 11 A2"] },
    { board: 99, channel: 1, open: "8A 63 01 11 F9", read: ["80 63 01 33 D1", "80 63 01 11 F3"] },
  ];
  await Promise.all(locks.map(async ({ board, channel, open, read: [ask = "", reply = ""] }) => {
    const id = `cab-${board}-${channel}`;
    const described = { board: "8a", wiring, cells: [{ cell: 1, board, channel }] };
    const boards = await cabinet(stack, { program, id, described, script: { [open]: open, [ask]: reply } });
    const page = await pageOf(stack, program, id);
    equal((await page.outcome(page.tap(1)))["state"], "opened", open);
    equal(boards.count(open), 1);
  }));
});

Deno.test("8a boards of 36 and of 50 channels are read, whole and cut anywhere", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await programOf(stack);
  const readings = { 36: "80 01 08 00 00 00 00 33 BA", 50: "80 01 02 00 00 00 00 00 00 33 B0" };
  for (const [count, reading] of Object.entries(readings)) {
    const cells = Number(count);
    const described = { board: "8a", wiring: "short-when-open", cells: { count: cells, perBoard: cells } };
    await showsDoors(stack, { program, described, reading, open: [cells], cells });
  }
});

Deno.test("8a boards with 8 locks that answer with 24 bits show the right doors, whole and cut anywhere", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await programOf(stack);
  const readings = { "80 01 00 00 81 33 33": [1, 8], "80 01 05 33 B7 33 33": [1, 2, 3, 5, 6, 8] };
  for (const [reading, open] of Object.entries(readings)) {
    const described = { board: "8a", wiring: "short-when-open", cells: { count: 8 } };
    await showsDoors(stack, { program, described, reading, open, cells: 8 });
  }
});

Deno.test("wkly boards whose answers begin with 53 are understood, whole and cut anywhere", async () => {
  const reply = "53 4B 4C 59 0B 00 82 00 01 00 85";
  await using stack = new AsyncDisposableStack();
  const program = await programOf(stack);
  const boards = await cabinet(stack, {
    program,
    id: "cab",
    described: { board: "wkly", cells: { count: 1 } },
    script: { "57 4B 4C 59 08 00 84 85": "53 4B 4C 59 0B 00 84 00 01 01 82" },
  });
  const page = await pageOf(stack, program, "cab");
  await until(async () => (await doorsOf(program, "cab"))[0] === "closed");
  for (const pieces of cuts(reply)) {
    boards.script = { ...boards.script, "57 4B 4C 59 09 00 82 01 83": pieces };
    equal((await page.outcome(page.tap(1)))["state"], "opened", pieces.join(" | "));
  }
  equal(boards.count("57 4B 4C 59 09 00 82 01 83"), reply.split(" ").length);
});

Deno.test("raw: the operator gets all bytes at once, though they end as the registration begins", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await programOf(stack);
  await putCabinet(program, "raw", { board: "raw", registration: { text: "BENCH1" }, cells: [] });
  const boards = stack.use(await ScriptedBoards.connect(program, "BENCH1", {}));
  await untilOnline(program, "raw");
  const socket = new WebSocket(`${program.url.replace("http", "ws")}/api/v1/cabinets/raw/raw`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  const heard: string[] = [];
  socket.onmessage = ({ data }) => void heard.push(data);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.onopen = () => socket.send("A0 01 01 A2");
  await until(() => boards.count("A0 01 01 A2") === 1);
  heard.length = 0;
  await boards.send("A0 A0 02 42");
  // If the decoder waited for a registration here, the bytes would come after a second.
  await until(() => heard.join(" ") === "A0 A0 02 42", { deadlineMs: 800, saw: () => heard });
  socket.close();
  await closed;
});
