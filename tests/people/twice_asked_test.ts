/**
 * The same tap asked for at two isolates at once, as a page does that connects anew while its tap is on the way.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { testOnEach } from "../../testing/servers/databases.ts";
import { api, putCabinet, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { guestCookie, type Message, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { SIZE } from "../sizes.ts";

/** As many as a person may have; the kernel spreads them over the isolates. */
const SOCKETS = 8;
/** How long the board takes to answer: so long is the line busy with another tap. */
const ANSWER_MS = 100;

testOnEach(
  "a tap that two isolates are asked for at once opens once, and both answers say so",
  async ({ place, env, query }, stack) => {
    const program = stack.use(await twoIsolates(place, env));
    await putCabinet(program, "a");
    const device = stack.use(await Device.connect(program, "REG-a"));
    device.answerMs = ANSWER_MS;
    await untilOnline(program, "a");
    const other = stack.use(await Page.open(program, "a", await guestCookie(program, "a")));
    const pages = await pagesOf(stack, program);
    for (let round = 0; round < SIZE.twiceAsked; round++) {
      const [cell, id] = [3 + round % 20, crypto.randomUUID()];
      device.open.clear();
      device.frames.length = 0;
      const busy = other.tap(1);
      await until(() => device.opens.length === 1);
      const told = await Promise.all(pairOf(pages, round).map((page) => page.outcome(page.tap(cell, id))));
      await other.outcome(busy);
      const [row] = await query<Message>(`select state from commands where id = '${id}'`);
      deepEqual([...told.map(({ state }) => state), row?.["state"]], ["opened", "opened", "opened"]);
      equal(device.opens.length, 2, "one pulse for each tap");
    }
  },
);

testOnEach(
  "storing and taking that two isolates are asked for at once is done once, and both answers say so",
  async ({ place, env, query }, stack) => {
    const program = stack.use(await twoIsolates(place, env));
    await putCabinet(program, "a", { mode: "storage", rules: { rentalsPerGuest: null } });
    const device = stack.use(await Device.connect(program, "REG-a"));
    await untilOnline(program, "a");
    const pages = await pagesOf(stack, program);
    for (let round = 0; round < SIZE.twiceAsked; round++) {
      const [stored, taken] = [crypto.randomUUID(), crypto.randomUUID()];
      device.frames.length = 0;
      const wishes = [{ type: "store", id: stored }, { type: "retrieve", id: taken, rental: stored }];
      for (const wish of wishes) {
        const pair = pairOf(pages, round);
        for (const page of pair) page.send(wish);
        const told = await Promise.all(pair.map((page) => answer(page, wish.id)));
        deepEqual(told.map(({ state }) => state), ["opened", "opened"], JSON.stringify(told));
        equal(told[0]?.["cell"], told[1]?.["cell"]);
      }
      equal(device.opens.length, 2, "one pulse for each wish");
      device.open.clear();
      await until(async () =>
        (await query<Message>("select id from rentals where state <> 'ended'")).length === 0
      );
    }
  },
);

testOnEach(
  "a share that two isolates are asked for at once makes one code",
  async ({ place, env }, stack) => {
    const program = stack.use(await twoIsolates(place, env));
    await putCabinet(program, "a", { mode: "storage" });
    stack.use(await Device.connect(program, "REG-a"));
    await untilOnline(program, "a");
    const pages = await pagesOf(stack, program);
    const [rental, id] = [crypto.randomUUID(), crypto.randomUUID()];
    pages[0]?.send({ type: "store", id: rental });
    await pages[0]?.outcome(rental);
    for (const page of pages) page.send({ type: "share", id, rental });
    const told = await Promise.all(pages.map((page) => page.until((message) => message["id"] === id)));
    equal(new Set(told.map(({ type, code }) => `${type} ${code}`)).size, 1, JSON.stringify(told));
    equal(told[0]?.["type"], "shared");
  },
);

testOnEach(
  "a cabinet that is described several times at once is created once, and a registration goes to one",
  async ({ place, env }, stack) => {
    const program = stack.use(await twoIsolates(place, env));
    const put = async (id: string, text: string) => {
      const body = { name: "x", board: "8a", mode: "open", registration: { text }, cells: { count: 4 } };
      return await api(program, "PUT", `/cabinets/${id}`, { body });
    };
    const statusesOf = (answers: Awaited<ReturnType<typeof put>>[]) =>
      answers.map(({ status, body }) => status < 500 ? status : body.detail).toSorted();
    for (let round = 0; round < SIZE.twiceAsked; round++) {
      const same = await Promise.all(
        Array.from({ length: 6 }, () => put(`same${round}`, `REG-same-${round}x`)),
      );
      deepEqual(statusesOf(same), [200, 200, 200, 200, 200, 201]);
      const others = await Promise.all(
        ["one", "two"].map((id) => put(`${id}${round}`, `REG-other-${round}x`)),
      );
      deepEqual(statusesOf(others), [201, 409]);
    }
  },
);

function twoIsolates(place: { folder: string }, env: Record<string, string>): Promise<Program> {
  return Program.start(place.folder, { ...env, ISOLATES: "2" });
}

async function pagesOf(stack: AsyncDisposableStack, program: Program): Promise<Page[]> {
  const cookie = await guestCookie(program, "a");
  const pages: Page[] = [];
  while (pages.length < SOCKETS) pages.push(stack.use(await Page.open(program, "a", cookie)));
  return pages;
}

/** Two of the pages, each time others, so that most pairs are of two isolates. */
function pairOf(pages: readonly Page[], round: number): Page[] {
  const distance = 1 + Math.floor(round / SOCKETS) % (SOCKETS - 1);
  return [round, round + distance].flatMap((n) => pages[n % SOCKETS] ?? []);
}

/** How the wish ended, also where that is a mistake. */
function answer(page: Page, id: string): Promise<Message> {
  const going = ["requested", "sent"];
  return page.until(({ id: of, type, state }) =>
    of === id && (type === "error" || type === "command" && !going.includes(state))
  );
}
