/**
 * The time to decode a board's reply: whole, byte by byte, and after garbage.
 *
 * @module
 */
import { concat } from "@std/bytes";
import { families } from "../src/boards/mod.ts";
import { exchanges, heard } from "../testing/boards/traffic.ts";

const OPEN = [true, false, true, false, false, false, true, false];

for (const family of families()) {
  const [exchange] = exchanges(family, { open: OPEN });
  if (!exchange) continue;
  const { request, reply } = exchange;
  const garbage = new Uint8Array(64).fill(reply[0] as number);
  const behind = concat([garbage, reply]);
  const { decoder, frames, raw } = heard(family, [], { pending: request });
  const hear = (...pieces: Uint8Array[]) => {
    for (const piece of pieces) decoder.push(piece);
    decoder.idle(Infinity);
    frames.length = 0;
    raw.length = 0;
  };
  const single = Array.from(reply, (byte) => Uint8Array.of(byte));
  Deno.bench(`${family.name}, whole`, { group: "whole" }, () => hear(reply));
  Deno.bench(`${family.name}, byte by byte`, { group: "byte by byte" }, () => hear(...single));
  Deno.bench(`${family.name}, behind garbage`, { group: "behind 64 bytes of garbage" }, () => hear(behind));
}
