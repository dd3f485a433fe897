/**
 * Storing and taking on the running program, over real sockets, on both databases.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { type TestDatabase, testOnEach } from "../../testing/servers/databases.ts";
import { api, putCabinet, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { guestCookie, type Message, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { SIZE } from "../sizes.ts";
import { sized } from "../../testing/test_run.ts";

/** The program with a cabinet `cab` in storage mode that is online. */
async function storing(
  { place, env, query }: Pick<TestDatabase, "place" | "env" | "query">,
  stack: AsyncDisposableStack,
  more: Record<string, unknown> = {},
) {
  const program = stack.use(await Program.start(place.folder, env));
  await putCabinet(program, "cab", { mode: "storage", ...more });
  const device = stack.use(await Device.connect(program, "REG-cab"));
  await untilOnline(program, "cab");
  // While the first reading of the doors is stored, Postgres gives out a cell that is not locked for it.
  const unread = "select cell from cells where door is null";
  await until(async () => (await query(unread)).length === 0, { saw: () => unread });
  const person = async () => stack.use(await Page.open(program, "cab", await guestCookie(program, "cab")));
  return { program, device, person };
}

/** Sends a tap that is not an `open`, and waits for its end. */
async function does(page: Page, wish: Message): Promise<Message> {
  const id = crypto.randomUUID();
  page.send({ id, ...wish });
  return await page.outcome(wish["id"] ?? id);
}

testOnEach(
  "store, reopen, retrieve: the page hears each step, and the cell is free when the door is shut",
  async (
    database,
    stack,
  ) => {
    const { program, device, person } = await storing(database, stack);
    const page = await person();
    const other = await person();
    const stored = await does(page, { type: "store", size: "M" });
    deepEqual([stored["command"], stored["cell"], stored["state"]], ["store", 1, "opened"]);
    const rental = stored["id"];
    const held = await page.until(({ type, state }) => type === "rental" && state === "held");
    deepEqual([held["rental"], held["cell"]], [rental, 1]);
    await other.until(({ type, cells }) =>
      type === "cabinet" && cells?.[0].cell === 1 && cells[0].state === "held"
    );

    device.open.delete(1);
    await other.until(({ cells }) => cells?.[0].cell === 1 && cells[0].door === "closed");
    equal((await does(page, { type: "reopen", rental }))["state"], "opened");
    device.open.delete(1);
    equal((await does(page, { type: "retrieve", rental }))["state"], "opened");
    await page.until(({ type, state }) => type === "rental" && state === "returning");
    device.open.delete(1);
    await page.until(({ type, state, reason }) =>
      type === "rental" && state === "ended" && reason === "retrieved"
    );
    await other.until(({ type, cells }) =>
      type === "cabinet" && cells?.some(({ cell, state }: Message) => cell === 1 && state === "free")
    );
    equal(device.opens.length, 3);
    const { body } = await api(program, "GET", "/commands?cabinet=cab");
    deepEqual(body.items.map(({ command }: Message) => command), ["retrieve", "reopen", "store"]);
  },
);

testOnEach(
  "a page that is loaded anew in the grace time offers what may be taken up, on each way to the server",
  async (database, stack) => {
    const { program, device } = await storing(database, stack);
    const cookie = await guestCookie(program, "cab");
    const page = stack.use(await Page.open(program, "cab", cookie));
    const { id: rental } = await does(page, { type: "store" });
    device.open.delete(1);
    await does(page, { type: "retrieve", rental });
    device.open.delete(1);
    await page.until(({ type, state }) => type === "rental" && state === "ended");

    const again = stack.use(await Page.open(program, "cab", cookie));
    const talked = await fetch(`${program.url}/talk?cabinet=cab`, { headers: { cookie } });
    const markup = await (await fetch(`${program.url}/c/cab`, { headers: { cookie } })).text();
    const state = markup.match(/id="state">([^<]*)</)?.[1] ?? "";
    for (const text of [JSON.stringify(again.messages[0]), await talked.text(), state]) {
      const [view, ...others] = JSON.parse(text).rentals;
      deepEqual([view?.rental, view?.state, view?.reason, others], [rental, "ended", "retrieved", []], text);
      equal(view.graceMs > 0 && view.graceMs <= 60_000, true, text);
    }
    again.send({ type: "keep", id: crypto.randomUUID(), rental });
    await again.until(({ type }) => type === "kept");
  },
);

testOnEach("a rental is found by the number that its person reads out, with a space or without", async (
  database,
  stack,
) => {
  const { program, person } = await storing(database, stack);
  const [page, other] = [await person(), await person()];
  const { id: rental } = await does(page, { type: "store" });
  await does(other, { type: "store" });
  const { number } = await page.until(({ type }) => type === "rental");
  for (
    const said of [number, `${number.slice(0, 4)}%20${number.slice(4)}`, `${number}&cabinet=cab&state=held`]
  ) {
    const { body } = await api(program, "GET", `/rentals?number=${said}`);
    deepEqual(body.items.map(({ id }: Message) => id), [rental], said);
  }
  for (const narrower of ["state=ended", "cabinet=other", "person=nobody"]) {
    deepEqual((await api(program, "GET", `/rentals?number=${number}&${narrower}`)).body.items, [], narrower);
  }
});

testOnEach(
  "a page knows how many cells its person may have, with those that are being given back for a guest",
  async (database, stack) => {
    const { program, person } = await storing(database, stack, { rules: { rentalsPerPerson: 3 } });
    deepEqual((await person()).messages[0]?.["rentalsMax"], { held: 3, all: 1 });
    await putCabinet(program, "cab", { mode: "storage", rules: { rentalsPerGuest: null } });
    deepEqual((await person()).messages[0]?.["rentalsMax"], {});
    await putCabinet(program, "open", { mode: "open" });
    const page = stack.use(await Page.open(program, "open", await guestCookie(program, "open")));
    equal(page.messages[0]?.["rentalsMax"], undefined);
  },
);

testOnEach(
  "what a person has is in the welcome, after a restart too, and the same tap gives no second cell",
  async (
    database,
    stack,
  ) => {
    const { program, device } = await storing(database, stack);
    const cookie = await guestCookie(program, "cab");
    const page = stack.use(await Page.open(program, "cab", cookie));
    const stored = await does(page, { type: "store" });
    await program.end("SIGKILL");
    const next = stack.use(await Program.start(database.place.folder, database.env));
    const back = stack.use(await Device.connect(next, "REG-cab"));
    await untilOnline(next, "cab");
    const again = stack.use(await Page.open(next, "cab", cookie));
    const welcome = again.messages[0] as Message;
    deepEqual(welcome["rentals"].map(({ rental, cell }: Message) => [rental, cell]), [[stored["id"], 1]]);
    const repeated = await does(again, { type: "store", id: stored["id"] });
    deepEqual([repeated["state"], repeated["cell"]], ["opened", 1]);
    equal(device.opens.length + back.opens.length, 1);
  },
);

testOnEach("a code: made by one, used by another, once; the first hears that it was picked up", async (
  database,
  stack,
) => {
  const { program, device, person } = await storing(database, stack);
  const courier = await person();
  const receiver = await person();
  const thief = await person();
  const { id: rental } = await does(courier, { type: "store" });
  const id = crypto.randomUUID();
  courier.send({ type: "share", id, rental });
  const shared = await courier.until(({ type }) => type === "shared");
  equal(shared["id"], id);
  thief.send({ type: "share", id: crypto.randomUUID(), rental });
  equal((await thief.until(({ type }) => type === "error"))["code"], "forbidden");

  const taken = await does(receiver, { type: "pickup", code: shared["code"] });
  deepEqual([taken["state"], taken["cell"]], ["opened", 1]);
  equal((await does(thief, { type: "pickup", code: shared["code"] }))["reason"], "wrong-code");
  device.open.delete(1);
  await courier.until(({ type, reason }) => type === "rental" && reason === "picked-up");
  await receiver.until(({ type, state }) => type === "rental" && state === "ended");
  const { body } = await api(program, "GET", "/events?cabinet=cab");
  const kinds = body.items.map(({ kind }: Message) => kind).filter((kind: string) =>
    !kind.startsWith("door-")
  );
  deepEqual(kinds, ["ended", "code-used", "shared", "stored"]);
});

/** Goes to the program by proxies of many addresses. */
const PROXIED = { TRUSTED_PROXIES: "1" };

testOnEach(
  "60 wrong codes of twenty guests: they wait, an alarm is raised, and the right code opens at once",
  async (
    database,
    stack,
  ) => {
    const env = { ...database.env, ...PROXIED };
    const { program } = await storing({ ...database, env }, stack);
    const person = async (from: string) =>
      stack.use(await Page.open(program, "cab", await guestCookie(program, "cab", from), from));
    const owner = await person("192.0.2.1");
    const { id: rental } = await does(owner, { type: "store" });
    owner.send({ type: "share", id: crypto.randomUUID(), rental });
    const { code } = await owner.until(({ type }) => type === "shared");
    const wrong = String((Number(code) + 1) % 100_000_000).padStart(8, "0");
    const attackers = await Promise.all(Array.from({ length: 20 }, () => person("198.51.100.1")));
    const all = await Promise.all(
      attackers.flatMap((one) => Array.from({ length: 4 }, () => does(one, { type: "pickup", code: wrong }))),
    );
    const reasons = all.map(({ reason }) => reason);
    deepEqual(reasons.toSorted(), [...Array(20).fill("blocked"), ...Array(60).fill("wrong-code")]);
    const { body } = await api(program, "GET", "/alarms?cabinet=cab&active=true");
    deepEqual(new Set(body.items.map(({ kind }: Message) => kind)), new Set(["wrong-codes"]));
    const friend = await person("192.0.2.2");
    equal((await does(friend, { type: "pickup", code }))["state"], "opened");
  },
);

const AT_ONCE = 23;

testOnEach(`a guest who stores ${AT_ONCE} times at once, in several isolates, is given one cell`, async (
  database,
  stack,
) => {
  const { program, device } = await storing({ ...database, env: { ...database.env, ISOLATES: "2" } }, stack);
  const cookie = await guestCookie(program, "cab");
  const pages = await Promise.all(Array.from({ length: 8 }, () => Page.open(program, "cab", cookie)));
  for (const page of pages) stack.use(page);
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, async (_, n) => {
    const page = pages[n % pages.length] as Page;
    const id = crypto.randomUUID();
    page.send({ type: "store", id });
    const { code, reason, state } = await page.until((message) =>
      message["id"] === id && !["requested", "sent"].includes(message["state"])
    );
    return code ?? reason ?? state;
  }));
  const said = ends.map((end) => end.status === "fulfilled" ? end.value : String(end.reason));
  equal(said.filter((one) => one === "opened").length, 1);
  deepEqual(new Set(said), new Set(["opened", ...said.filter((one) => ["limit", "too-fast"].includes(one))]));
  equal(device.opens.length, 1);
  const rows = await database.query<{ n: number }>("select count(rental) as n from cells");
  equal(Number(rows[0]?.n), 1);
});

testOnEach(
  "a guest who has a cell is not signed out, comes back by number and secret, and loses the old session",
  async (
    database,
    stack,
  ) => {
    const { program, device } = await storing(database, stack);
    const cookie = await guestCookie(program, "cab");
    const page = stack.use(await Page.open(program, "cab", cookie));
    equal(page.messages[0]?.["you"].guest, true);
    const { id: rental, cell } = await does(page, { type: "store" });
    const signOut = (language: string) =>
      fetch(`${program.url}/me/sign-out`, {
        method: "POST",
        headers: { cookie, "content-type": "application/json", "accept-language": language },
        body: "{}",
      });
    const refused = await signOut("en");
    equal(refused.status, 409);
    deepEqual(await refused.json(), {
      error: "holding",
      message: "You still have a cell. Signed out you could not open it, so give it back first.",
    });
    page.send({ type: "way-back", id: crypto.randomUUID(), rental });
    const { number, secret } = await page.until(({ type }) => type === "way-back");

    const other = await guestCookie(program, "cab");
    const next = stack.use(await Page.open(program, "cab", other));
    next.send({ type: "claim", id: "00000000-0000-4000-8000-000000000001", number, secret: "00000000" });
    equal((await next.until(({ type }) => type === "error"))["code"], "wrong-code");
    next.send({ type: "claim", id: "00000000-0000-4000-8000-000000000002", number, secret });
    const claimed = await next.until(({ type }) => type === "claimed");
    deepEqual([claimed["rental"], claimed["cell"]], [rental, cell]);
    await next.until(({ type, state }) => type === "rental" && state === "held");
    await page.until(({ type, reason }) => type === "rental" && reason === "moved");
    equal((await page.closed).reason, "signed out");
    const ended = await fetch(`${program.url}/talk?cabinet=cab`, { headers: { cookie } });
    await ended.body?.cancel();
    equal(ended.status, 401);
    device.open.clear();
    equal((await does(next, { type: "retrieve", rental }))["state"], "opened");
  },
);

testOnEach(
  "what was given back by mistake is kept, and nobody else is given the cell",
  async (database, stack) => {
    const { device, person } = await storing(database, stack, { cells: { count: 1 } });
    const [page, other] = [await person(), await person()];
    const { id: rental } = await does(page, { type: "store" });
    device.open.delete(1);
    equal((await does(page, { type: "retrieve", rental }))["state"], "opened");
    device.open.delete(1);
    await page.until(({ type, state }) => type === "rental" && state === "ended");
    page.send({ type: "keep", id: "00000000-0000-4000-8000-000000000001", rental });
    equal((await page.until(({ type }) => type === "kept"))["rental"], rental);
    equal((await does(other, { type: "store" }))["reason"], "full");
    equal(device.opens.length, 2);
  },
);

testOnEach("a jammed door: another cell, an alarm, and the cell is given to nobody until it is clean", async (
  database,
  stack,
) => {
  const { program, device, person } = await storing(database, stack, { cells: { count: 2 } });
  const page = await person();
  device.onOpen = (lock) => {
    if (lock === 1) return 0x11;
    device.open.add(lock);
    return 0x00;
  };
  const stored = await does(page, { type: "store" });
  deepEqual([stored["state"], stored["cell"]], ["opened", 2]);
  equal(device.opens.length, 2);
  equal((await does(await person(), { type: "store" }))["reason"], "full");
  const { body } = await api(program, "GET", "/alarms?active=true");
  deepEqual(body.items.map(({ kind, cell }: Message) => [kind, cell]), [["did-not-open", 1]]);
  device.onOpen = (lock) => {
    device.open.add(lock);
    return 0x00;
  };
  equal((await api(program, "POST", "/cabinets/cab/cells/1/clean")).status, 200);
  equal((await does(await person(), { type: "store" }))["cell"], 1);
});

const PEOPLE = 200;
const CELLS = 24;

testOnEach(
  sized(
    `${PEOPLE} people store at once in ${CELLS} cells: each cell goes to one, the rest are told, ${SIZE.rushes} times`,
  ),
  async (
    database,
    stack,
  ) => {
    const program = stack.use(await Program.start(database.place.folder, database.env));
    await putCabinet(program, "cab", { mode: "storage", rules: { graceSeconds: 0 } });
    const device = stack.use(await Device.connect(program, "REG-cab"));
    await untilOnline(program, "cab");
    const cookies = await Promise.all(Array.from({ length: PEOPLE }, () => guestCookie(program, "cab")));
    const pages = await Promise.all(cookies.map((cookie) => Page.open(program, "cab", cookie)));
    for (const page of pages) stack.use(page);
    for (let time = 1; time <= SIZE.rushes; time++) {
      const ended = await Promise.all(pages.map((page) => does(page, { type: "store" })));
      const given = ended.filter(({ state }) => state === "opened");
      deepEqual(
        given.map(({ cell }) => cell).sort((a, b) => a - b),
        Array.from({ length: CELLS }, (_, n) => n + 1),
        Deno.inspect(Map.groupBy(ended, ({ state, reason }) => `${state} ${reason}`), { depth: 2 }),
      );
      const others = ended.filter(({ state }) => state !== "opened").map(({ reason, state }) =>
        reason ?? state
      );
      deepEqual(others, Array(PEOPLE - CELLS).fill("full"));
      equal(device.opens.length, CELLS * time, "a pulse for each");
      const rows = await database.query<{ n: number }>("select count(distinct rental) as n from cells");
      equal(Number(rows[0]?.n), CELLS);
      const first = await api(program, "POST", "/cabinets/cab/clear", { body: {} });
      equal(first.body.rentals.length, CELLS);
      const { status } = await api(program, "POST", "/cabinets/cab/clear", {
        body: { confirm: first.body.confirm },
      });
      equal(status, 200);
      for (const page of pages) page.messages.length = 0;
    }
  },
);
