/**
 * Devices behind a balancer that names their addresses by the PROXY protocol.
 *
 * @module
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { concat } from "@std/bytes";
import { api, putCabinet, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { FIRST } from "../../testing/servers/tls.ts";

const encoder = new TextEncoder();
const FROM = "203.0.113.7";
const ELSEWHERE = "198.51.100.9";
/** The tests connect from here. */
const TRUSTED = { DEVICE_PROXIES: "127.0.0.1" };

const text = (source: string) => encoder.encode(`PROXY TCP4 ${source} 10.83.0.2 40001 8282\r\n`);
const binary = (source: string) =>
  Uint8Array.of(
    ...Uint8Array.fromHex("0d0a0d0a000d0a515549540a2111000c"),
    ...source.split(".").map(Number),
    ...Uint8Array.fromHex("0a5300029c41205a"),
  );
const local = Uint8Array.fromHex("0d0a0d0a000d0a515549540a20000000");

async function started(stack: AsyncDisposableStack, env: Record<string, string>): Promise<Program> {
  const folder = stack.use(await tempFolder());
  return stack.use(await Program.start(folder.path, env));
}

/** A cabinet that may be connected from {@linkcode FROM} only. */
async function put(program: Program, id: string): Promise<Uint8Array> {
  await putCabinet(program, id, { mode: "open", addresses: [FROM] });
  return encoder.encode(`REG-${id}`);
}

/** Connects, sends the bytes in these parts, and resolves when the program hangs up. */
async function hungUp(port: number, ...parts: Uint8Array[]): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    for (const part of parts) await conn.write(part);
    while (await conn.read(new Uint8Array(1024)) !== null);
  } catch {
    // The connection was closed with a reset.
  }
}

/** The addresses from which cabinets came online, as the log has them. */
const peers = (program: Program) =>
  program.err.filter((line) => line.includes("is online, from")).map((line) => JSON.parse(line).peer);

/** The log's records about connections that did not register. */
const unregistered = (program: Program) =>
  program.err.filter((line) => line.includes("did not register")).map((line) => JSON.parse(line));

Deno.test("a device behind a balancer is known by its own address, in both versions of the header", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await started(stack, TRUSTED);
  for (const [id, header] of [["text", text], ["binary", binary]] as const) {
    const registration = await put(program, id);
    await hungUp(program.devicePort, concat([header(ELSEWHERE), registration]));
    await until(() => unregistered(program).some(({ peer }) => peer === `${ELSEWHERE}:40001`), {
      saw: () => program.err,
    });
    const device = stack.use(await Device.connect(program, concat([header(FROM), registration])));
    await untilOnline(program, id);
    await until(() => peers(program).at(-1) === `${FROM}:40001`, { saw: () => program.err });
    await using page = await Page.open(program, id, await guestCookie(program, id));
    equal((await page.outcome(page.tap(7)))["state"], "opened");
    deepEqual(device.opens, ["8A 01 07 11 9D"]);
  }
  const { body } = await api(program, "GET", "/alarms?active=true");
  deepEqual(body.items.map(({ kind }: { kind: string }) => kind), ["second-connection", "second-connection"]);
  deepEqual(unregistered(program).map(({ reason }) => reason), [
    "address-not-allowed",
    "address-not-allowed",
  ]);
});

Deno.test("a header may come in pieces, and a balancer's own connection is taken for what it is", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await started(stack, TRUSTED);
  const registration = await put(program, "pieces");
  const whole = concat([binary(FROM), registration]);
  const conn = await Deno.connect({ hostname: "127.0.0.1", port: program.devicePort });
  stack.defer(() => conn.close());
  conn.setNoDelay();
  for (const byte of whole) await conn.write(Uint8Array.of(byte));
  await untilOnline(program, "pieces");
  await hungUp(program.devicePort, concat([local, encoder.encode("nobody"), new Uint8Array(600)]));
  await until(() => unregistered(program).length > 0);
  const [{ peer, reason, said }] = unregistered(program);
  match(peer, /^127\.0\.0\.1:/);
  deepEqual([reason, said.startsWith("6e6f626f6479")], ["too-long-registration", true]);
});

Deno.test("a balancer that does not name the device, or too late, is disconnected", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await started(stack, TRUSTED);
  const registration = await put(program, "cab");
  await hungUp(program.devicePort, registration);
  await hungUp(program.devicePort, encoder.encode("PROXY TCP4 "));
  await until(() => unregistered(program).length === 2, { saw: () => program.err });
  const told = unregistered(program).map(({ reason, said }) => [reason, said]);
  deepEqual(told, [["no-proxy-header", registration.toHex()], [
    "no-proxy-header",
    "50524f5859205443503420",
  ]]);
  equal((await api(program, "GET", "/cabinets/cab")).body.online, false);
  match(
    await (await fetch(`${program.url}/metrics`)).text(),
    /device_closed_total\{reason="no-proxy-header"\} 2\n/,
  );
});

Deno.test("only a balancer says where a device comes from", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await started(stack, { DEVICE_PROXIES: "192.0.2.1" });
  const registration = await put(program, "cab");
  await hungUp(program.devicePort, concat([text(FROM), registration, new Uint8Array(600)]));
  await until(() => unregistered(program).length > 0);
  equal((await api(program, "GET", "/cabinets/cab")).body.online, false);
});

Deno.test("TLS stands behind the header, and several isolates share the port", async () => {
  await using stack = new AsyncDisposableStack();
  const tls = { DEVICE_TLS_PORT: "0", DEVICE_TLS_CERT: FIRST.certificate, DEVICE_TLS_KEY: FIRST.key };
  const program = await started(stack, { ...TRUSTED, ...tls, ISOLATES: "2" });
  const ids = Array.from({ length: 8 }, (_, n) => `cab-${n}`);
  for (const id of ids) {
    const registration = await put(program, id);
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: program.deviceTlsPort });
    await conn.write(binary(FROM));
    const device = stack.use(await Deno.startTls(conn, { hostname: "localhost", caCerts: [FIRST.pem] }));
    await device.write(registration);
  }
  for (const id of ids) await untilOnline(program, id);
  await until(() => peers(program).length === ids.length);
  deepEqual(peers(program), ids.map(() => `${FROM}:40001`));
});
