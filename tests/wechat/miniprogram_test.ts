/**
 * The files of the example mini program, against the running program, a cabinet and a fake WeChat.
 *
 * @module
 */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { api } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { putCabinet, untilOnline } from "../../testing/api.ts";
import { tempFolder } from "../../testing/folders.ts";
import { until } from "../../testing/until.ts";
import { Phone } from "../../testing/miniprogram/phone.ts";
import { MiniProgram, type Shown, type ShownPage } from "../../testing/miniprogram/sandbox.ts";
import { SeverableLine } from "../../testing/network/severable.ts";
import { standStill } from "../../testing/network/standstill.ts";
import { FakeWechat } from "../../testing/wechat/fake_wechat.ts";

/** The official account of the same owner, which the service is not configured for here. */
const APP = { appId: "wx00000000000000a1", appSecret: "the-accounts-secret" };
const MINI = { appId: "wx00000000000000b1", appSecret: "the-mini-programs-secret" };
const LOGIN = "POST /wechat/mini/session";
/** See `lib/socket.js` and `lib/client.js`. */
const QUIET_MS = 20_000;
const PONG_MS = 8_000;
const PROBE_MS = 3_000;
/** The service's `retry-after` while WeChat does not answer. */
const AWAY_MS = 5_000;

/** The program with a cabinet that is online, a fake WeChat, and people's phones. */
class Scene implements AsyncDisposable {
  readonly stack = new AsyncDisposableStack();
  readonly wechat: FakeWechat;
  readonly program: Program;
  readonly device: Device;

  private constructor(parts: { wechat: FakeWechat; program: Program; device: Device }) {
    this.wechat = parts.wechat;
    this.program = parts.program;
    this.device = parts.device;
  }

  static async start(
    { guests = false, ...cabinet }: { guests?: boolean } & Record<string, unknown> = {},
  ): Promise<Scene> {
    await using stack = new AsyncDisposableStack();
    const wechat = stack.use(await FakeWechat.start({ ...APP, mini: MINI }));
    const folder = stack.use(await tempFolder());
    const program = stack.use(
      await Program.start(folder.path, {
        GUEST_LOGIN: guests ? "1" : "",
        WECHAT_MINI_APP_ID: MINI.appId,
        WECHAT_MINI_APP_SECRET: MINI.appSecret,
        WECHAT_API_URL: wechat.url,
      }),
    );
    await putCabinet(program, "cab", { name: "Lobby", ...cabinet });
    const device = stack.use(await Device.connect(program, "REG-cab"));
    await untilOnline(program, "cab");
    const scene = new Scene({ wechat, program, device });
    scene.stack.use(stack.move());
    return scene;
  }

  /** A person's phone, which chooses this where the mini program asks. */
  phone(person: string, choose: () => string | undefined = () => undefined): Phone {
    const login = () => this.wechat.miniCode({ openid: person, name: person });
    return this.stack.use(new Phone({ login, choose, language: "en" }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack.disposeAsync();
  }
}

/** Opens the cabinet's page on that phone. */
function openCabinet(phone: Phone, service: string, query: Record<string, string> = {}): ShownPage {
  return new MiniProgram(phone, service).open("pages/cabinet/cabinet", { cabinet: "cab", ...query });
}

/** Taps a button of the page. */
function tap(page: ShownPage, handler: string, dataset: Record<string, unknown> = {}): void {
  const handle = page[handler] as (event: unknown) => void;
  handle.call(page, { currentTarget: { dataset }, target: { dataset } });
}

/** Waits until the page shows what the test accepts. */
function shows(page: ShownPage, look: (data: Shown) => unknown): Promise<Shown> {
  return until(() => look(page.data) ? page.data : undefined, { saw: () => page.data });
}

const isLive = ({ canTap }: Shown) => canTap;

Deno.test("a person signs in by WeChat once, opens a door, and sees it open and shut", async () => {
  await using scene = await Scene.start();
  const phone = scene.phone("ann");
  const page = openCabinet(phone, scene.program.url);
  const { cells, opensCells, status } = await shows(page, isLive);
  deepEqual([opensCells, cells.length, status], [true, 24, "Tap a cell and its door opens."]);
  ok(phone.log.includes("title Lobby"));
  tap(page, "open", { cell: 7 });
  tap(page, "open", { cell: 8 });
  await shows(page, ({ news }) => news.text === "Door 7 is open. Please shut it when you are done.");
  await shows(page, ({ cells }) => cells[6].says === "Open");
  deepEqual(scene.device.opens, ["8A 01 07 11 9D"], "a second tap does nothing while the first one runs");
  await scene.device.report(7, false);
  await shows(page, ({ cells }) => cells[6].says === "Shut");
  page.onUnload();
  await shows(openCabinet(phone, scene.program.url), isLive);
  deepEqual([phone.times("login"), phone.times(LOGIN)], [1, 1], "the session is kept");
});

Deno.test("a socket that breaks during a tap costs no door: the same id is sent again, and pulses once", async () => {
  await using scene = await Scene.start();
  const phone = scene.phone("ann");
  const page = openCabinet(phone, scene.program.url);
  await shows(page, isLive);
  scene.device.onOpen = () => undefined;
  scene.device.readsAnswered = false;
  tap(page, "open", { cell: 7 });
  await until(() => scene.device.opens.length > 0);
  phone.cutSockets();
  match(page.data["status"], /connecting again/);
  page.onShow();
  await until(() => phone.sent.filter(({ type }) => type === "open").length >= 2);
  scene.device.readsAnswered = true;
  await scene.device.report(7, true);
  await shows(page, ({ news }) => news.text.startsWith("Door 7 is open"));
  const [first, again] = phone.sent.filter(({ type }) => type === "open");
  deepEqual(again, first, "it was made when it was made");
  ok(Math.abs(Date.now() - (first?.at ?? 0)) < 60_000, "the service's clock is ours here");
  match(first?.id ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  equal(scene.device.opens.length, 1);
});

Deno.test("a tap that waited in a socket for too long opens nothing, and the page asks for the time", async () => {
  await using scene = await Scene.start();
  const phone = scene.phone("ann");
  const page = openCabinet(phone, scene.program.url);
  await shows(page, isLive);
  const pings = () => phone.sent.filter(({ type }) => type === "ping").length;
  const before = pings();
  const frozen = standStill([scene.program]);
  tap(page, "open", { cell: 7 });
  await frozen;
  await shows(page, ({ news }) => news.text.startsWith("Not opened: that took too long"));
  await until(() => pings() > before);
  equal(scene.device.opens.length, 0);
  tap(page, "open", { cell: 7 });
  await shows(page, ({ news }) => news.text.startsWith("Door 7 is open"));
});

Deno.test("a mini program that was closed during a tap sends the same id when it is opened again", async () => {
  await using scene = await Scene.start();
  const phone = scene.phone("ann");
  const page = openCabinet(phone, scene.program.url);
  await shows(page, isLive);
  scene.device.onOpen = () => undefined;
  scene.device.readsAnswered = false;
  tap(page, "open", { cell: 7 });
  await until(() => scene.device.opens.length > 0);
  page.onUnload();
  const next = openCabinet(phone, scene.program.url);
  equal(next.data["canTap"], false);
  await until(() => phone.sent.filter(({ type }) => type === "open").length >= 2);
  scene.device.readsAnswered = true;
  await scene.device.report(7, true);
  await shows(next, ({ news }) => news.text.startsWith("Door 7 is open"));
  equal(new Set(phone.sent.map(({ id }) => id)).size, 1);
  equal(scene.device.opens.length, 1);
  next.onUnload();
  const sent = phone.sent.length;
  const later = openCabinet(phone, scene.program.url);
  await shows(later, isLive);
  equal(later.data["news"].text, "", "what is over is not asked again");
  tap(later, "open", { cell: 8 });
  later.onUnload();
  await until(() => phone.storage.size === 2);
  equal(phone.sent.length, sent, "and who leaves before a tap has its id sends nothing");
});

Deno.test("a running tap is sent again at once in the foreground", async () => {
  await using scene = await Scene.start();
  const phone = scene.phone("ann");
  const page = openCabinet(phone, scene.program.url);
  await shows(page, isLive);
  scene.device.onOpen = () => undefined;
  scene.device.readsAnswered = false;
  tap(page, "open", { cell: 7 });
  await until(() => scene.device.opens.length > 0);
  page.onShow();
  scene.device.readsAnswered = true;
  await scene.device.report(7, true);
  await shows(page, ({ news }) => news.text.startsWith("Door 7 is open"));
  deepEqual(phone.sent.map(({ type }) => type), ["open", "ping", "open"]);
  equal(scene.device.opens.length, 1);
});

Deno.test("a session that was ended, or has expired, is renewed once and without a message", async () => {
  await using scene = await Scene.start();
  const phone = scene.phone("ann");
  const page = openCabinet(phone, scene.program.url);
  await shows(page, isLive);
  const [[key = "", kept = ""] = []] = phone.storage;
  const { value, until: end } = JSON.parse(kept);
  ok(Date.parse(end) > Date.now());
  const ended = await fetch(`${scene.program.url}/me/sign-out`, {
    method: "POST",
    headers: { cookie: `kaigui_session=${value}`, "content-type": "application/json" },
  });
  equal(ended.status, 204);
  await until(() => phone.times(LOGIN) === 2);
  await shows(page, isLive);
  notEqual(JSON.parse(phone.storage.get(key) ?? "").value, value);
  page.onUnload();

  phone.storage.set(key, JSON.stringify({ value, until: new Date(0).toISOString() }));
  const sockets = phone.times("socket");
  await shows(openCabinet(phone, scene.program.url), isLive);
  equal(phone.times(LOGIN), 3);
  equal(phone.times("socket"), sockets + 1, "what is over is not even tried");
});

Deno.test("a service that accepts no session is not called in a loop: the person can try again", async () => {
  await using scene = await Scene.start();
  await using never = neverSignedIn(scene.program.url);
  const phone = scene.phone("ann");
  const page = openCabinet(phone, never.url);
  await shows(page, ({ canTryAgain }) => canTryAgain);
  equal(page.data["status"], "Signing in did not work; please try again.");
  deepEqual([phone.times(LOGIN), phone.times("socket")], [2, 2]);
  equal(phone.waits(QUIET_MS), false);
  tap(page, "tryAgain");
  await until(() => phone.times("GET /ws") === 3);
  await shows(page, ({ canTryAgain }) => canTryAgain);
  deepEqual([phone.times(LOGIN), phone.times("socket")], [3, 3]);
});

/** A service at which people can log in, and that then refuses their sessions. */
function neverSignedIn(service: string): AsyncDisposable & { url: string } {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/ws") return new Response("Open the cabinet's page first", { status: 401 });
    const { method, headers } = request;
    return await fetch(service + pathname, { method, headers, body: await request.text() });
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("a person stores, opens again and shares a code, and a friend takes the thing out with it", async () => {
  const cells = [1, 2, 3].map((cell) => ({ cell, board: 1, channel: cell, size: cell === 3 ? "L" : "S" }));
  await using scene = await Scene.start({ mode: "storage", cells });
  const choices: string[] = [];
  const ann = openCabinet(scene.phone("ann", () => choices.pop()), scene.program.url);
  const { sizes } = await shows(ann, isLive);
  const lefts = ({ sizes }: Shown) => sizes.map(({ size, left }: Shown) => `${size} ${left}`).join();
  equal(lefts({ sizes }), "S 2 free,L 1 free");
  tap(ann, "open", { cell: 1 });
  tap(ann, "store", { size: "L" });
  const { rentals: [held] } = await shows(ann, ({ rentals, canTap }) => canTap && rentals[0]?.isHeld);
  deepEqual([held.cell, held.until, held.code], [3, "", ""]);
  match(ann.data["news"].text, /^Door 3 is open/);
  await shows(ann, (data) => lefts(data) === "S 2 free,L 0 free" && data["sizes"][1].isFull);
  await scene.device.report(3, false);
  tap(ann, "take", { rental: held.rental });
  equal(ann.data["canTap"], true, "a cancelled sheet changes nothing");
  choices.push(ann.data["texts"].reopen);
  tap(ann, "take", { rental: held.rental });
  await until(() => scene.device.opens.length === 2);
  await shows(ann, isLive);
  await scene.device.report(3, false);

  tap(ann, "use", { type: "share", rental: held.rental });
  const { rentals: [shared] } = await shows(ann, ({ rentals, canTap }) => canTap && rentals[0]?.code !== "");
  match(shared.codeUntil, /^Works until \d\d-\d\d \d\d:\d\d$/);
  const share = ann["onShareAppMessage"] as (event: unknown) => { path: string };
  const card = share.call(ann, { from: "button", target: { dataset: { code: shared.code } } });
  equal(card.path, `/pages/cabinet/cabinet?cabinet=cab&code=${shared.code}`);
  equal(share.call(ann, { from: "menu" }).path, "/pages/cabinet/cabinet?cabinet=cab");

  const bob = openCabinet(scene.phone("bob"), scene.program.url, { code: shared.code });
  const { code, isCode } = await shows(bob, isLive);
  deepEqual([code, isCode], [shared.code, true]);
  tap(bob, "pickup");
  await shows(bob, ({ news }) => news.text.startsWith("Door 3 is open"));
  await shows(ann, ({ rentals }) => rentals.length === 1 && !rentals[0].isHeld);
  await scene.device.report(3, false);
  await shows(ann, ({ rentals, sizes }) => rentals.length === 0 && !sizes[1].isFull);
  tap(bob, "pickup");
  await shows(
    bob,
    ({ news }) => news.text === "This code does not work. A code works once, and expires.",
  );
  equal(scene.device.opens.length, 3);
});

Deno.test("a cell that was given back is kept after all, and the operator's end of a rental is shown", async () => {
  await using scene = await Scene.start({ mode: "storage", cells: { count: 1 } });
  const { program, device } = scene;
  const ann = openCabinet(scene.phone("ann", () => ann.data["texts"].retrieve), program.url);
  await shows(ann, isLive);
  tap(ann, "store", { size: "M" });
  const { rentals: [held] } = await shows(ann, ({ rentals, canTap }) => canTap && rentals[0]?.canTake);
  match(held.number, /^No\. \d{4} \d{4}$/);
  await device.report(1, false);
  tap(ann, "take", { rental: held.rental });
  await shows(ann, ({ rentals }) => rentals[0]?.canKeep);
  await device.report(1, false);
  await shows(ann, ({ rentals }) => rentals[0]?.says === "Given back");
  tap(ann, "use", { type: "keep", rental: held.rental });
  await shows(ann, ({ rentals, news }) => rentals[0]?.canTake && news.text === "Door 1 is yours as before.");
  equal(device.opens.length, 2);
  equal((await api(program, "POST", `/rentals/${held.rental}/end`, { body: {} })).status, 200);
  const { news } = await shows(ann, ({ rentals }) => rentals.length === 0);
  deepEqual(news, {
    text: "Door 1: the operator ended it. Ask the operator where your things are.",
    tone: "careful",
  });
});

Deno.test("a guest's rental moves to the person with its number and password", async () => {
  await using scene = await Scene.start({ mode: "storage", guests: true });
  const { program } = scene;
  const guest = scene.stack.use(await Page.open(program, "cab", await guestCookie(program, "cab")));
  const id = crypto.randomUUID();
  guest.send({ type: "store", id });
  await guest.outcome(id);
  guest.send({ type: "way-back", id: crypto.randomUUID(), rental: id });
  const { number, secret } = await guest.until(({ type }) => type === "way-back");
  const ann = openCabinet(scene.phone("ann"), program.url);
  await shows(ann, isLive);
  for (const [field, value] of [["claimNumber", number], ["claimSecret", secret]]) {
    equal(ann.data["isClaim"], false);
    const typed = ann["claimTyped"] as (event: unknown) => void;
    typed.call(ann, { currentTarget: { dataset: { field } }, detail: { value } });
  }
  equal(ann.data["isClaim"], true);
  tap(ann, "claim");
  const { rentals: [rental] } = await shows(ann, ({ rentals, canTap }) => canTap && rentals[0]?.canTake);
  equal(rental.rental, id);
  equal(ann.data["news"].text, "Door 1 is back. You can open it now.");
});

Deno.test("where cells are assigned, the person's own open and others are refused", async () => {
  await using scene = await Scene.start({ mode: "assigned" });
  const phone = scene.phone("ann");
  const page = openCabinet(phone, scene.program.url);
  await shows(page, ({ canTap, cells }) => canTap && cells.every(({ isOthers }: Shown) => isOthers));
  const [[, session = ""] = []] = phone.storage;
  const [person] = decodeURIComponent(JSON.parse(session).value).split("~");
  const body = { person, cells: [5] };
  equal((await api(scene.program, "POST", "/cabinets/cab/permits", { body })).status, 201);
  await shows(page, ({ cells }) => !cells[4].isOthers && cells[5].isOthers);
  tap(page, "open", { cell: 6 });
  await shows(page, ({ news }) => news.text === "Door 6 is not yours to open.");
  tap(page, "open", { cell: 5 });
  await shows(page, ({ news }) => news.text.startsWith("Door 5 is open"));
  equal(scene.device.opens.length, 1);
});

Deno.test("while WeChat is away the person is told, and signs in when it is back; a person with a session does not notice", async () => {
  await using scene = await Scene.start();
  const before = openCabinet(scene.phone("ann"), scene.program.url);
  await shows(before, isLive);
  scene.wechat.faults.put({ kind: "status", status: 502 }, { path: "/sns/jscode2session" });
  const phone = scene.phone("bob");
  const page = openCabinet(phone, scene.program.url);
  const { status, canTryAgain } = await shows(page, ({ status }) => /WeChat/.test(status));
  deepEqual([status, canTryAgain], ["WeChat's login does not answer; trying again…", false]);
  equal(phone.times("socket"), 0);
  tap(before, "open", { cell: 7 });
  await shows(before, ({ news }) => news.text.startsWith("Door 7 is open"));

  scene.wechat.faults.heal();
  await until(() => phone.waits(AWAY_MS));
  phone.hurry(AWAY_MS);
  await shows(page, isLive);
  equal(phone.times(LOGIN), 2);
});

Deno.test("a used code costs one more login; a person whom WeChat blocks is told so, and not logged in again", async () => {
  await using scene = await Scene.start();
  const ann = { openid: "ann", name: "ann" };
  const used = scene.wechat.miniCode(ann);
  const keys = `appid=${MINI.appId}&secret=${MINI.appSecret}&grant_type=authorization_code`;
  await (await fetch(`${scene.wechat.url}/sns/jscode2session?${keys}&js_code=${used}`)).body?.cancel();
  const codes = [used];
  const phone = scene.stack.use(new Phone({ login: () => codes.pop() ?? scene.wechat.miniCode(ann) }));
  await shows(openCabinet(phone, scene.program.url), isLive);
  equal(phone.times(LOGIN), 2);

  const login = () => scene.wechat.miniCode({ openid: "eve", name: "eve", blocked: true });
  const blocked = scene.stack.use(new Phone({ login, language: "en" }));
  const page = openCabinet(blocked, scene.program.url);
  await shows(page, ({ canTryAgain }) => canTryAgain);
  match(page.data["status"], /^WeChat does not allow the login/);
  deepEqual([blocked.times(LOGIN), blocked.times("socket")], [1, 0]);
});

Deno.test("a missing cabinet is shown as missing, and not requested again", async () => {
  await using scene = await Scene.start();
  const phone = scene.phone("ann");
  const page = openCabinet(phone, scene.program.url, { cabinet: "nowhere" });
  await shows(page, ({ canTryAgain }) => canTryAgain);
  equal(page.data["status"], "There is no such cabinet; it may have been taken away.");
  equal(phone.times("socket"), 1);
});

Deno.test("a connection that went silent is noticed and replaced", async () => {
  await using scene = await Scene.start();
  await using line = new SeverableLine({ hostname: "127.0.0.1", port: scene.program.httpPort });
  const phone = scene.phone("ann");
  const page = openCabinet(phone, `http://127.0.0.1:${line.port}`);
  await shows(page, isLive);
  phone.hurry(QUIET_MS);
  await until(() => phone.waits(QUIET_MS), { saw: () => "no pong" });
  line.cut();
  page.onShow();
  phone.hurry(PROBE_MS);
  match(page.data["status"], /connecting again/);
  line.mend();
  phone.network(true);
  await shows(page, isLive);
  await until(() => phone.sockets === 1, { saw: () => phone.sockets });
  phone.hurry(QUIET_MS);
  equal(phone.waits(PONG_MS), true);
});
