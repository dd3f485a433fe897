/**
 * One owner per cabinet, with the real program: two devices with one registration, and an owner that was replaced
 * elsewhere without notice.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { DEVICE } from "../../src/lib/limits.ts";
import { type TestDatabase, testOnEach } from "../../testing/servers/databases.ts";
import { api, putCabinet, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";

/** A running program with one cabinet, its device and a person's page. */
async function cabinetOnline({ place, env }: TestDatabase, stack: AsyncDisposableStack) {
  const program = stack.use(await Program.start(place.folder, env));
  await putCabinet(program, "cab");
  const device = stack.use(await Device.connect(program, "REG-cab"));
  await untilOnline(program, "cab");
  await until(() => device.frames.length > 0);
  const page = stack.use(await Page.open(program, "cab", await guestCookie(program, "cab")));
  return { program, device, page };
}

/** Takes the cabinet's next epoch as another program would, without notice to the owner. */
async function takeElsewhere({ kind, place, query }: TestDatabase): Promise<void> {
  const statement = "update epochs set epoch = epoch + 1 where cabinet = 'cab'";
  if (kind === "postgres") return void await query(statement);
  using file = new DatabaseSync(`${place.folder}/kaigui.sqlite`, { timeout: 2_000 });
  file.exec(statement);
}

function closedAs(program: Program, reason: string): Promise<boolean> {
  return until(() => program.err.some((line) => line.includes(reason)), { saw: () => program.err });
}

testOnEach(
  "a second device with the same registration replaces a dead one, whose sent command is unconfirmed",
  async (database, stack) => {
    const { program, device: first, page } = await cabinetOnline(database, stack);
    first.readsAnswered = false;
    first.onOpen = () => undefined;
    await new Promise((resolve) => setTimeout(resolve, DEVICE.livelyMs));
    const sent = page.tap(1);
    await until(() => first.opens.length === 1);
    const waiting = page.tap(2);
    await page.until(({ id, state }) => id === waiting && state === "requested");
    const second = stack.use(await Device.connect(program, "REG-cab"));
    const told = await Promise.all([page.outcome(sent), page.outcome(waiting)]);
    deepEqual(told.map(({ state, reason }) => [state, reason]), [
      ["unconfirmed", "link-lost"],
      ["refused", "offline"],
    ]);
    await closedAs(program, "silent");
    await page.until(({ online }) => online === true);
    equal((await page.outcome(page.tap(3)))["state"], "opened");
    deepEqual([first.opens.length, second.opens.length], [1, 1]);
    deepEqual(await database.query("select epoch from epochs"), [{ epoch: 2 }]);
  },
);

testOnEach(
  "an owner that was replaced elsewhere without notice sends nothing and closes its connection",
  async (database, stack) => {
    const { program, device: first, page } = await cabinetOnline(database, stack);
    equal((await page.outcome(page.tap(1)))["state"], "opened");
    await takeElsewhere(database);
    const late = page.tap(2);
    const { state, reason } = await page.outcome(late);
    deepEqual([state, reason], ["refused", "offline"]);
    await closedAs(program, "displaced");
    equal(first.opens.length, 1, "nothing was sent");
    const { body } = await api(program, "GET", `/commands/${late}`);
    deepEqual([body.state, body.sentAt], ["refused", null]);
    const second = stack.use(await Device.connect(program, "REG-cab"));
    await untilOnline(program, "cab");
    equal((await page.outcome(page.tap(2)))["state"], "opened");
    equal(second.opens.length, 1);
    deepEqual(await database.query("select epoch from epochs"), [{ epoch: 3 }]);
  },
);
