/**
 * Devices over TLS: a door opens, a peer that does not speak TLS harms no other, and a renewed certificate is
 * taken without a restart.
 *
 * @module
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { api, putCabinet, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { tempFolder } from "../../testing/folders.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { FIRST, SECOND } from "../../testing/servers/tls.ts";

const FLOOD = 60;
/** So many are reported one by one in each 5 s. */
const TOLD = 20;
const DEVICES = 24;

/** The program with a port for TLS. */
async function started(
  stack: AsyncDisposableStack,
  { certificate, key, ...more }: { certificate: string; key: string; ISOLATES?: string } = FIRST,
): Promise<Program> {
  const folder = stack.use(await tempFolder());
  const tls = { DEVICE_TLS_PORT: "0", DEVICE_TLS_CERT: certificate, DEVICE_TLS_KEY: key };
  const { ISOLATES = "1" } = more;
  return stack.use(await Program.start(folder.path, { ...tls, ISOLATES }));
}

/** A cabinet that is online over that device's connection, and a page on it. */
async function cabinet(
  stack: AsyncDisposableStack,
  { program, id, connect }: {
    program: Program;
    id: string;
    connect: (registration: string) => Promise<Device>;
  },
) {
  await putCabinet(program, id);
  const device = stack.use(await connect(`REG-${id}`));
  await untilOnline(program, id);
  const page = stack.use(await Page.open(program, id, await guestCookie(program, id)));
  const opens = async (cell: number) => equal((await page.outcome(page.tap(cell)))["state"], "opened");
  return { device, opens };
}

const overTls = (program: Program, { pem } = FIRST) => (registration: string) =>
  Device.connectTls(program, registration, pem);

/** Connects plainly, sends, and resolves when the program hangs up. */
async function hungUp(port: number, bytes: Uint8Array): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
    while (await conn.read(new Uint8Array(1024)) !== null);
  } catch {
    // The connection was closed with a reset.
  }
}

Deno.test("a cabinet over TLS opens its door, and so does one on the plain port beside it", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await started(stack);
  const ready = program.out.find((line) => line.startsWith("kaigui ready")) ?? "";
  match(ready, /^kaigui ready http=127\.0\.0\.1:\d+ device=127\.0\.0\.1:\d+ device-tls=127\.0\.0\.1:\d+$/);
  const secure = await cabinet(stack, { program, id: "secure", connect: overTls(program) });
  const plain = await cabinet(stack, {
    program,
    id: "plain",
    connect: (registration) => Device.connect(program, registration),
  });
  await Promise.all([secure.opens(7), plain.opens(7)]);
  deepEqual(secure.device.opens, ["8A 01 07 11 9D"]);
  deepEqual(plain.device.opens, ["8A 01 07 11 9D"]);
});

Deno.test("a peer that speaks no TLS is disconnected in time, and neither harms others nor floods the log", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await started(stack);
  const { opens } = await cabinet(stack, { program, id: "good", connect: overTls(program) });
  const { devicePort, deviceTlsPort } = program;
  const text = new TextEncoder().encode("REG-good");
  const hello = await helloOfTls();
  const closed = [
    hungUp(deviceTlsPort, new Uint8Array()),
    hungUp(deviceTlsPort, hello.subarray(0, 20)),
    hungUp(deviceTlsPort, hello.with(hello.length - 1, 0xff)),
    hungUp(devicePort, hello.subarray(0, 200)),
    ...Array.from({ length: FLOOD }, () => hungUp(deviceTlsPort, text)),
  ];
  const other = stack.use(await Device.connectTls(program, "IMEI-OF-NOBODY", FIRST.pem));
  await opens(7);
  await Promise.all([...closed, other.ended]);
  await opens(8);
  for (const expected of ["tls-failed", "not-registered-in-time", "unknown-registration"]) {
    await until(() => unregistered(program).some(({ reason }) => reason === expected), {
      saw: () => program.err,
    });
  }
  const failures = unregistered(program).filter(({ reason }) => reason === "tls-failed");
  match(failures[0]?.error ?? "", /^TlsError: The peer does not begin a TLS handshake/);
  // The flood took a moment, in which one period of 5 s may have ended and the next one begun.
  ok(failures.length <= 2 * TOLD, `${failures.length} are told`);
  await until(() => program.err.some((line) => /Closed \d+ more that did not register/.test(line)));
});

Deno.test("a renewed certificate is taken without a restart, and one that does not fit is not", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempFolder());
  const files = await FIRST.copyTo(folder.path);
  const program = await started(stack, files);
  const before = await cabinet(stack, { program, id: "before", connect: overTls(program) });
  const said = (what: RegExp) =>
    until(() => program.err.some((line) => what.test(line)), { deadlineMs: 20_000, saw: () => program.err });

  await Deno.copyFile(SECOND.certificate, files.certificate);
  await said(/is not the key of .*; the previous one stays in use/);
  const meanwhile = await cabinet(stack, { program, id: "meanwhile", connect: overTls(program) });
  await Deno.copyFile(SECOND.key, files.key);
  await said(/The certificate for devices is renewed, until .*2120-/);
  const after = await cabinet(stack, { program, id: "after", connect: overTls(program, SECOND) });
  await rejects(Device.connectTls(program, "REG-late", FIRST.pem), Deno.errors.InvalidData);
  for (const { opens } of [before, meanwhile, after]) await opens(7);
});

Deno.test("isolates share the port for TLS, and stop in good order though a peer begins no handshake", async () => {
  await using stack = new AsyncDisposableStack();
  const program = await started(stack, { ...FIRST, ISOLATES: "2" });
  const ids = Array.from({ length: DEVICES }, (_, n) => `cab-${n}`);
  const cabinets = await Promise.all(
    ids.map((id) => cabinet(stack, { program, id, connect: overTls(program) })),
  );
  for (const { opens } of cabinets) await opens(3);
  const devices = async (): Promise<number[]> => {
    const { body } = await api(program, "GET", "/status");
    return body.isolates.map(({ devices }: { devices: number }) => devices);
  };
  await until(async () => {
    const [first = 0, second = 0] = await devices();
    return first > 0 && second > 0 && first + second === DEVICES;
  }, { saw: devices });
  const silent = hungUp(program.deviceTlsPort, new Uint8Array());
  const { code } = await program.end("SIGTERM");
  equal(code, 0);
  await silent;
});

Deno.test("the program does not start with a key of another certificate, and says so", async () => {
  await using folder = await tempFolder();
  await using program = Program.launch({
    DATA_DIR: folder.path,
    DEVICE_TLS_PORT: "0",
    DEVICE_TLS_CERT: FIRST.certificate,
    DEVICE_TLS_KEY: SECOND.key,
  });
  equal((await program.process.status).code, 1);
  await until(
    () => /the settings are wrong:\nDEVICE_TLS_KEY: .* is not the key of/.test(program.said.join("\n")),
    {
      saw: () => program.err,
    },
  );
});

/** The connections that did not register, as the log has them. */
function unregistered(program: Program): { reason?: string; error?: string }[] {
  const lines = program.err.filter((line) => line.includes("which did not register"));
  return lines.map((line) => JSON.parse(line));
}

/** The first bytes of a TLS client. */
async function helloOfTls(): Promise<Uint8Array> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { hostname, port } = listener.addr;
  const [server, client] = await Promise.all([listener.accept(), Deno.connectTls({ hostname, port })]);
  const refused = rejects(client.handshake());
  const bytes = new Uint8Array(4096);
  const length = await server.read(bytes) ?? 0;
  server.close();
  await refused;
  client.close();
  return bytes.slice(0, length);
}
