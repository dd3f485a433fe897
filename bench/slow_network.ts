/**
 * The page on a poor mobile network: 400 ms there and back, 50 KB/s for all connections together, and so many round
 * trips more before a new connection may be used (TCP and TLS have two). In Chromium, with a fake WeChat.
 *
 *     deno task build && deno run -A bench/slow_network.ts [rounds] [handshakes]
 *
 * @module
 */
import { launch, Phone } from "../testing/browser/browser.ts";
import { putCabinet, untilOnline } from "../testing/api.ts";
import { Device } from "../testing/device.ts";
import { tempFolder } from "../testing/folders.ts";
import { Program } from "../testing/program.ts";
import { until } from "../testing/until.ts";
import { freePort } from "../testing/servers/ports.ts";
import { SlowLine } from "../testing/network/slow_line.ts";
import { userAgentOf } from "../testing/wechat/people.ts";
import { FakeWechat } from "../testing/wechat/fake_wechat.ts";
import { ALICE, APP } from "../testing/wechat_rig.ts";
import { say } from "./_rig.ts";

const NETWORK = { roundTripMs: 400, bytesPerSecond: 50_000, handshakes: Number(Deno.args[1] ?? 2) };
const CABINET = "cab";
const rounds = Number(Deno.args[0] ?? 5);

await using stack = new AsyncDisposableStack();
const wechat = stack.use(await FakeWechat.start(APP));
wechat.people.set("alice", ALICE);
const port = freePort();
const toProgram = stack.use(new SlowLine(() => ({ hostname: "127.0.0.1", port }), NETWORK));
const wechatPort = Number(new URL(wechat.url).port);
const toWechat = stack.use(new SlowLine(() => ({ hostname: "127.0.0.1", port: wechatPort }), NETWORK));
const publicUrl = `http://127.0.0.1:${toProgram.port}`;
const folder = stack.use(await tempFolder());
const program = stack.use(
  await Program.start(folder.path, {
    PORT: String(port),
    PUBLIC_URL: publicUrl,
    GUEST_LOGIN: "0",
    WECHAT_APP_ID: APP.appId,
    WECHAT_APP_SECRET: APP.appSecret,
    WECHAT_API_URL: wechat.url,
    WECHAT_OPEN_URL: `http://127.0.0.1:${toWechat.port}`,
  }),
);
await putCabinet(program, CABINET, { mode: "storage", name: "大堂 A" });
const device = stack.use(await Device.connect(program, `REG-${CABINET}`));
await untilOnline(program, CABINET);
const browser = await launch();
stack.defer(() => browser.close());

for (let round = 1; round <= rounds; round++) {
  await using phone = await Phone.start(browser, publicUrl, { userAgent: userAgentOf("alice") });
  const first = await visit(phone);
  const known = await visit(phone);
  // A person with a session, on a phone whose cache is empty.
  await using other = await Phone.start(browser, publicUrl, { userAgent: userAgentOf("alice") });
  await other.page.context().addCookies(await phone.page.context().cookies());
  const cold = await visit(other);
  const tap = await store(phone, round);
  say(`round ${round}: first visit ${first}; again ${known}; with a session, nothing cached ${cold}; ${tap}`);
}

/** When the page shows something, and when it would accept a tap, counted from the scan of the code. */
async function visit(phone: Phone): Promise<string> {
  const before = toProgram.bytesDown;
  const from = performance.now();
  await phone.page.goto(`${publicUrl}/c/${CABINET}`, { waitUntil: "commit" });
  const paints = 'performance.getEntriesByName("first-contentful-paint")';
  await until(() => phone.look(`${paints}.length > 0`));
  const painted: number = await phone.look(
    `performance.timeOrigin + ${paints}[0].startTime`,
  );
  await phone.ready();
  const ready = performance.now() - from;
  const paint = painted - (performance.timeOrigin + from);
  return `painted ${ms(paint)}, ready ${ms(ready)}, ${toProgram.bytesDown - before} bytes`;
}

/** The time from a tap to a change on the page, by the browser's clock, and to the open door. */
async function store(phone: Phone, cell: number): Promise<string> {
  const from = performance.now();
  const seen: number = await phone.look(`new Promise((resolve) => {
    const from = performance.now();
    document.querySelector('[data-size=""]').click();
    requestAnimationFrame(function look() {
      if (document.querySelector("#news").dataset.empty === "false") resolve(performance.now() - from);
      else requestAnimationFrame(look);
    });
  })`);
  await phone.sees(`[data-rental="${cell}"][data-state="held"]`);
  const opened = performance.now() - from;
  for (const lock of device.open) await device.report(lock, false);
  return `a tap shows after ${ms(seen)}, the door is said to be open after ${ms(opened)}`;
}

function ms(time: number): string {
  return `${Math.round(time)} ms`;
}
