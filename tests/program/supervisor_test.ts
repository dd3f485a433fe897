/**
 * Several isolates in one program: one that dies is started again and the others do not notice, figures are those of
 * all, and what is limited for a person is limited over all of them.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { IsolateOptions } from "../../src/app/isolate/options.ts";
import { IsolateThread } from "../../src/app/isolate/thread.ts";
import { startLog, stopLog } from "../../src/observability/log.ts";
import { readSettings } from "../../src/app/settings/settings.ts";
import { Supervisor } from "../../src/app/supervisor.ts";
import { PERSON } from "../../src/lib/limits.ts";
import { api, putCabinet, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { TOKEN } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";

const ISOLATES = 3;
const DEVICES = 30;

const SETTINGS: Readonly<Record<string, string>> = {
  HOST: "127.0.0.1",
  PORT: "0",
  DEVICE_PORT: "0",
  ISOLATES: String(ISOLATES),
  GUEST_LOGIN: "1",
};

/** The program in this process, so that its isolates can be ended from here. */
async function supervised(stack: AsyncDisposableStack) {
  const { path } = stack.use(await tempFolder());
  stack.defer(stopLog);
  const threads: IsolateThread[] = [];
  const start = (options: IsolateOptions) => threads[options.index] = new IsolateThread(options);
  const supervisor = await Supervisor.start(
    {
      ...readSettings((name) => SETTINGS[name]),
      dataFolder: path,
      sessionSecret: "session-secret-of-the-tests",
      operatorToken: TOKEN,
    },
    startLog(),
    start,
  );
  stack.defer(() => supervisor.stop());
  const { http, device } = supervisor.listening;
  const program = { url: `http://127.0.0.1:${http.port}`, devicePort: device.port };
  return { program, threads };
}

/** How the program says that it is, whichever isolate answers. */
async function statusOf(program: { url: string }) {
  const { body } = await api(program, "GET", "/status");
  return body as {
    isolates: { isolate: number; up: boolean; devices: number; people: number; restarts: number }[];
    totals: { devices: number; people: number; commands: { opened: number } };
    router: { peers: number };
  };
}

Deno.test("an isolate that dies is started again, and the others go on", async () => {
  await using stack = new AsyncDisposableStack();
  const { program, threads } = await supervised(stack);
  const ids = Array.from({ length: DEVICES }, (_, n) => `cab-${n}`);
  for (const id of ids) await putCabinet(program, id);
  const devices = await Promise.all(
    ids.map(async (id) => stack.use(await Device.connect(program, `REG-${id}`))),
  );
  await until(async () => (await statusOf(program)).totals.devices === DEVICES, {
    saw: () => statusOf(program),
  });
  const before = await statusOf(program);
  ok(before.isolates.filter(({ devices }) => devices > 0).length > 1, "the kernel deals out connections");

  const ended = new Set<Device>();
  const gone = Promise.all(devices.map((device) => device.ended.then(() => ended.add(device))));
  threads[1]?.kill("the test ends it");
  const lost = before.isolates[1]?.devices ?? 0;
  await until(() => ended.size === lost, { saw: () => ({ ended: ended.size, lost }) });
  // A connection to the one that died may be asked once more: that it is gone is heard by asking.
  const isUp = async () => (await statusOf(program)).isolates[1]?.up;
  await until(() => isUp().catch(() => false));
  const after = await statusOf(program);
  deepEqual(after.isolates.map(({ restarts }) => restarts), [0, 1, 0]);
  equal(after.totals.devices, DEVICES - lost);

  // Whose isolate died comes back to any, and can be opened from any.
  for (const [n, device] of devices.entries()) {
    if (ended.has(device)) stack.use(await Device.connect(program, `REG-cab-${n}`));
  }
  for (const id of ids) {
    await untilOnline(program, id);
    const page = stack.use(await Page.open(program, id, await guestCookie(program, id)));
    equal((await page.outcome(page.tap(3)))["state"], "opened");
  }
  for (const device of devices) device.conn[Symbol.dispose]();
  await gone;
});

Deno.test("figures are those of all isolates, whichever answers", async () => {
  await using stack = new AsyncDisposableStack();
  const { program } = await supervised(stack);
  await putCabinet(program, "cab");
  const cookie = await guestCookie(program, "cab");
  for (let n = 0; n < 12; n++) stack.use(await Page.open(program, "cab", cookie));
  await until(async () => (await statusOf(program)).totals.people === 12);
  for (let n = 0; n < 6; n++) {
    // A connection of its own each time, so that other isolates answer.
    const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    const text = await (await fetch(`${program.url}/metrics`, { client })).text();
    client.close();
    equal(/^kaigui_sockets_open (\d+)/m.exec(text)?.[1], "12");
    equal([...text.matchAll(/^kaigui_isolate_up\{.*\} 1$/gm)].length, ISOLATES);
  }
});

Deno.test("status and figures of a program that has just started say what people have seen already", async () => {
  await using stack = new AsyncDisposableStack();
  const { program } = await supervised(stack);
  const ids = Array.from({ length: 12 }, (_, n) => `cab-${n}`);
  for (const id of ids) await putCabinet(program, id);
  const cookie = await guestCookie(program, "cab-0");
  for (let n = 0; n < 6; n++) stack.use(await Page.open(program, "cab-0", cookie));
  for (const [n, id] of ids.entries()) {
    stack.use(await Device.connect(program, `REG-${id}`));
    await untilOnline(program, id);
    equal((await api(program, "POST", `/cabinets/${id}/cells/1/open`)).body.state, "opened");
    const { totals: { devices, people, commands }, router } = await statusOf(program);
    deepEqual(
      { devices, people, opened: commands.opened, peers: router.peers },
      { devices: n + 1, people: 6, opened: n + 1, peers: ISOLATES - 1 },
    );
    const figures = await (await fetch(`${program.url}/metrics`)).text();
    const found = [
      ...figures.matchAll(/^kaigui_(devices_registered|device_accepted_total|sockets_open) (\d+)$/gm),
    ];
    deepEqual(found.map(([, name, value]) => [name, Number(value)]), [
      ["devices_registered", n + 1],
      ["device_accepted_total", n + 1],
      ["sockets_open", 6],
    ]);
  }
});

Deno.test("a person has so many open pages in each isolate", async () => {
  await using stack = new AsyncDisposableStack();
  const { program } = await supervised(stack);
  await putCabinet(program, "cab");
  const cookie = await guestCookie(program, "cab");
  const people = async () => (await statusOf(program)).isolates.map((isolate) => isolate.people);
  // The kernel deals connections out; each isolate gets more than it takes.
  const opened = await Promise.allSettled(
    Array.from({ length: 5 * PERSON.socketsMax }, () => Page.open(program, "cab", cookie)),
  );
  for (const page of opened) if (page.status === "fulfilled") stack.use(page.value);
  let saw: readonly number[] = [];
  await until(async () => (saw = await people()).every((count) => count === PERSON.socketsMax), {
    saw: () => saw,
  });
});
