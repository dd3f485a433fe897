import { deepEqual, equal } from "node:assert/strict";
import { FEED } from "../../lib/limits.ts";
import { OutgoingBytes } from "./outgoing_bytes.ts";

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const bytes = (text: string) => new TextEncoder().encode(text);

/** What the peer's system has not taken, and whether the reader is gone. */
function outgoing() {
  const state = { untaken: 0, cancelled: 0 };
  const of = new OutgoingBytes({ untakenBytes: () => state.untaken, cancelled: () => state.cancelled++ });
  return { state, of, reader: of.stream.getReader() };
}

Deno.test({
  name: "OutgoingBytes hands on in one piece what is added in one turn, before it is asked for and after",
  permissions: "none",
  async fn() {
    const { of, reader } = outgoing();
    of.add(bytes("a"));
    of.add(bytes("b"));
    equal(text((await reader.read()).value), "ab");
    const asked = reader.read();
    await Promise.resolve();
    of.add(bytes("c"));
    of.add(bytes("d"));
    equal(text((await asked).value), "cd");
  },
});

Deno.test({
  name: "OutgoingBytes keeps no more than its limit, counting what was handed on and is not taken",
  permissions: "none",
  async fn() {
    const { state, of, reader } = outgoing();
    const message = new Uint8Array(1_000);
    let kept = 0;
    while (of.add(message)) kept += message.length;
    equal(kept, Math.floor(FEED.bufferedBytesMax / message.length) * message.length);
    const { value } = await reader.read();
    equal((value?.length ?? 0) <= FEED.pieceBytes + message.length, true);
    state.untaken = value?.length ?? 0;
    deepEqual([of.add(message), of.isHalfFull], [false, true]);
    state.untaken = 0;
    equal(of.add(message), true);
  },
});

Deno.test({
  name: "OutgoingBytes drops what waits at its end, and says once that its reader is gone",
  permissions: "none",
  async fn() {
    const ended = outgoing();
    ended.of.add(bytes("waits"));
    ended.of.end(bytes("last"));
    ended.of.end(bytes("again"));
    equal(ended.of.add(bytes("late")), false);
    equal(text((await ended.reader.read()).value), "last");
    equal((await ended.reader.read()).done, true);
    equal(ended.state.cancelled, 0);
    const left = outgoing();
    await left.reader.cancel();
    left.of.end(bytes("last"));
    equal(left.state.cancelled, 1);
  },
});
