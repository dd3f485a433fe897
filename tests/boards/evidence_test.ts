/**
 * How a tap ends with each family of boards, and in which order doors are seen to move: the service's bus and
 * codec against boards that were written from the vendors' documents alone.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { type BoardFamily, families, familyNamed } from "../../src/boards/mod.ts";
import { BUS } from "../../src/lib/limits.ts";
import type { BoardName } from "../../src/simulator/mod.ts";
import { Cabinet, type CabinetOptions } from "../../testing/boards/cabinet.ts";
import { exchanges } from "../../testing/boards/traffic.ts";
import { SIZE } from "../sizes.ts";
import { chance } from "../../testing/chance.ts";

const LINES: Record<string, Partial<CabinetOptions>> = {
  "as it comes": {},
  "byte by byte": { pieceBytes: 1 },
  "with an echoing adapter": { echo: true },
  "byte by byte with an echoing adapter, far away": { echo: true, pieceBytes: 1, latencyMs: 300 },
};

/** Families whose doors can be read. */
const SEEING = families().filter(({ readAll }) => readAll).map(({ name }) => name as BoardName);

function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

for (const board of SEEING) {
  for (const [how, line] of Object.entries(LINES)) {
    test(`${board}, ${how}: a tap opens the door, and its closing is seen`, () => {
      const cabinet = new Cabinet({ board, ...line });
      const tap = cabinet.tap(3);
      cabinet.pass(5_000);
      deepEqual(cabinet.ended.get(tap), { state: "opened" });
      cabinet.close(3);
      cabinet.pass(20_000);
      deepEqual(cabinet.moves, [{ cell: 3, door: "open", command: tap }, { cell: 3, door: "closed" }]);
      equal(cabinet.pulses(3), 1);
      equal(cabinet.boards.collisions, 0);
    });

    test(`${board}, ${how}: a lock that fires and stays shut has failed`, () => {
      const cabinet = new Cabinet({ board, jammed: [{ lock: 2 }], ...line });
      const tap = cabinet.tap(2);
      cabinet.pass(6_000);
      deepEqual(cabinet.ended.get(tap), { state: "failed", reason: "did-not-open" });
      equal(cabinet.pulses(2), 1);
      deepEqual(cabinet.moves, []);
    });
  }

  test(`${board}: a door that takes its time to pop open is opened all the same`, () => {
    for (const openDelayMs of [150, 400]) {
      const cabinet = new Cabinet({ board, openDelayMs });
      const tap = cabinet.tap(1);
      cabinet.pass(6_000);
      deepEqual(cabinet.ended.get(tap), { state: "opened" }, `${openDelayMs} ms`);
    }
  });

  test(`${board}: an opening whose answers get lost is settled by reading`, () => {
    const cabinet = new Cabinet({ board, frameLoss: "openings" });
    const tap = cabinet.tap(4);
    cabinet.pass(6_000);
    deepEqual(cabinet.ended.get(tap), { state: "opened" });
  });

  test(`${board}: without any answer it is unconfirmed, and nothing is sent twice`, () => {
    const cabinet = new Cabinet({ board });
    cabinet.bus.probeIfQuiet(cabinet.now);
    cabinet.pass(1_000);
    cabinet.boards.loseFrames("everything");
    const tap = cabinet.tap(4);
    cabinet.pass(60_000);
    deepEqual(cabinet.ended.get(tap), { state: "unconfirmed", reason: "no-reply" });
    equal(cabinet.pulses(4), 1);
  });

  test(`${board}: nothing is sent that is not answered before, where nothing was heard for a while`, () => {
    const cabinet = new Cabinet({ board });
    cabinet.boards.loseFrames("everything");
    const tap = cabinet.tap(4);
    cabinet.pass(60_000);
    deepEqual(cabinet.ended.get(tap), { state: "refused", reason: "offline" });
    equal(cabinet.pulses(4), 0);
  });

  test(`${board}: the other wiring is read the other way round`, () => {
    const wiring = families().find(({ name }) => name === board)?.wiring === "short-when-open"
      ? "short-when-locked"
      : "short-when-open";
    const cabinet = new Cabinet({ board, wiring });
    deepEqual(new Set(cabinet.bus.doors.values()), new Set(["closed"]));
    const tap = cabinet.tap(5);
    cabinet.pass(5_000);
    deepEqual(cabinet.ended.get(tap), { state: "opened" });
  });

  test(`${board}: without switches an open is accepted, and doors stay unknown`, () => {
    const cabinet = new Cabinet({ board, described: { feedback: false } });
    const tap = cabinet.tap(5);
    cabinet.pass(5_000);
    deepEqual(cabinet.ended.get(tap), { state: "accepted" });
    deepEqual([cabinet.bus.doors.size, cabinet.moves], [0, []]);
    equal(cabinet.pulses(5), 1);
  });

  test(`${board}: a door that is opened by hand is seen, and by no command`, () => {
    const cabinet = new Cabinet({ board });
    cabinet.force(6);
    cabinet.pass(60_000);
    cabinet.close(6);
    cabinet.pass(60_000);
    deepEqual(cabinet.moves, [{ cell: 6, door: "open" }, { cell: 6, door: "closed" }]);
  });

  test(`${board}: a reading that a DTU asked for by itself is understood`, () => {
    const cabinet = new Cabinet({ board });
    const family = familyNamed(board) as BoardFamily;
    const open = Array.from({ length: 8 }, (_, index) => index === 1);
    const [reading] = Array.from(exchanges(family, { open }))
      .filter(({ request }) => request.answer === "doors");
    cabinet.inject(reading?.reply as Uint8Array);
    cabinet.pass(BUS.bounceMs);
    deepEqual(cabinet.moves, [{ cell: 2, door: "open" }]);
  });

  test(`${board}: several boards on one bus are told apart`, () => {
    const cabinet = new Cabinet({ board, boards: 3 });
    const cells = [2, 11, 22];
    const taps = cells.map((cell) => cabinet.tap(cell, 60_000));
    cabinet.pass(30_000);
    for (const [index, tap] of taps.entries()) {
      deepEqual(cabinet.ended.get(tap), { state: "opened" }, `cell ${cells[index]}`);
    }
    deepEqual(cells.map((cell) => cabinet.pulses(cell)), [1, 1, 1]);
    deepEqual(cabinet.moves.map(({ cell, door }) => [cell, door]), cells.map((cell) => [cell, "open"]));
  });
}

for (const board of SEEING) {
  test(`${board}: a late answer is never taken for the next command's`, () => {
    let opened = 0;
    for (let seed = 1; seed <= SIZE.lateBuses; seed++) {
      const random = chance(`late bus ${seed}`);
      const latencyMs = Math.floor(random() * 1_000);
      const cabinet = new Cabinet({ board, replyMs: [20, 3_000], latencyMs, random });
      for (let round = 0; round < 5; round++) {
        cabinet.unjam(1);
        const first = cabinet.tap(1, 60_000);
        cabinet.pass(random() * 6_000);
        cabinet.jam(1);
        // While its coil is live a door does not stay shut.
        for (cabinet.close(1); cabinet.isOpen(1); cabinet.close(1)) cabinet.pass(100);
        const jammed = cabinet.tap(1, 60_000);
        cabinet.pass(40_000);
        const { state } = cabinet.ended.get(jammed) ?? { state: "nothing" };
        // On a line that answers so late the open may be refused.
        const ends = ["failed", "unconfirmed", "refused"];
        equal(ends.includes(state), true, `seed ${seed}, round ${round}: ${state}`);
        if (cabinet.ended.get(first)?.state === "opened") opened++;
      }
      equal(cabinet.pulses(1) <= 10, true);
    }
    equal(opened > SIZE.lateBuses / 5, true, `${opened} of those before were seen to open`);
  });
}

test("lcus: an open is accepted, its pulse is ended, and no coil stays live", () => {
  const cabinet = new Cabinet({ board: "lcus" });
  const tap = cabinet.tap(3);
  cabinet.pass(100);
  deepEqual(cabinet.boards.liveCoils, [{ board: 1, lock: 3 }]);
  cabinet.pass(1_000);
  deepEqual(cabinet.ended.get(tap), { state: "accepted" });
  deepEqual(cabinet.boards.liveCoils, []);
  equal(cabinet.pulses(3), 1);
});

for (const board of ["modbus", "lcus"] as const) {
  test(`${board}: coils that were left live are released on connecting`, () => {
    const cabinet = new Cabinet({ board });
    const on = board === "modbus" ? "01050002FF002DFA" : "A00301A4";
    cabinet.boards.receive(Uint8Array.fromHex(on), cabinet.now);
    cabinet.pass(1_000);
    deepEqual(cabinet.boards.liveCoils, [{ board: 1, lock: 3 }]);
    cabinet.reconnect();
    deepEqual(cabinet.boards.liveCoils, []);
  });
}
