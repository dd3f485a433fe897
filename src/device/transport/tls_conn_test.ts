/**
 * Connections over TLS over real sockets; the other end is the runtime's own TLS.
 *
 * @module
 */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { createSecureContext } from "node:tls";
import { until } from "../../../testing/until.ts";
import { FIRST } from "../../../testing/servers/tls.ts";
import { DEVICE_TLS } from "../../lib/limits.ts";
import { TlsConn, TlsError } from "./tls_conn.ts";
import { bytesOf, chance } from "../../../testing/chance.ts";

const context = createSecureContext({
  cert: FIRST.pem,
  key: await Deno.readTextFile(FIRST.key),
});
const KIB = 1024;

/** Both ends of a connection; `connect` makes the peer's. */
async function ends<Peer extends Disposable>(
  stack: DisposableStack,
  connect: (address: { hostname: string; port: number }) => Promise<Peer>,
  waitForTurn: () => Promise<void> = () => Promise.resolve(),
): Promise<{ conn: TlsConn; peer: Peer }> {
  const listener = stack.use(Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const { hostname, port } = listener.addr;
  const [plain, peer] = await Promise.all([listener.accept(), connect({ hostname, port })]);
  return {
    conn: stack.use(new TlsConn(plain, { certificate: context, waitForTurn })),
    peer: stack.use(peer),
  };
}

const plainly = (address: { hostname: string; port: number }) => Deno.connect(address);
const overTls = (address: { hostname: string; port: number }) =>
  Deno.connectTls({ ...address, caCerts: [FIRST.pem] });

/** Reads until so many bytes are there. */
async function readAll(conn: Pick<TlsConn, "read">, length: number, buffer = new Uint8Array(256)) {
  const bytes: number[] = [];
  while (bytes.length < length) {
    const read = await conn.read(buffer);
    if (read === null) break;
    bytes.push(...buffer.subarray(0, read));
  }
  return Uint8Array.from(bytes);
}

async function writeAll(conn: Pick<TlsConn, "write">, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}

Deno.test("read() and write() carry bytes as they are, whatever the buffer's size", async () => {
  using stack = new DisposableStack();
  const { conn, peer } = await ends(stack, overTls);
  const bytes = bytesOf(chance("TLS"), 40 * KIB);
  for (const size of [7, 256, 64 * KIB]) {
    const [there] = await Promise.all([
      readAll(conn, bytes.length, new Uint8Array(size)),
      writeAll(peer, bytes),
    ]);
    deepEqual(there, bytes);
    const [back] = await Promise.all([readAll(peer, bytes.length), writeAll(conn, bytes)]);
    deepEqual(back, bytes);
  }
});

Deno.test("read() returns null when the peer closes, in the handshake too", async () => {
  using stack = new DisposableStack();
  const open = await ends(stack, overTls);
  const reading = open.conn.read(new Uint8Array(16));
  await open.peer.handshake();
  open.peer.close();
  equal(await reading, null);
  const beginning = await ends(stack, plainly);
  await writeAll(beginning.peer, Uint8Array.of(0x16, 3, 1));
  beginning.peer.close();
  equal(await beginning.conn.read(new Uint8Array(16)), null);
});

Deno.test("read() throws a TlsError when the peer speaks plain text or trusts another authority", async () => {
  using stack = new DisposableStack();
  const plain = await ends(stack, plainly);
  await writeAll(plain.peer, new TextEncoder().encode("REG-of-a-plain-DTU"));
  await rejects(plain.conn.read(new Uint8Array(16)), TlsError);
  const wary = await ends(stack, Deno.connectTls);
  const shaking = rejects(wary.peer.handshake(), Deno.errors.InvalidData);
  await rejects(wary.conn.read(new Uint8Array(16)), TlsError);
  await shaking;
});

Deno.test("read() takes no more from the peer than is read", async () => {
  using stack = new DisposableStack();
  const { conn, peer } = await ends(stack, overTls);
  let sent = 0;
  const flood = (async () => {
    while (true) sent += await peer.write(new Uint8Array(16 * KIB));
  })();
  const gone = rejects(flood);
  await conn.read(new Uint8Array(1));
  const stands = await standsStill(() => sent);
  // What the kernel holds for both ends, and the runtime for the peer.
  ok(stands < 32 * KIB * KIB, `${stands} bytes were taken`);
  conn[Symbol.dispose]();
  await gone;
});

Deno.test("throttle() counts each received byte, in the handshake too, and nothing more is read before its promise", async () => {
  using stack = new DisposableStack();
  const { conn, peer } = await ends(stack, overTls);
  let bytes = 0;
  const first = Promise.withResolvers<void>();
  conn.throttle((more) => {
    const isFirst = bytes === 0;
    bytes += more;
    return isFirst ? first.promise : undefined;
  });
  const reading = conn.read(new Uint8Array(16));
  const writing = peer.write(Uint8Array.of(1));
  const hello = await standsStill(() => bytes);
  ok(hello <= DEVICE_TLS.readBytes, `${hello} bytes were read`);
  first.resolve();
  deepEqual([await reading, await writing], [1, 1]);
  ok(bytes > hello, "the rest of the handshake came, and a record");
});

Deno.test("read() does each step of the handshake in its turn, and none for a peer that speaks no TLS", async () => {
  using stack = new DisposableStack();
  let turns = 0;
  const mayContinue = Promise.withResolvers<void>();
  const turn = () => {
    turns++;
    return mayContinue.promise;
  };
  const plain = await ends(stack, plainly, turn);
  await writeAll(plain.peer, Uint8Array.of(0x17, 3, 3, 0, 1, 1));
  await rejects(plain.conn.read(new Uint8Array(16)), TlsError);
  equal(turns, 0);
  const { conn, peer } = await ends(stack, overTls, turn);
  const reading = conn.read(new Uint8Array(16));
  let isShaken = false;
  const shaking = peer.handshake().then(() => isShaken = true);
  await until(() => turns === 1);
  equal(isShaken, false);
  mayContinue.resolve();
  await shaking;
  await writeAll(peer, Uint8Array.of(1));
  equal(await reading, 1);
  const steps = turns;
  await Promise.all([readAll(conn, 10), writeAll(peer, new Uint8Array(10))]);
  equal(turns, steps);
});

Deno.test("write() waits for a peer that does not read, and fails once the connection is closed", async () => {
  using stack = new DisposableStack();
  const { conn, peer } = await ends(stack, overTls);
  const reading = rejects(conn.read(new Uint8Array(1)));
  await peer.handshake();
  let written = 0;
  const flood = (async () => {
    while (true) written += await conn.write(new Uint8Array(16 * KIB));
  })();
  const gone = rejects(flood);
  await standsStill(() => written);
  conn[Symbol.dispose]();
  await Promise.all([gone, reading]);
  await until(() => isHungUp(peer));
});

Deno.test("[Symbol.dispose]() closes at once for a silent peer, and may be called twice", async () => {
  using stack = new DisposableStack();
  const { conn, peer } = await ends(stack, plainly);
  const reading = rejects(conn.read(new Uint8Array(16)));
  conn[Symbol.dispose]();
  conn[Symbol.dispose]();
  equal(await peer.read(new Uint8Array(16)), null);
  await reading;
  const untouched = await ends(stack, plainly);
  untouched.conn[Symbol.dispose]();
  equal(await untouched.peer.read(new Uint8Array(16)), null);
});

/** The count once it has not changed for a while. */
async function standsStill(count: () => number): Promise<number> {
  let [last, since] = [count(), Date.now()];
  return await until(() => {
    if (count() !== last) [last, since] = [count(), Date.now()];
    return last > 0 && Date.now() - since > 500 && last;
  }, { saw: count });
}

/** Whether the connection is over once all that is on its way was read. */
async function isHungUp(conn: Deno.Conn): Promise<boolean> {
  try {
    return await conn.read(new Uint8Array(64 * KIB)) === null;
  } catch {
    return true;
  }
}
