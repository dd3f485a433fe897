/**
 * What peers send that they should not: each gets a clear answer, and nobody else notices.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { api, putCabinet } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { untilOnline } from "../../testing/api.ts";
import { TOKEN } from "../../testing/program.ts";
import { bytesOf, chance } from "../../testing/chance.ts";

/** A running program, one good cabinet with its device and page that must go on working, and a way to check. */
async function bystander(stack: AsyncDisposableStack) {
  const folder = stack.use(await tempFolder());
  const program = stack.use(await Program.start(folder.path));
  await putCabinet(program, "good");
  const device = stack.use(await Device.connect(program, "REG-good"));
  await untilOnline(program, "good");
  const page = stack.use(await Page.open(program, "good", await guestCookie(program, "good")));
  const goesOn = async () => {
    equal((await page.outcome(page.tap(7)))["state"], "opened");
    equal((await page.outcome(page.tap(8)))["state"], "opened");
  };
  return { program, device, page, goesOn };
}

/** Connects, sends, and resolves when the server hangs up. */
async function hungUp(program: Program, bytes: Uint8Array): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: program.devicePort });
  try {
    for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
    while (await conn.read(new Uint8Array(1024)) !== null);
  } catch {
    // Hung up while we were still writing.
  }
}

Deno.test("devices: unknown, silent and endless registrations are closed and named in the log", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, goesOn } = await bystander(stack);
  const closed = [
    hungUp(program, new TextEncoder().encode("IMEI-OF-NOBODY")),
    hungUp(program, new Uint8Array()),
    hungUp(program, new Uint8Array(1024 * 1024).fill(0x41)),
    hungUp(program, bytesOf(chance("bad input"), 300)),
    hungUp(program, new TextEncoder().encode("REG-goodbye")),
  ];
  await goesOn();
  await Promise.all(closed);
  const log = program.err.join("\n");
  for (const reason of ["unknown-registration", "not-registered-in-time", "too-long-registration"]) {
    match(log, new RegExp(reason));
  }
  match(log, new RegExp(new TextEncoder().encode("IMEI-OF-NOBODY").toHex()));
  await goesOn();
});

Deno.test("devices: garbage, half frames and wrong checksums between good frames harm nothing", async () => {
  await using stack = new AsyncDisposableStack();
  const { device, goesOn } = await bystander(stack);
  const answer = device.onOpen;
  const noise = ["FF00FF", "8A01", "8A0107008D", "80010733", "82018A", "FEFEFE"];
  device.onOpen = (lock) => {
    void device.send(Uint8Array.fromHex(noise[lock % noise.length] as string));
    return answer(lock);
  };
  await goesOn();
});

Deno.test("devices: a registration in pieces, with a line end, glued to a frame, or before every packet", async () => {
  await using stack = new AsyncDisposableStack();
  const { program } = await bystander(stack);
  const registration = new TextEncoder().encode("REG-split");
  await putCabinet(program, "split");
  for (const tail of ["", "\r\n", "\n"]) {
    await using device = await Device.connect(program, registration.subarray(0, 3));
    await device.send(registration.subarray(3));
    await device.send(new TextEncoder().encode(tail));
    await untilOnline(program, "split");
    await until(() => device.frames.length > 0);
  }
  await untilOnline(program, "split", false);
  const glued = stack.use(
    await Device.connect(program, Uint8Array.from([...registration, ...Uint8Array.fromHex("8201070084")])),
  );
  glued.readsAnswered = false;
  const isOpen = async (cell: number) =>
    (await api(program, "GET", "/cabinets/split")).body.cells[cell - 1].door === "open";
  await until(() => isOpen(7));
  await glued.send(Uint8Array.from([...registration, ...Uint8Array.fromHex("820109008A")]));
  await until(() => isOpen(9));
});

Deno.test("devices: a longer registration is not taken for the shorter one that it begins with", async () => {
  await using stack = new AsyncDisposableStack();
  const { program } = await bystander(stack);
  await putCabinet(program, "one", { registration: { text: "CAB1" } });
  await putCabinet(program, "ten", { registration: { text: "CAB10" } });
  const device = stack.use(await Device.connect(program, "CAB1"));
  await device.send(new TextEncoder().encode("0"));
  await untilOnline(program, "ten");
  await untilOnline(program, "one", false);
  stack.use(await Device.connect(program, "CAB1"));
  await untilOnline(program, "one");
});

Deno.test("devices: a connection that claims a cabinet that is alive is hung up on, and nobody notices", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, device, page } = await bystander(stack);
  const newcomer = stack.use(await Device.connect(program, "REG-good"));
  await newcomer.ended;
  await until(() => program.err.some((line) => line.includes("already-connected")));
  equal((await page.outcome(page.tap(5)))["state"], "opened");
  deepEqual([device.opens.length, newcomer.opens.length], [1, 0]);
  equal((await api(program, "GET", "/cabinets/good")).body.online, true);
  equal(page.messages.some(({ online }) => online === false), false);
});

Deno.test("devices: a heartbeat is echoed where that is wanted and never taken for a frame", async () => {
  await using stack = new AsyncDisposableStack();
  const { program } = await bystander(stack);
  await putCabinet(program, "beat", { board: "raw", cells: [], heartbeat: { hex: "8AFE", echo: true } });
  const conn = stack.use(await Deno.connect({ hostname: "127.0.0.1", port: program.devicePort }));
  await conn.write(Uint8Array.from([...new TextEncoder().encode("REG-beat"), 0x8a, 0xfe, 0x8a, 0xfe]));
  await untilOnline(program, "beat");
  await conn.write(Uint8Array.of(0x8a, 0xfe));
  const heard: number[] = [];
  const buffer = new Uint8Array(16);
  while (heard.length < 6) heard.push(...buffer.subarray(0, await conn.read(buffer) ?? 0));
  deepEqual(heard, [0x8a, 0xfe, 0x8a, 0xfe, 0x8a, 0xfe], "one echo each");
});

Deno.test("people: what is not a message gets an error with a code and opens nothing", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, device, goesOn } = await bystander(stack);
  const page = stack.use(await Page.open(program, "good", await guestCookie(program, "good")));
  const expectations: [unknown, string][] = [
    ["{", "not-json"],
    ["[]", "bad-message"],
    [{ type: "open", id: "7", cell: 7 }, "bad-message"],
    [{ type: "open", id: crypto.randomUUID(), cell: "7" }, "bad-message"],
    [{ type: "open", id: crypto.randomUUID(), cell: 7, extra: 1 }, "bad-message"],
    [{ type: "explode" }, "bad-message"],
    [{ type: "open", id: crypto.randomUUID(), cell: 99 }, "unknown-cell"],
    [`{"type":"ping","pad":"${"x".repeat(5_000)}"}`, "too-big"],
  ];
  for (const [message, code] of expectations) {
    page.messages.length = 0;
    page.send(message);
    const error = await page.until(({ type }) => type === "error");
    equal(error["code"], code, JSON.stringify(message).slice(0, 80));
    ok(error["message"]);
  }
  page.send({ type: "ping" });
  await page.until(({ type }) => type === "pong");
  equal(device.opens.length, 0);
  await goesOn();
});

Deno.test("people: three texts running that are not JSON close the socket", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, goesOn } = await bystander(stack);
  const page = stack.use(await Page.open(program, "good", await guestCookie(program, "good")));
  for (let i = 0; i < 3; i++) page.send("no json");
  equal((await page.closed).code, 1008);
  await goesOn();
});

Deno.test("people: a flood is told to wait, then closed, and others go on", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, goesOn } = await bystander(stack);
  const page = stack.use(await Page.open(program, "good", await guestCookie(program, "good")));
  for (let i = 0; i < 100; i++) page.send({ type: "ping" });
  await page.until(({ code }) => code === "too-fast");
  for (let i = 0; i < 2_000; i++) page.send({ type: "ping" });
  await page.closed;
  const tapper = stack.use(await Page.open(program, "good", await guestCookie(program, "good")));
  for (let i = 0; i < 50; i++) tapper.tap(1 + i % 24);
  await tapper.until(({ code }) => code === "too-fast");
  await goesOn();
});

Deno.test("people: no session, no cabinet, a foreign origin and a forged cookie are told apart", async () => {
  await using stack = new AsyncDisposableStack();
  const { program } = await bystander(stack);
  const cookie = await guestCookie(program, "good");
  const upgrade = async (path: string, headers: Record<string, string>) => {
    const response = await fetch(`${program.url}${path}`, { headers });
    await response.body?.cancel();
    return response.status;
  };
  equal(await upgrade("/ws?cabinet=good", {}), 401);
  equal(await upgrade("/ws?cabinet=nowhere", { cookie }), 404);
  equal(await upgrade("/ws?cabinet=good", { cookie, origin: "https://evil.example" }), 403);
  equal(await upgrade("/ws?cabinet=good", { cookie: cookie.replace(/.{4}$/, "AAAA") }), 401);
  equal(await upgrade("/ws?cabinet=good", { cookie, origin: program.url }), 426);
  equal(await upgrade("/c/nowhere", {}), 404);
  const closed = stack.use(await tempFolder());
  const strict = stack.use(await Program.start(closed.path, { GUEST_LOGIN: "" }));
  await putCabinet(strict, "good");
  const answer = await fetch(`${strict.url}/c/good`);
  equal(answer.status, 401);
  match(await answer.text(), /GUEST_LOGIN=1/);
  ok(strict.said.some((line) => /^Nobody can sign in: set GUEST_LOGIN=1 .* WECHAT_APP_ID/.test(line)));
  equal(program.said.some((line) => line.startsWith("Nobody can sign in")), false);
});

Deno.test("a PUBLIC_URL that WeChat will not do with is warned of at the start", async () => {
  await using stack = new AsyncDisposableStack();
  const warned = async (url: string): Promise<boolean> => {
    const folder = stack.use(await tempFolder());
    const wechat = { WECHAT_APP_ID: "wx0123456789abcdef", WECHAT_APP_SECRET: "0".repeat(32) };
    const program = stack.use(await Program.start(folder.path, { ...wechat, PUBLIC_URL: url }));
    return program.said.some((line) => line.startsWith("PUBLIC_URL is http: "));
  };
  deepEqual([await warned("http://kaigui.example"), await warned("https://kaigui.example")], [true, false]);
});

Deno.test("people: the root says what this is, and nothing of what there is", async () => {
  await using stack = new AsyncDisposableStack();
  const { program } = await bystander(stack);
  const home = await fetch(program.url);
  const text = await home.text();
  deepEqual([home.status, home.headers.get("content-type")], [200, "text/html; charset=UTF-8"]);
  match(text, /^<!DOCTYPE html><html lang="zh-CN">.*智能柜.*<section lang="en">.*smart cabinets.*<\/html>$/s);
  ok(!/good|0\.1\.0|token/i.test(text), "no cabinet, no version, no secret");
  match(home.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  equal(home.headers.get("set-cookie"), null);
  const icon = await fetch(`${program.url}/favicon.ico`);
  deepEqual([icon.status, icon.headers.get("content-type")], [200, "image/svg+xml"]);
  match(await icon.text(), /^<svg /);
  const robots = await fetch(`${program.url}/robots.txt`);
  deepEqual([robots.status, await robots.text()], [200, "User-agent: *\nDisallow: /\n"]);
  for (const path of ["/", "/favicon.ico", "/robots.txt"]) {
    equal((await fetch(`${program.url}${path}`, { method: "HEAD" })).status, 200, path);
  }
});

Deno.test("people: Upgrade may be written in any case", async () => {
  await using stack = new AsyncDisposableStack();
  const { program } = await bystander(stack);
  const cookie = await guestCookie(program, "good");
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: program.httpPort });
  const lines = [
    "GET /ws?cabinet=good HTTP/1.1",
    "Host: k",
    "Upgrade: WebSocket",
    "Connection: Upgrade",
    `Cookie: ${cookie}`,
  ];
  const key = ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", "", ""];
  await conn.write(new TextEncoder().encode([...lines, ...key].join("\r\n")));
  const buffer = new Uint8Array(1024);
  const length = await conn.read(buffer) ?? 0;
  match(new TextDecoder().decode(buffer.subarray(0, length)), /^HTTP\/1\.1 101 /);
});

Deno.test("operator: mistakes are problem details that name what is wrong", async () => {
  await using stack = new AsyncDisposableStack();
  const { program } = await bystander(stack);
  const put = (body: unknown, id = "new") => api(program, "PUT", `/cabinets/${id}`, { body });
  const cases: [Promise<{ status: number; type: string; body: { detail: string } }>, number, RegExp][] = [
    [put("{"), 400, /JSON/],
    [put({ name: "x", board: "mystery" }), 422, /board/],
    [put({ board: "8a", mode: "open" }), 422, /name/],
    [put({ name: "x", board: "8a" }), 422, /^mode: say who may open what: open .*, storage .*, or assigned/],
    [put({ name: "x", board: "8a", mode: "free" }), 422, /^mode: say who may open what/],
    [put({ name: "x", board: "8a", mode: null }), 422, /^mode: say who may open what/],
    [put({ name: "x", board: "8a", mode: "open", cells: { count: 1001 } }), 422, /cells.count/],
    [
      put({ name: "x", board: "dc", mode: "open", cells: { count: 241 } }),
      422,
      /cells.count: a dc cabinet has no more than 240/,
    ],
    [
      put({ name: "x", board: "8a", mode: "open", cells: { count: 9, perBoard: 51 } }),
      422,
      /8a boards have no more than 50/,
    ],
    [
      put({ name: "x", board: "8a", mode: "open", cells: [{ cell: 1, board: 1, channel: 51 }] }),
      422,
      /channels go from 1 to 50/,
    ],
    [
      put({ name: "x", board: "8a", mode: "open", cells: [{ cell: 1, board: 100, channel: 1 }] }),
      422,
      /boards go from 1 to 99/,
    ],
    [
      put({
        name: "x",
        board: "8a",
        mode: "open",
        cells: [1, 2].map((cell) => ({ cell, board: 1, channel: 1 })),
      }),
      422,
      /two cells/,
    ],
    [put({ name: "x", board: "8a", mode: "open", registration: { hex: "F" } }), 422, /registration/],
    [put({ name: "x", board: "8a", mode: "open", registration: { text: "REG-good" } }), 409, /good/],
    [put({ name: "x", board: "8a", mode: "open", colour: "red" }), 422, /colour/],
    [put({ name: "x", board: "8a" }, "a%20b"), 422, /letters/],
    [put("x".repeat(300 * 1024)), 413, /bytes/],
    [api(program, "GET", "/cabinets/nowhere"), 404, /nowhere/],
    [api(program, "POST", "/cabinets/good/cells/99/open"), 404, /99/],
    [api(program, "GET", "/commands/none"), 404, /none/],
    [api(program, "GET", "/commands?limit=0"), 422, /limit/],
    [api(program, "GET", "/commands?before=x"), 400, /cursor/],
    [api(program, "GET", "/nothing"), 404, /nothing/],
    [api(program, "GET", "/cabinets", { headers: { authorization: "Bearer wrong" } }), 401, /token/],
  ];
  for (const [call, status, detail] of cases) {
    const answer = await call;
    equal(answer.status, status, `${detail} ${JSON.stringify(answer.body)}`);
    match(answer.type, /^application\/problem\+json/);
    match(answer.body.detail, detail);
  }
  equal((await api(program, "GET", "/cabinets/new")).status, 404);
});

Deno.test("operator: a cabinet comes back as it was put, an open waits for its outcome, lists have pages", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, device } = await bystander(stack);
  const body = {
    name: "Lobby A",
    board: "8a",
    registration: { text: "IMEI860000000000001" },
    heartbeat: { hex: "FE", echo: false },
    wiring: "short-when-locked",
    mode: "open",
    cells: { count: 26, size: "L" },
  };
  const created = await api(program, "PUT", "/cabinets/lobby", { body });
  equal(created.status, 201);
  deepEqual(created.body.cells[25], {
    cell: 26,
    board: 2,
    channel: 2,
    size: "L",
    state: "free",
    door: "unknown",
  });
  const { cells: _cells, ...described } = body;
  for (const [key, value] of Object.entries(described)) deepEqual(created.body[key], value, key);
  equal((await api(program, "PUT", "/cabinets/lobby", { body: created.body })).status, 200);
  const list = await api(program, "GET", "/cabinets?limit=1");
  deepEqual([list.body.items[0].id, list.body.total], ["good", 2]);
  const rest = await api(program, "GET", `/cabinets?limit=1&after=${list.body.next}`);
  deepEqual([rest.body.items[0].id, rest.body.next], ["lobby", null]);

  const headers = { "idempotency-key": "ticket-1" };
  const open = (cell: number) =>
    api(program, "POST", `/cabinets/good/cells/${cell}/open`, { headers, body: { reason: "cannot scan" } });
  const first = await open(7);
  deepEqual([first.status, first.body.state, first.body.by, first.body.note], [
    200,
    "opened",
    "operator",
    "cannot scan",
  ]);
  deepEqual((await open(7)).body, first.body);
  equal((await open(8)).status, 422);
  equal(device.opens.length, 1);
  await api(program, "POST", "/cabinets/good/cells/9/open");
  const newest = await api(program, "GET", "/commands?cabinet=good&limit=1");
  equal(newest.body.items[0].cell, 9);
  const older = await api(program, "GET", `/commands?cabinet=good&limit=1&before=${newest.body.next}`);
  deepEqual([older.body.items[0].id, older.body.next], [first.body.id, null]);
  equal((await api(program, "GET", "/commands?state=failed")).body.items.length, 0);

  equal((await api(program, "DELETE", "/cabinets/good")).status, 204);
  equal((await api(program, "GET", "/cabinets/good")).status, 404);
  equal((await api(program, "GET", `/commands/${first.body.id}`)).status, 200);
  const { body: description } = await api(program, "GET", "/openapi.json");
  equal(description.openapi, "3.1.0");
});

Deno.test("operator: the raw line sends hex to the bus and back, and nothing else", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, goesOn } = await bystander(stack);
  await putCabinet(program, "raw", { board: "raw", cells: [] });
  const conn = stack.use(await Deno.connect({ hostname: "127.0.0.1", port: program.devicePort }));
  await conn.write(new TextEncoder().encode("REG-raw"));
  await untilOnline(program, "raw");
  const socket = new WebSocket(`${program.url.replace("http", "ws")}/api/v1/cabinets/raw/raw`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  const heard: string[] = [];
  socket.onmessage = ({ data }) => heard.push(data);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  await until(() => heard.length === 1);
  match(heard[0] as string, /^\S+ welcome$/);
  for (const [index, wrong] of ["A0 01 01 A", "A0 0G", "", "hello"].entries()) {
    socket.send(wrong);
    await until(() => heard.length === 2 + index);
    match(heard.at(-1) as string, /^error: /);
  }
  socket.send("A0 01 01 A2");
  const buffer = new Uint8Array(16);
  const length = await conn.read(buffer);
  deepEqual(buffer.subarray(0, length ?? 0), Uint8Array.fromHex("A00101A2"));
  await conn.write(Uint8Array.fromHex("a00102a3"));
  await until(() => heard.includes("A0 01 02 A3"), { saw: () => heard });
  conn[Symbol.dispose]();
  await untilOnline(program, "raw", false);
  socket.send("A0 01 01 A2");
  await until(() => heard.at(-1)?.includes("offline"));
  socket.close();
  await closed;
  await goesOn();
});
