/**
 * Random bytes and spoilt frames into each decoder, by the million in the thorough run.
 *
 * @module
 */
import { equal, ok } from "node:assert/strict";
import { concat } from "@std/bytes";
import { type BoardFamily, families, type PendingRequest } from "../../src/boards/mod.ts";
import { CHECKS, exchanges, heard } from "../../testing/boards/traffic.ts";
import { SIZE } from "../sizes.ts";
import { sized } from "../../testing/test_run.ts";
import { runSeed } from "../../testing/chance.ts";

const CHUNK_BYTES = 64;

/** Marsaglia's xorshift: quick, and the same for each seed. */
class Chance {
  #state: number;

  constructor(seed: number) {
    // It stays at 0 where it is.
    this.#state = seed | 0 || 1;
  }

  below(limit: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) % limit;
  }
}

function test(name: string, fn: () => void): void {
  Deno.test({ name: sized(name), permissions: "none", fn });
}

/** Requests that may be pending while garbage comes. */
function askedOf(family: BoardFamily): (PendingRequest | undefined)[] {
  const lock = { board: family.boards[0], channel: family.channels[0] };
  return [undefined, family.open(lock), family.read?.(lock), family.readAll?.(lock.board, 8)];
}

/** Decodes bytes and checks each frame that was found. */
function listener(family: BoardFamily, pending: PendingRequest | undefined) {
  const { decoder, frames, raw } = heard(family, [], { pending });
  const check = CHECKS[family.name] as (frame: Uint8Array) => boolean;
  let taken = 0;
  const push = (bytes: Uint8Array) => {
    decoder.push(bytes);
    if (decoder.bufferedBytes >= family.frameBytesMax) {
      throw new Error(`${decoder.bufferedBytes} bytes are kept`);
    }
    for (const frame of raw) if (!check(frame)) throw new Error(`taken for a frame: ${frame.toHex()}`);
    taken += raw.length;
    raw.length = 0;
    frames.length = 0;
  };
  /** The next good frame is found, once the line was quiet for a moment. */
  const finds = (good: Uint8Array) => {
    decoder.idle(Infinity);
    raw.length = 0;
    decoder.push(good);
    decoder.idle(Infinity);
    const found = raw.length === 1 && raw[0]?.toHex() === good.toHex();
    raw.length = 0;
    frames.length = 0;
    return found;
  };
  return { push, finds, taken: () => taken };
}

/** Replies that are found on a quiet line while this request is pending. */
function goodOf(family: BoardFamily, pending: PendingRequest | undefined): Uint8Array[] {
  const open = [true, false, true, true, false, false, true, false];
  const good = Array.from(exchanges(family, { open }), ({ reply }) => reply)
    .filter((reply) => heard(family, [reply], { pending }).raw[0]?.toHex() === reply.toHex());
  ok(good.length > 0, `a reply of ${family.name} is found`);
  return good;
}

for (const family of families().filter(({ readAll }) => readAll)) {
  test(`${family.name}: ${SIZE.fuzzBytes} random bytes do no harm`, () => {
    const chance = new Chance(runSeed());
    const asked = askedOf(family);
    const bytes = SIZE.fuzzBytes / asked.length;
    for (const pending of asked) {
      const good = goodOf(family, pending);
      // Bytes of real frames come more often: pure noise hardly ever gets past a frame's head.
      const likely = concat(good);
      const { push, finds } = listener(family, pending);
      for (let sent = 0; sent < bytes; sent += CHUNK_BYTES) {
        const isNoise = chance.below(2) === 0;
        push(Uint8Array.from(
          { length: CHUNK_BYTES },
          () => isNoise ? chance.below(256) : likely[chance.below(likely.length)] as number,
        ));
        if (chance.below(64) === 0) equal(finds(good[chance.below(good.length)] as Uint8Array), true);
      }
    }
  });

  test(`${family.name}: ${SIZE.fuzzFrames} spoilt frames are refused where their checksum does not hold`, () => {
    const chance = new Chance(runSeed() + 1);
    const good = goodOf(family, undefined);
    const { push, finds, taken } = listener(family, undefined);
    for (let sent = 0; sent < SIZE.fuzzFrames; sent++) {
      push(spoilt(good[chance.below(good.length)] as Uint8Array, chance));
      if (chance.below(16) === 0) equal(finds(good[chance.below(good.length)] as Uint8Array), true);
    }
    equal(taken() > 0, true, "some are whole: the byte became what it was");
  });
}

/** The frame with one byte changed, missing, doubled or added. */
function spoilt(frame: Uint8Array, chance: Chance): Uint8Array {
  const at = chance.below(frame.length);
  const [before, from, after] = [frame.subarray(0, at), frame.subarray(at), frame.subarray(at + 1)];
  const random = Uint8Array.of(chance.below(256));
  switch (chance.below(4)) {
    case 0:
      return concat([before, random, after]);
    case 1:
      return concat([before, after]);
    case 2:
      return concat([before, from.subarray(0, 1), from]);
    default:
      return concat([before, random, from]);
  }
}
