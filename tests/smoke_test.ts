/**
 * One whole way for each thing beside which the program can run. The quick run has it; what is special about each of them is
 * tested by the thorough one.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { pageTest } from "../testing/browser/case.ts";
import { api, putCabinet, untilOnline } from "../testing/api.ts";
import { Device } from "../testing/device.ts";
import { tempFolder } from "../testing/folders.ts";
import { guestCookie, Page } from "../testing/page.ts";
import { Program } from "../testing/program.ts";
import { until } from "../testing/until.ts";
import { testOnPostgres } from "../testing/servers/databases.ts";
import { NatsServer } from "../testing/servers/nats.ts";
import { whyNoNats } from "../testing/servers/nats_rig.ts";
import { testUnless } from "../testing/test_run.ts";
import { ControllerProcess, testController } from "./devices/controller_c.ts";

const SECRET = "kX3vQ9mT7pLw2RzN8sYb";

testOnPostgres("a tap opens a door, and the journal says so", async ({ env, place, query }, stack) => {
  const program = stack.use(await Program.start(place.folder, env));
  await putCabinet(program, "cab");
  const device = stack.use(await Device.connect(program, "REG-cab"));
  await untilOnline(program, "cab");
  const page = stack.use(await Page.open(program, "cab", await guestCookie(program, "cab")));
  const id = page.tap(7);
  equal((await page.outcome(id))["state"], "opened");
  equal(device.opens.length, 1);
  deepEqual(await query(`select state, cell from commands where id = '${id}'`), [{
    state: "opened",
    cell: 7,
  }]);
}, { part: "quick", isEmpty: true });

const acrossName = "a tap at one program opens the door of a cabinet at another one, over NATS";
const whyNotAcross = whyNoNats();
if (whyNotAcross !== undefined) testUnless(whyNotAcross, acrossName, () => {});
else {
  testOnPostgres(acrossName, async ({ env, place }, stack) => {
    const nats = stack.use(await NatsServer.start());
    const own = { ...env, NATS_URL: nats.url, ISOLATES: "1" };
    const near = stack.use(await Program.start(place.folder, own));
    const far = stack.use(await Program.start(stack.use(await tempFolder()).path, own));
    await putCabinet(near, "cab");
    const device = stack.use(await Device.connect(far, "REG-cab"));
    await untilOnline(near, "cab");
    const page = stack.use(await Page.open(near, "cab", await guestCookie(near, "cab")));
    equal((await page.outcome(page.tap(7)))["state"], "opened");
    equal(device.opens.length, 1);
  }, { part: "quick" });
}

pageTest("a person taps a cell on the page in Chromium, and sees its door open", async (scene) => {
  const cabinet = await scene.cabinet();
  const phone = await scene.phone();
  await phone.visit("cab");
  await phone.ready();
  await phone.tap(7);
  await phone.sees('[data-cell="7"][data-door="open"]');
  equal(cabinet.pulses.length, 1);
});

testController("a tap opens a lock of the controller in C, and its door is seen to shut", async () => {
  await using stack = new AsyncDisposableStack();
  const program = stack.use(await Program.start(stack.use(await tempFolder()).path));
  await putCabinet(program, "lobby", {
    board: "kaigui",
    registration: undefined,
    secret: SECRET,
    cells: { count: 8 },
  });
  const controller = stack.use(
    await ControllerProcess.start({ port: program.devicePort, cabinet: "lobby", secret: SECRET }),
  );
  await untilOnline(program, "lobby");
  const page = stack.use(await Page.open(program, "lobby", await guestCookie(program, "lobby")));
  equal((await page.outcome(page.tap(3)))["state"], "opened");
  await controller.say("close 3");
  await until(async () => (await api(program, "GET", "/cabinets/lobby")).body.cells[2].door === "closed");
});
