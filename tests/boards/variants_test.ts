/**
 * How a tap ends with boards that are larger than documented, or different, whatever the DTU does to their
 * bytes.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { familyNamed } from "../../src/boards/mod.ts";
import { Cabinet, type CabinetOptions } from "../../testing/boards/cabinet.ts";
import { VARIANTS } from "../../testing/boards/variants.ts";
import { chance } from "../../testing/chance.ts";
import { sized } from "../../testing/test_run.ts";
import { SIZE } from "../sizes.ts";

/** A DTU that cuts a frame into several packets. */
const PIECES_MAX = 6;

/** What happens to the bytes of boards whose longest frame has so many. */
function linesOf(frameBytesMax: number): Record<string, Partial<CabinetOptions>> {
  const inPieces = (bytes: number) => Math.max(bytes, Math.ceil(frameBytesMax / PIECES_MAX));
  return {
    "as it comes": {},
    "byte by byte": { pieceBytes: 1 },
    "in threes with a pause": { pieceBytes: inPieces(3), pieceGapMs: 100 },
    "in fives with a pause, far away": { pieceBytes: inPieces(5), pieceGapMs: 100, latencyMs: 200 },
    "with an echoing adapter": { echo: true, pieceBytes: 5 },
  };
}

function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

for (const [variant, options] of Object.entries(VARIANTS)) {
  const lines = linesOf(familyNamed(options.board)?.frameBytesMax ?? 0);
  for (const [how, line] of Object.entries(lines)) {
    test(`${variant}, ${how}: the first and the last door open, nothing else moves, and their closing is seen`, () => {
      const cabinet = new Cabinet({ ...options, ...line });
      deepEqual(new Set(cabinet.bus.doors.values()), new Set(["closed"]));
      equal(cabinet.bus.doors.size, options.locks);
      for (const cell of [1, options.locks]) {
        const tap = cabinet.tap(cell);
        cabinet.pass(5_000);
        deepEqual(cabinet.ended.get(tap), { state: "opened" });
        equal(cabinet.pulses(cell), 1);
        cabinet.close(cell);
        cabinet.pass(20_000);
        const moves = cabinet.moves.splice(0);
        deepEqual(moves, [{ cell, door: "open", command: tap }, { cell, door: "closed" }]);
      }
      equal(cabinet.boards.collisions, 0);
    });

    test(`${variant}, ${how}: a lock that fires and stays shut has failed`, () => {
      const cabinet = new Cabinet({ ...options, ...line, jammed: [{ lock: 2 }] });
      const tap = cabinet.tap(2);
      cabinet.pass(6_000);
      deepEqual(cabinet.ended.get(tap), { state: "failed", reason: "did-not-open" });
      equal(cabinet.pulses(2), 1);
      deepEqual(cabinet.moves, []);
    });
  }

  test(`${variant}: whatever doors stand open, they are seen, and no other`, () => {
    for (let seed = 1; seed <= 30; seed++) {
      const cabinet = new Cabinet({ ...options, pieceBytes: 5, pieceGapMs: 100 });
      const open = Array.from({ length: options.locks }, (_, index) => index + 1)
        .filter((cell) => Math.imul(cell * 7 + seed, 2_654_435_761) >>> 30 === 0);
      for (const cell of open) cabinet.force(cell);
      cabinet.pass(60_000);
      deepEqual(new Map(cabinet.bus.doors), doorsOf(options.locks, open), `seed ${seed}`);
    }
  });
}

test("dc that says the state alone: its first answer settles an open", () => {
  const cabinet = new Cabinet({ board: "dc", locks: 16, omitsLockNumber: true });
  const sent = cabinet.sent.length;
  const tap = cabinet.tap(7);
  cabinet.pass(600);
  deepEqual(cabinet.ended.get(tap), { state: "opened" });
  equal(cabinet.sent.length, sent + 2, "a look at the line, and the open");
});

test("dc that says the state alone: a lock that stays shut has failed soon, after one pulse", () => {
  const cabinet = new Cabinet({ board: "dc", locks: 16, omitsLockNumber: true, jammed: [{ lock: 7 }] });
  const tap = cabinet.tap(7);
  cabinet.pass(3_500);
  deepEqual(cabinet.ended.get(tap), { state: "failed", reason: "did-not-open" });
  equal(cabinet.pulses(7), 1);
});

test(sized("dc that says the state alone: an answer that may be about two locks settles nothing"), () => {
  let settled = 0;
  for (let seed = 1; seed <= SIZE.lateBuses; seed++) {
    const random = chance(`late bus ${seed}`);
    const cabinet = new Cabinet({
      board: "dc",
      locks: 16,
      omitsLockNumber: true,
      replyMs: [20, 3_000],
      latencyMs: Math.floor(random() * 1_000),
      random,
      jammed: [{ lock: 1 }, { lock: 3 }],
    });
    for (let round = 0; round < 5; round++) {
      const cells = [1, 2, 3, 4].toSorted(() => random() - 0.5);
      const taps = cells.map((cell) => {
        const tap = cabinet.tap(cell, 60_000);
        cabinet.pass(random() * 2_000);
        return [cell, tap] as const;
      });
      cabinet.pass(60_000);
      for (const [cell, tap] of taps) {
        const { state } = cabinet.ended.get(tap) ?? { state: "nothing" };
        const wrong = cell % 2 === 1 ? "opened" : "failed";
        equal(state === wrong, false, `seed ${seed}, round ${round}, cell ${cell}: ${state}`);
        if (state === "opened") settled++;
      }
      for (const cell of [2, 4]) cabinet.close(cell);
      cabinet.pass(60_000);
    }
  }
  equal(settled > SIZE.lateBuses, true, `${settled} were seen to open`);
});

test("lcus with 16 relays: coils that were left live are released on connecting", () => {
  const cabinet = new Cabinet({ board: "lcus", locks: 16 });
  cabinet.boards.receive(Uint8Array.fromHex("A01001B1"), cabinet.now);
  deepEqual(cabinet.boards.liveCoils, [{ board: 1, lock: 16 }]);
  cabinet.reconnect();
  deepEqual(cabinet.boards.liveCoils, []);
  equal(familyNamed("lcus")?.releaseAll?.(1, 16).bytes.length, 4);
});

function doorsOf(locks: number, open: readonly number[]): Map<number, "open" | "closed"> {
  return new Map(
    Array.from({ length: locks }, (_, index) => [index + 1, open.includes(index + 1) ? "open" : "closed"]),
  );
}
