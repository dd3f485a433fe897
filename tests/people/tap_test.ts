/**
 * One tap, end to end, against the real program and a device written from the facts.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { api, putCabinet } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program, query } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { untilOnline } from "../../testing/api.ts";

const QUIET_MS = 1_000;

/** A running program with one cabinet, its device and a person's page. */
async function cabinetOnline(stack: AsyncDisposableStack, more: Record<string, unknown> = {}) {
  const folder = stack.use(await tempFolder());
  const program = stack.use(await Program.start(folder.path));
  await putCabinet(program, "cab", more);
  const device = stack.use(await Device.connect(program, "REG-cab"));
  await untilOnline(program, "cab");
  const cookie = await guestCookie(program, "cab");
  const page = stack.use(await Page.open(program, "cab", cookie));
  return { folder, program, device, cookie, page };
}

Deno.test("a tap on cell 7 becomes exactly one pulse, and the page hears opened", async () => {
  await using stack = new AsyncDisposableStack();
  const { folder, program, device, page } = await cabinetOnline(stack);
  let journaled: unknown;
  device.onOpen = (lock) => {
    journaled = query(folder.path, "select state from commands where id = ?", id)[0];
    device.open.add(lock);
    return 0x00;
  };
  const id = page.tap(7);
  const outcome = await page.outcome(id);
  deepEqual(outcome, { type: "command", id, command: "open", cell: 7, state: "opened" });
  deepEqual(device.opens, ["8A 01 07 11 9D"]);
  equal((journaled as { state: string }).state, "sent", "the row is on disk before the bytes come");
  const [row] = query(folder.path, "select state, cell, cabinet from commands where id = ?", id);
  deepEqual({ ...row }, { state: "opened", cell: 7, cabinet: "cab" });
  const { body } = await api(program, "GET", `/commands/${id}`);
  equal(body.state, "opened");
  match(body.by, /^person:[0-9a-f-]{36}$/);
  ok(body.requestedAt <= body.sentAt && body.sentAt <= body.finishedAt);
});

Deno.test("a second page on the same cabinet sees the door open and close again", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, device, page } = await cabinetOnline(stack);
  const other = stack.use(await Page.open(program, "cab", await guestCookie(program, "cab")));
  await page.outcome(page.tap(7));
  const seen = (door: string) => (message: Record<string, unknown>) =>
    message["type"] === "cabinet" &&
    (message["cells"] as { cell: number; door: string }[] | undefined)?.some((cell) =>
        cell.cell === 7 && cell.door === door
      ) === true;
  await other.until(seen("open"));
  device.open.delete(7);
  await other.until(seen("closed"));
  equal(other.messages.some(({ type }) => type === "command"), false, "nobody hears of another's commands");
});

Deno.test("the same id again, from the same and from a new socket, gets the same answer and no second pulse", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, device, page, cookie } = await cabinetOnline(stack);
  const id = page.tap(7);
  page.tap(7, id);
  const first = await page.outcome(id);
  page.tap(7, id);
  await until(() =>
    page.messages.filter((message) => message["id"] === id && message["state"] === "opened")[2]
  );
  const again = stack.use(await Page.open(program, "cab", cookie));
  again.tap(7, id);
  deepEqual(await again.outcome(id), first);
  deepEqual(device.opens, ["8A 01 07 11 9D"]);
});

Deno.test("an id that belongs to somebody else, or to another cell, is a conflict and moves nothing", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, device, page } = await cabinetOnline(stack);
  const id = page.tap(7);
  await page.outcome(id);
  page.tap(8, id);
  equal((await page.until(({ type }) => type === "error"))["code"], "conflict");
  const other = stack.use(await Page.open(program, "cab", await guestCookie(program, "cab")));
  other.tap(7, id);
  const error = await other.until(({ type }) => type === "error");
  equal(error["code"], "conflict");
  equal(error["id"], id);
  equal(device.opens.length, 1);
});

Deno.test("a board that does not answer leaves the tap unconfirmed, pulses once, and the bus keeps quiet", async () => {
  await using stack = new AsyncDisposableStack();
  const { device, page } = await cabinetOnline(stack);
  await until(() => device.frames.length > 0);
  device.readsAnswered = false;
  device.onOpen = () => undefined;
  const id = page.tap(7);
  const outcome = await page.outcome(id);
  equal(outcome["state"], "unconfirmed");
  equal(outcome["reason"], "no-reply");
  deepEqual(device.opens, ["8A 01 07 11 9D"]);
  const pulse = device.frames.findIndex(({ hex }) => hex.startsWith("8A"));
  const [sent, next] = device.frames.slice(pulse);
  ok(sent && next && next.at - sent.at >= QUIET_MS, "nothing is sent while a late reply could come");
});

Deno.test("a door that is seen open later settles what had to be called unconfirmed", async () => {
  await using stack = new AsyncDisposableStack();
  const { folder, device, page } = await cabinetOnline(stack);
  device.readsAnswered = false;
  device.onOpen = () => undefined;
  const id = page.tap(7);
  await page.until(({ state }) => state === "sent");
  // Otherwise nothing at all was heard, and the line would be hung up on.
  await device.report(8, false);
  equal((await page.outcome(id))["state"], "unconfirmed");
  device.readsAnswered = true;
  await device.report(7, true);
  await page.until((message) => message["id"] === id && message["state"] === "opened");
  equal(query(folder.path, "select state from commands where id = ?", id)[0]?.["state"], "opened");
  equal(device.opens.length, 1);
});

Deno.test("a jammed lock is failed: the board said no and the door reads shut", async () => {
  await using stack = new AsyncDisposableStack();
  const { device, page } = await cabinetOnline(stack);
  device.onOpen = () => 0x11;
  const outcome = await page.outcome(page.tap(3));
  equal(outcome["state"], "failed");
  equal(outcome["reason"], "did-not-open");
  equal(device.opens.length, 1);
});

Deno.test("a tap on an offline cabinet is refused at once and stays refused when the device comes", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, device, page } = await cabinetOnline(stack);
  await device[Symbol.asyncDispose]();
  await untilOnline(program, "cab", false);
  const id = page.tap(7);
  const outcome = await page.outcome(id);
  deepEqual([outcome["state"], outcome["reason"]], ["refused", "offline"]);
  const back = stack.use(await Device.connect(program, "REG-cab\r\n"));
  await untilOnline(program, "cab");
  page.tap(7, id);
  await until(() =>
    page.messages.filter((message) => message["id"] === id && message["state"] === "refused")[1]
  );
  deepEqual(back.opens, []);
});

Deno.test("a link that breaks between pulse and answer leaves the tap unconfirmed", async () => {
  await using stack = new AsyncDisposableStack();
  const { device, page } = await cabinetOnline(stack);
  device.onOpen = () => {
    device.conn[Symbol.dispose]();
    return undefined;
  };
  const outcome = await page.outcome(page.tap(7));
  deepEqual([outcome["state"], outcome["reason"]], ["unconfirmed", "link-lost"]);
});

Deno.test("a disabled cell is refused without a byte", async () => {
  await using stack = new AsyncDisposableStack();
  const cells = [{ cell: 1, board: 1, channel: 1 }, { cell: 2, board: 1, channel: 2, state: "disabled" }];
  const { device, page } = await cabinetOnline(stack, { cells });
  const outcome = await page.outcome(page.tap(2));
  deepEqual([outcome["state"], outcome["reason"]], ["refused", "disabled"]);
  page.tap(3);
  equal((await page.until(({ type }) => type === "error"))["code"], "unknown-cell");
  deepEqual(device.opens, []);
});

Deno.test("a page sees at once that its cabinet was changed, and that it was removed", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, device, page } = await cabinetOnline(stack);
  const cells = [{ cell: 1, board: 1, channel: 1 }, { cell: 2, board: 1, channel: 2, state: "disabled" }];
  await putCabinet(program, "cab", { name: "Lobby B", cells });
  const shown = await page.until(({ cabinet }) => cabinet?.name === "Lobby B");
  deepEqual(shown["cabinet"].cells.map(({ state }: { state: string }) => state), ["free", "disabled"]);
  page.tap(3);
  equal((await page.until(({ type }) => type === "error"))["code"], "unknown-cell");
  stack.use(await Device.connect(program, "REG-cab"));
  await untilOnline(program, "cab");
  equal((await page.outcome(page.tap(1)))["state"], "opened");
  equal(device.opens.length, 0, "other cells: the device had to say anew who it is");
  await api(program, "DELETE", "/cabinets/cab");
  equal((await page.closed).code, 1001);
});

Deno.test("an adapter that echoes does not look like a failure, declared or not", async () => {
  for (const localEcho of [true, false]) {
    await using stack = new AsyncDisposableStack();
    const { device, page } = await cabinetOnline(stack, { localEcho });
    const answer = device.onOpen;
    device.onOpen = (lock) => {
      void device.send(Uint8Array.of(0x8a, 1, lock, 0x11, 0x8a ^ 1 ^ lock ^ 0x11));
      return answer(lock);
    };
    device.readsAnswered = !localEcho;
    equal((await page.outcome(page.tap(7)))["state"], "opened", `localEcho ${localEcho}`);
    equal(device.opens.length, 1);
  }
});
