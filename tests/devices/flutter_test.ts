import { deepEqual, equal } from "node:assert/strict";
import { api, putCabinet, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";

const REPORT_EVERY_MS = 100;
const REPORTS = 60;

Deno.test("a door switch that flutters makes few events and one alarm, and its door opens as others do", async () => {
  await using folder = await tempFolder();
  await using program = await Program.start(folder.path);
  await putCabinet(program, "cab", { mode: "open" });
  await using device = await Device.connect(program, "REG-cab");
  await untilOnline(program, "cab");
  for (let n = 0; n < REPORTS; n++) {
    await device.report(5, n % 2 === 0);
    await new Promise((resolve) => setTimeout(resolve, REPORT_EVERY_MS));
  }
  const alarms = await until(async () => {
    const { items } = (await api(program, "GET", "/alarms?active=true")).body;
    return items.length > 0 && items;
  });
  deepEqual(alarms.map(({ kind, cell }: { kind: string; cell: number }) => [kind, cell]), [[
    "contact-flutters",
    5,
  ]]);
  const { items: events } = (await api(program, "GET", "/events?cabinet=cab&limit=200")).body;
  equal(events.length <= 2, true, `${events.length} events`);
  await using page = await Page.open(program, "cab", await guestCookie(program, "cab"));
  equal((await page.outcome(page.tap(5)))["state"], "opened");
});

Deno.test("a lock that jams while its switch bounces has failed", async () => {
  await using folder = await tempFolder();
  await using program = await Program.start(folder.path);
  await putCabinet(program, "cab", { mode: "open" });
  await using device = await Device.connect(program, "REG-cab");
  device.onOpen = (lock) => {
    device.report(lock, true).then(() => setTimeout(() => void device.report(lock, false), 20));
    return 0x11;
  };
  await untilOnline(program, "cab");
  await using page = await Page.open(program, "cab", await guestCookie(program, "cab"));
  const { state, reason } = await page.outcome(page.tap(7));
  deepEqual({ state, reason }, { state: "failed", reason: "did-not-open" });
});
