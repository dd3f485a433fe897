/**
 * Frames of every kind of boards, cut at every place with a pause: no beginning of a frame, and no end of one, may mean
 * something else.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import * as fc from "fast-check";
import {
  type BoardFamily,
  type DecodeContext,
  families,
  familyNamed,
  type PendingRequest,
} from "../../src/boards/mod.ts";
import { BUS } from "../../src/lib/limits.ts";
import { exchanges, heard, type Said } from "../../testing/boards/traffic.ts";
import { type Variant, VARIANTS } from "../../testing/boards/variants.ts";
import { SIZE } from "../sizes.ts";
import { sized } from "../../testing/test_run.ts";
import { runSeed } from "../../testing/chance.ts";

const OPTIONS = { seed: runSeed(), numRuns: SIZE.cutCases };
const USUAL = families().filter(({ readAll }) => readAll)
  .map(({ name }) => [name, { board: name, locks: 8 } as Variant] as const);

function test(name: string, fn: () => void): void {
  Deno.test({ name: sized(name), permissions: "none", fn });
}

/** What may be known when a board sends a frame: the request that it answers, another request, or nothing. */
function* contexts(
  family: BoardFamily,
  request: PendingRequest,
  readingBytes: number,
): Generator<Partial<DecodeContext>> {
  const { board, channels } = request;
  const lock = { board, channel: family.channels[0] };
  const [open, read] = [family.open(lock), family.read?.(lock)];
  const readAll = family.readAll?.(board, channels);
  for (const seen of [undefined, readingBytes]) {
    const known = { readingBytes: () => seen };
    for (const pending of [request, open, readAll, undefined]) yield { ...known, pending };
    // The answer to a read of the whole board may be late.
    if (read && readAll) yield { ...known, pending: read, outstanding: [readAll, read] };
  }
}

/** What is decoded from the bytes in two pieces, so long after each other. */
function cut(
  family: BoardFamily,
  { bytes, at, pauseMs, context }: {
    bytes: Uint8Array;
    at: number;
    pauseMs: number;
    context: Partial<DecodeContext>;
  },
): readonly Said[] {
  const { decoder, frames } = heard(family, [], context);
  decoder.push(bytes.subarray(0, at));
  for (let ms = decoder.timeoutMs; ms <= pauseMs && ms < Infinity; ms = decoder.timeoutMs) {
    decoder.idle(ms);
  }
  decoder.push(bytes.subarray(at));
  decoder.idle(Infinity);
  return frames;
}

for (const [name, { board, locks, ...options }] of [...USUAL, ...Object.entries(VARIANTS)]) {
  const family = familyNamed(board) as BoardFamily;
  const walls = fc.array(fc.boolean(), { minLength: locks, maxLength: locks });

  test(`${name}: a frame that is cut anywhere, with a pause, means what it means whole`, () => {
    fc.assert(
      fc.property(walls, (open) => {
        const said = Array.from(exchanges(family, { open, ...options }));
        const readingBytes = said[0]?.reply.length ?? 0;
        for (const { request, reply: bytes } of said) {
          for (const context of contexts(family, request, readingBytes)) {
            const { frames } = heard(family, [bytes], { ...options, ...context });
            for (let at = 1; at < bytes.length; at++) {
              const pieces = cut(family, {
                bytes,
                at,
                pauseMs: BUS.longerMs - 1,
                context: { ...options, ...context },
              });
              deepEqual(pieces, frames, `cut at ${at}`);
            }
          }
        }
      }),
      OPTIONS,
    );
  });

  test(`${name}: what remains of an answer that is lost at any place means nothing`, () => {
    fc.assert(
      fc.property(walls, (open) => {
        const said = Array.from(exchanges(family, { open, ...options }));
        const readingBytes = said[0]?.reply.length ?? 0;
        for (const { request: pending, reply: bytes } of said) {
          const context = { ...options, pending, readingBytes: () => readingBytes };
          for (let at = 1; at < bytes.length; at++) {
            deepEqual(cut(family, { bytes, at, pauseMs: BUS.partialMs, context }), [], `cut at ${at}`);
          }
        }
      }),
      OPTIONS,
    );
  });
}

/** A reading of 24 locks whose first five bytes are a frame: of one lock, of 8 locks, of an address. */
const TREACHEROUS = fc.record({
  board: fc.integer({ min: 1, max: 99 }),
  first: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.nat({ max: 255 })),
  second: fc.oneof(fc.constantFrom(0x00, 0x11, 0x33, 0x99), fc.nat({ max: 255 })),
}).map(({ board, first, second }) => {
  const beginning = [0x80, board, first, second, 0x80 ^ board ^ first ^ second];
  return Uint8Array.from([...beginning, 0x33, 0x33]);
});

test("8a: a reading whose beginning is a frame is never taken for that frame", () => {
  const family = familyNamed("8a") as BoardFamily;
  fc.assert(
    fc.property(TREACHEROUS, fc.constantFrom(8, 24), (bytes, channels) => {
      const [, board = 0] = bytes;
      const request = family.readAll?.(board, channels) as PendingRequest;
      for (const context of contexts(family, request, bytes.length)) {
        for (let at = 1; at < bytes.length; at++) {
          const frames = cut(family, { bytes, at, pauseMs: BUS.longerMs - 1, context });
          deepEqual(frames.map(({ type }) => type), ["doors"], `cut at ${at}`);
          equal(frames[0]?.type === "doors" && frames[0].doors.length, 24);
        }
      }
    }),
    { ...OPTIONS, numRuns: SIZE.treacherousCases },
  );
});
