/**
 * The way beside the WebSocket, end to end: what the socket says to a message, the talk says too.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { COMMAND, PERSON } from "../../src/lib/limits.ts";
import { clock } from "../../src/page/browser.ts";
import { connectWithFallback } from "../../src/page/connection/transport_fallback.ts";
import { httpSocket } from "../../src/page/connection/http_socket.ts";
import { type PageSession, startSession } from "../../src/page/session.ts";
import { initialState } from "../../src/page/state/state.ts";
import { uuidOf } from "../../src/lib/uuid.ts";
import { putCabinet } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { guestCookie, type Message, Page } from "../../testing/page.ts";
import { Program, query } from "../../testing/program.ts";
import { untilOnline } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { until } from "../../testing/until.ts";
import { freePort } from "../../testing/servers/ports.ts";
import { chance } from "../../testing/chance.ts";

/** The board's own word that lock 7 opened. */
const LOCK_7_OPENED = Uint8Array.of(0x8a, 1, 7, 0x00, 0x8a ^ 1 ^ 7);

const UUIDS = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** A running program with a cabinet `cab` and its device. */
async function cabinetOnline(stack: AsyncDisposableStack, more: Record<string, unknown> = {}) {
  const folder = stack.use(await tempFolder());
  const program = stack.use(await Program.start(folder.path));
  await putCabinet(program, "cab", more);
  const device = stack.use(await Device.connect(program, "REG-cab"));
  await untilOnline(program, "cab");
  return { folder, program, device, cookie: await guestCookie(program, "cab") };
}

/** Sends one message on the way beside the socket. */
function post(
  program: { url: string },
  message: unknown,
  { headers, signal, cabinet = "cab" }: {
    headers: Record<string, string>;
    signal?: AbortSignal;
    cabinet?: string;
  },
): Promise<Response> {
  const body = typeof message === "string" ? message : JSON.stringify(message);
  return fetch(`${program.url}/talk?cabinet=${cabinet}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
    ...(signal ? { signal } : {}),
  });
}

/** All that was answered. */
async function messagesOf(response: Response): Promise<Message[]> {
  const text = await response.text();
  equal(response.headers.get("content-type"), "application/x-ndjson", text);
  ok(text.endsWith("\n"));
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** How a person asks for something: says it, and gives all answers up to the last one. */
type Way = (message: unknown) => Promise<Message[]>;

function isFinal({ type, state }: Message): boolean {
  return type !== "command" || !["requested", "sent"].includes(state);
}

async function overSocket(program: Program, stack: AsyncDisposableStack): Promise<Way> {
  const page = stack.use(await Page.open(program, "cab", await guestCookie(program, "cab")));
  return async (message) => {
    const answers: Message[] = [];
    const { promise: last, resolve } = Promise.withResolvers<void>();
    page.heard = (answer) => {
      if (["welcome", "cabinet", "rental"].includes(answer["type"])) return;
      answers.push(answer);
      if (isFinal(answer)) resolve();
    };
    page.send(message);
    await last;
    return answers;
  };
}

async function overTalk(program: Program): Promise<Way> {
  const cookie = await guestCookie(program, "cab");
  return async (message) => await messagesOf(await post(program, message, { headers: { cookie } }));
}

/**
 * What may differ each time is left out: ids, codes, given cells; and `requested`, which is not told where it is on disk
 * together with `sent`.
 */
function alike(answers: Message[]): Message[] {
  const all: Message[] = JSON.parse(JSON.stringify(answers).replace(UUIDS, "id"));
  return all.filter(({ state }) => state !== "requested").map(({ cell, until, time, ...rest }) => ({
    ...rest,
    ...(time === undefined ? {} : { time: isNow(time) }),
    ...(cell === undefined ? {} : { cell: rest["command"] === "open" ? cell : typeof cell }),
    ...(until === undefined ? {} : { code: rest["code"].length, until: Date.parse(until) > Date.now() }),
  }));
}

/** Whether the service's clock said that just now; here it is ours, too. */
function isNow(time: number): boolean {
  return Number.isInteger(time) && Math.abs(Date.now() - time) < 60_000;
}

/** What a person does, one thing after the other, and what is answered to all of it. */
type Scenario = (ask: Way) => Promise<Message[]>;

async function same(program: Program, scenario: Scenario, stack: AsyncDisposableStack): Promise<Message[]> {
  const socket = await scenario(await overSocket(program, stack));
  const talk = await scenario(await overTalk(program));
  deepEqual(alike(talk), alike(socket));
  return talk;
}

/** What was said, in a word each. */
function told(answers: Message[]): string[] {
  return answers.filter(({ state }) => state !== "requested")
    .map(({ type, state, reason, code }) => reason ?? state ?? code ?? type);
}

Deno.test("a talk says of taps what the socket says: opened, refused, an old id, a conflict", async () => {
  await using stack = new AsyncDisposableStack();
  const cells = [1, 2, 3].map((cell) => ({ cell, board: 1, channel: cell }));
  const { program, device } = await cabinetOnline(stack, {
    cells: [...cells, { cell: 4, board: 1, channel: 4, state: "disabled" }],
  });
  const answers = await same(program, async (ask) => {
    const id = crypto.randomUUID();
    const tap = (cell: number, as: string = crypto.randomUUID()) => ask({ type: "open", id: as, cell });
    return [...await tap(1, id), ...await tap(1, id), ...await tap(2, id), ...await tap(4), ...await tap(99)];
  }, stack);
  deepEqual(told(answers), ["sent", "opened", "opened", "conflict", "disabled", "unknown-cell"]);
  equal(device.opens.length, 2, "one for each of the two people");
  await device[Symbol.asyncDispose]();
  await untilOnline(program, "cab", false);
  const tap = { type: "open", cell: 3 };
  const offline = await same(program, (ask) => ask({ ...tap, id: crypto.randomUUID() }), stack);
  deepEqual(told(offline), ["offline"]);
});

Deno.test("a talk says of storing and sharing what the socket says", async () => {
  await using stack = new AsyncDisposableStack();
  const { program } = await cabinetOnline(stack, { mode: "storage" });
  const answers = await same(program, async (ask) => {
    const rental = crypto.randomUUID();
    const about = (type: string, of: string) => ask({ type, id: crypto.randomUUID(), rental: of });
    return [
      ...await ask({ type: "store", id: rental, size: "M" }),
      ...await about("share", rental),
      ...await about("share", crypto.randomUUID()),
      ...await about("retrieve", rental),
      ...await ask({ type: "pickup", id: crypto.randomUUID(), code: "00000000" }),
    ];
  }, stack);
  const shared = answers.find(({ type }) => type === "shared");
  match(shared?.["code"], /^\d{8}$/);
  const [stored, retrieved] = [["sent", "opened"], ["sent", "opened"]];
  deepEqual(told(answers), [...stored, shared?.["code"], "forbidden", ...retrieved, "wrong-code"]);
});

Deno.test("a talk says of taps' ages what the socket says: too old, young, of the future, known", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, device } = await cabinetOnline(stack, { mode: "storage" });
  const old = () => Date.now() - COMMAND.deadlineMs;
  const answers = await same(program, async (ask) => {
    const [rental, code, lost] = [crypto.randomUUID(), "00000000", crypto.randomUUID()];
    const about = (type: string, at: number, more: Message) =>
      ask({ type, id: crypto.randomUUID(), at, ...more });
    return [
      ...await about("store", old(), { id: lost }),
      ...await about("store", old() + 60_000, { id: lost }),
      ...await about("store", Date.now() - 1_000, { id: rental }),
      ...await about("reopen", old(), { rental }),
      ...await about("pickup", old(), { code }),
      ...await about("retrieve", old(), { rental }),
      ...await about("retrieve", Date.now() + 3_600_000, { rental }),
      ...await about("store", 0, { id: rental }),
    ];
  }, stack);
  const opened = ["sent", "opened"];
  const [tooOld, twice] = [Array(3).fill("expired"), Array(2).fill("expired")];
  deepEqual(told(answers), [...twice, ...opened, ...tooOld, ...opened, "opened"]);
  equal(device.opens.length, 4);
});

Deno.test("a talk says of what is not a message what the socket says, and opens nothing", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, device } = await cabinetOnline(stack);
  const id = crypto.randomUUID();
  const messages = [
    "{",
    "",
    { type: "open", id: "7", cell: 7 },
    { type: "open", id, cell: 7, extra: 1 },
    ...["now", -1, 0.5, null, 1e300].map((at) => ({ type: "open", id, cell: 7, at })),
    { type: "share", id, rental: id, at: 1 },
    { type: "explode" },
    `{"type":"ping","pad":"${"x".repeat(PERSON.messageBytesMax)}"}`,
    `{"type":"ping","pad":"${"柜".repeat(PERSON.messageBytesMax / 2)}"}`,
    { type: "ping" },
  ];
  const answers = await same(program, async (ask) => {
    const all: Message[] = [];
    for (const message of messages) all.push(...await ask(message));
    return all;
  }, stack);
  const bad = "bad-message";
  const errors = ["not-json", "not-json", ...Array(messages.length - 5).fill(bad), "too-big", "too-big"];
  deepEqual(told(answers), [...errors, "pong"]);
  equal(answers[3]?.["id"], id);
  equal(device.opens.length, 0);
});

Deno.test("a talk tells each step as it comes", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, device, cookie } = await cabinetOnline(stack);
  device.onOpen = () => undefined;
  const tap = { type: "open", id: crypto.randomUUID(), cell: 7 };
  const { body } = await post(program, tap, { headers: { cookie } });
  ok(body);
  let text = "";
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (!text.includes("sent") || device.open.has(7)) continue;
    device.open.add(7);
    await device.send(LOCK_7_OPENED);
  }
  match(text, /"sent"\}\n.*"opened"\}\n$/, "the board answered only once it was told that it was sent");
});

Deno.test("a person who hangs up in the middle of a tap asks again with its id: one pulse, the same answer", async () => {
  await using stack = new AsyncDisposableStack();
  const { folder, program, device, cookie } = await cabinetOnline(stack);
  device.onOpen = () => undefined;
  const tap = { type: "open", id: crypto.randomUUID(), cell: 7 };
  const hangUp = new AbortController();
  const { body } = await post(program, tap, { headers: { cookie }, signal: hangUp.signal });
  await until(() => device.opens.length === 1);
  hangUp.abort();
  await body?.cancel().catch(() => {});
  device.open.add(7);
  await device.send(LOCK_7_OPENED);
  const state = () => query(folder.path, "select state from commands where id = ?", tap.id)[0]?.["state"];
  await until(() => state() === "opened", { saw: state });
  deepEqual(told(await messagesOf(await post(program, tap, { headers: { cookie } }))), ["opened"]);
  equal(device.opens.length, 1);
  equal(program.err.some((line) => line.includes("went wrong")), false, program.err.join("\n"));
});

Deno.test("a talk that asks after a tap which still runs hears its end, and there is one pulse", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, device, cookie } = await cabinetOnline(stack);
  device.onOpen = () => undefined;
  const tap = { type: "open", id: crypto.randomUUID(), cell: 7 };
  const first = await post(program, tap, { headers: { cookie } });
  await until(() => device.opens.length === 1);
  const second = await post(program, tap, { headers: { cookie } });
  device.open.add(7);
  await device.send(LOCK_7_OPENED);
  deepEqual(told(await messagesOf(first)), ["sent", "opened"]);
  deepEqual(told(await messagesOf(second)), ["sent", "opened"]);
  equal(device.opens.length, 1);
});

Deno.test("a talk welcomes as the socket does", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, device, cookie } = await cabinetOnline(stack, { mode: "assigned" });
  await device.report(7, true);
  const page = stack.use(await Page.open(program, "cab", cookie));
  const isOpen = ({ cells }: Message) => cells?.[6].door === "open";
  const ask = () => fetch(`${program.url}/talk?cabinet=cab`, { headers: { cookie } });
  const welcome = await until(async () => {
    const [one] = await messagesOf(await ask());
    return one && isOpen(one["cabinet"]) && one;
  });
  const [greeting = {}] = page.messages;
  const alike = ({ time, cabinet, ...rest }: Message) => ({
    ...rest,
    time: isNow(time),
    cabinet: { ...cabinet, cells: [] },
  });
  deepEqual(alike(welcome), alike(greeting));
  equal(alike(welcome).time, true);
  deepEqual(welcome["permits"], []);
  const { headers, body } = await ask();
  await body?.cancel();
  equal(headers.get("cache-control"), "no-store, no-transform");
});

Deno.test("a talk is refused without a session, cabinet, own origin, or JSON", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, cookie } = await cabinetOnline(stack);
  const ping = { type: "ping" };
  const get = (headers: Record<string, string>, cabinet = "cab") =>
    fetch(`${program.url}/talk?cabinet=${cabinet}`, { headers });
  const foreign = { cookie, origin: "https://evil.example" };
  const answers: [Promise<Response>, number][] = [
    [get({}), 401],
    [post(program, ping, { headers: {} }), 401],
    [get(foreign), 403],
    [post(program, ping, { headers: foreign }), 403],
    [get({ cookie }, "nowhere"), 404],
    [post(program, ping, { headers: { cookie }, cabinet: "nowhere" }), 404],
    [post(program, ping, { headers: { cookie, "content-type": "text/plain" } }), 415],
    [post(program, ping, { headers: { cookie, origin: program.url } }), 200],
    [get({ cookie, origin: program.url }), 200],
  ];
  for (const [index, [answer, status]] of answers.entries()) {
    const response = await answer;
    await response.body?.cancel();
    equal(response.status, status, `answer ${index}`);
  }
});

Deno.test("a talk that floods is told to wait, and so are too many taps; others go on", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, device, cookie } = await cabinetOnline(stack);
  device.onOpen = () => undefined;
  const taps = Array.from({ length: 20 }, (_, index) => {
    const tap = { type: "open", id: crypto.randomUUID(), cell: 1 + index };
    return post(program, tap, { headers: { cookie } }).then(messagesOf);
  });
  const refused = await Promise.any(taps.map(async (answers) => {
    const [first] = await answers;
    if (first?.["code"] !== "too-fast") throw new Error("a tap that was taken");
    return first;
  }));
  equal(refused["type"], "error");
  const flood = await Promise.all(
    Array.from({ length: 200 }, () => post(program, { type: "ping" }, { headers: { cookie } })),
  );
  for (const { body } of flood) await body?.cancel();
  const held = flood.find(({ status }) => status === 429);
  equal(held?.headers.get("retry-after"), "1");
  const other = await overTalk(program);
  deepEqual((await other({ type: "ping" })).map(({ type }) => type), ["pong"]);
  const back = await until(async () => {
    const response = await post(program, { type: "ping" }, { headers: { cookie } });
    await response.body?.cancel();
    return response.status === 200;
  });
  ok(back, "a moment later");
  await Promise.all(taps);
});

Deno.test("a body without an end is answered at once when it is too long, and after a while when it stays away", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, cookie } = await cabinetOnline(stack);
  const answerTo = async (body: string): Promise<{ code: string; tookMs: number }> => {
    const since = Date.now();
    using conn = await Deno.connect({ hostname: "127.0.0.1", port: program.httpPort });
    const head = [
      "POST /talk?cabinet=cab HTTP/1.1",
      "Host: k",
      `Cookie: ${cookie}`,
      "Content-Type: application/json",
      `Content-Length: ${1024 * 1024 * 1024}`,
    ];
    await conn.write(new TextEncoder().encode([...head, "", body].join("\r\n")));
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(4096);
    let answer = "";
    while (!answer.includes("}")) {
      const length = await conn.read(buffer);
      if (length === null) break;
      answer += decoder.decode(buffer.subarray(0, length));
    }
    const [, code = ""] = /"code":"([\w-]+)"/.exec(answer) ?? [];
    return { code, tookMs: Date.now() - since };
  };
  const [long, slow] = await Promise.all([
    answerTo("x".repeat(2 * PERSON.messageBytesMax)),
    answerTo('{"type":"ping"'),
  ]);
  deepEqual([long.code, slow.code], ["too-big", "not-json"]);
  ok(long.tookMs < PERSON.talkBodyMs && slow.tookMs >= PERSON.talkBodyMs, Deno.inspect([long, slow]));
});

Deno.test("SIGTERM: a talk that runs hears its end, new ones are sent away, exit 0 within 10 s", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, device, cookie } = await cabinetOnline(stack);
  await until(() => device.frames.length > 0);
  device.readsAnswered = false;
  device.onOpen = () => undefined;
  const tap = { type: "open", id: crypto.randomUUID(), cell: 1 };
  const running = await post(program, tap, { headers: { cookie } });
  await until(() => device.opens.length === 1);
  const since = Date.now();
  program.process.kill("SIGTERM");
  // The program says that it stops before its isolates know.
  await until(async () => {
    const ping = await post(program, { type: "ping" }, { headers: { cookie } });
    await ping.body?.cancel();
    return ping.status === 503;
  });
  const late = await post(program, { ...tap, id: crypto.randomUUID(), cell: 2 }, { headers: { cookie } });
  deepEqual([late.status, late.headers.get("retry-after")], [503, "1"]);
  await late.body?.cancel();
  deepEqual(told(await messagesOf(running)).slice(-1), ["no-reply"]);
  equal((await program.process.status).code, 0);
  ok(Date.now() - since < 10_000, `${Date.now() - since} ms`);
  equal(device.opens.length, 1);
});

/** A page as the browser runs it, of a person whose WebSockets nobody takes. */
async function blockedPage(program: Program, cookie: string): Promise<PageSession> {
  const url = `${program.url}/talk?cabinet=cab`;
  const ask = (url: string, init: RequestInit) =>
    fetch(url, { ...init, headers: { ...init.headers, cookie } });
  const [welcome] = await messagesOf(await ask(url, {}));
  const { you, cabinet, rentals } = welcome as Message;
  const nobody = freePort();
  return startSession({
    initial: initialState({ you, cabinet, rentals, canScan: false }, { nowMs: clock.now(), isLocal: false }),
    storage: () => {
      throw new Error("nothing is kept here");
    },
    connect: connectWithFallback({
      webSocket: () => new WebSocket(`ws://127.0.0.1:${nobody}`),
      http: () => httpSocket({ url, fetch: ask, clock }),
      clock,
    }),
    clock,
    random: chance("page"),
    newId: () => uuidOf(crypto.getRandomValues(new Uint8Array(16)), Date.now()),
    hasNetwork: () => true,
    onRefused: () => {},
  });
}

Deno.test("a page opens a door where no WebSocket gets through, and sees it close", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, device, cookie } = await cabinetOnline(stack);
  const page = await blockedPage(program, cookie);
  stack.defer(() => page.close());
  const saw = () => page.state();
  await until(() => page.state().connection === "live", { saw });
  page.tap({ type: "open", cell: 7 });
  await until(() => {
    const [tap] = page.state().taps.values();
    return tap?.step === "ended" && tap.outcome.by === "server" && tap.outcome.state === "opened";
  }, { saw });
  const door = () => page.state().cabinet.cells[6]?.door;
  await until(() => door() === "open", { saw });
  await device.report(7, false);
  await until(() => door() === "closed", { saw });
  equal(device.opens.length, 1);
});
