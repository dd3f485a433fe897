/**
 * Devices that send without end: plainly and over TLS, both behind a balancer. Each is read no faster than a bus can carry,
 * the operator is told, and it is hung up on, while another cabinet's door opens as ever.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { api, putCabinet, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { FIRST } from "../../testing/servers/tls.ts";

const encoder = new TextEncoder();
const HEADER = "PROXY TCP4 203.0.113.7 10.83.0.2 40001 8282\r\n";
/** Longer than it takes until such a device is hung up on, 20 s. */
const DEADLINE_MS = 40_000;

/** Says who it is and sends on and on; resolves when it is hung up on. */
async function talk(conn: Deno.Conn, registration: string): Promise<void> {
  using _ = conn;
  const heard = conn.readable.pipeTo(new WritableStream()).catch(() => {});
  try {
    await conn.write(encoder.encode(registration));
    while (true) await conn.write(new Uint8Array(64 * 1_024));
  } catch {
    // It was.
  }
  await heard;
}

Deno.test("devices that send without end are told of and hung up on, plain and over TLS, and others' doors open", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const program = stack.use(
    await Program.start(folder.path, {
      DEVICE_PROXIES: "127.0.0.1",
      DEVICE_TLS_PORT: "0",
      DEVICE_TLS_CERT: FIRST.certificate,
      DEVICE_TLS_KEY: FIRST.key,
    }),
  );
  for (const id of ["good", "plain", "secure"]) await putCabinet(program, id);
  const good = stack.use(await Device.connect(program, `${HEADER}REG-good`));
  await untilOnline(program, "good");
  const page = stack.use(await Page.open(program, "good", await guestCookie(program, "good")));
  const hostname = "127.0.0.1";
  const plain = await Deno.connect({ hostname, port: program.devicePort });
  const beneath = await Deno.connect({ hostname, port: program.deviceTlsPort });
  await beneath.write(encoder.encode(HEADER));
  const secure = await Deno.startTls(beneath, { hostname, caCerts: [FIRST.pem] });
  const over = Promise.all([talk(plain, `${HEADER}REG-plain`), talk(secure, "REG-secure")]);
  const alarms = await until(async () => {
    const { items } = (await api(program, "GET", "/alarms?active=true")).body;
    return items.length === 2 && items;
  }, { deadlineMs: DEADLINE_MS, saw: () => program.said });
  const told = alarms.map(({ kind, cabinet, cell }: Record<string, unknown>) => [kind, cabinet, cell]);
  deepEqual(told.toSorted(), [["device-too-fast", "plain", null], ["device-too-fast", "secure", null]]);
  equal((await page.outcome(page.tap(7)))["state"], "opened");
  await over;
  for (const id of ["plain", "secure"]) await untilOnline(program, id, false);
  equal(program.said.filter((line) => line.includes("more than a serial bus can carry")).length, 2);
  const metrics = await (await fetch(`${program.url}/metrics`)).text();
  match(metrics, /^kaigui_device_too_fast_total 2$/m);
  match(metrics, /^kaigui_device_closed_total\{reason="too-fast"\} 2$/m);
  equal((await page.outcome(page.tap(8)))["state"], "opened");
  equal(good.opens.length, 2);
});
