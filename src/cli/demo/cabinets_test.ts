import { deepEqual, equal, match } from "node:assert/strict";
import { cabinetBody } from "../../cabinet/description_body.ts";
import { cabinetId } from "../../cabinet/words.ts";
import { DEMO_CABINETS, demoBehaviour, demoBody, demoRegistration } from "./cabinets.ts";
import { VirtualBus } from "../../simulator/mod.ts";
import { CHARACTER_NAMES, SIMULATED_BOARDS } from "../commands/simulated.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("the demo shows every character and every family of boards", () => {
  const shown = (names: string[]) => [...new Set(names)].sort();
  deepEqual(shown(DEMO_CABINETS.map(({ character }) => character)), [...CHARACTER_NAMES].sort());
  deepEqual(shown(DEMO_CABINETS.map(({ board = "8a" }) => board)), [...SIMULATED_BOARDS].sort());
});

pure("the demo's cabinets are ones that the service takes", () => {
  for (const cabinet of DEMO_CABINETS) {
    cabinetId.parse(cabinet.id);
    cabinetBody.parse(demoBody(cabinet));
    match(cabinet.name, /^\p{Script=Han}.* · \w/u);
  }
  equal(new Set(DEMO_CABINETS.map(demoRegistration)).size, DEMO_CABINETS.length);
});

pure("the demo's cabinets have 8 to 24 cells of three sizes, each with a lock behind it", () => {
  for (const cabinet of DEMO_CABINETS) {
    const body = cabinetBody.parse(demoBody(cabinet));
    const cells = Array.isArray(body.cells) ? body.cells : [];
    equal(cells.length >= 8 && cells.length <= 24, true, cabinet.id);
    deepEqual([...new Set(cells.map(({ size }) => size))], ["S", "M", "L"]);
    const bus = new VirtualBus(demoBehaviour(cabinet));
    for (const { board, channel } of cells) equal(bus.door({ board, lock: channel }), "closed");
  }
});

pure("what the demo says of its cabinets is so", () => {
  const named = (id: string) => DEMO_CABINETS.find((cabinet) => cabinet.id === id) ?? raise(id);
  const cells = cabinetBody.parse(demoBody(named("library"))).cells;
  const dead = Array.isArray(cells) ? cells.filter(({ board }) => board === 2) : [];
  deepEqual([dead[0]?.cell, dead.at(-1)?.cell], [13, 24]);
  const bus = new VirtualBus(demoBehaviour(named("gym")));
  bus.receive(Uint8Array.fromHex("0202310338"), 0);
  deepEqual(bus.pulses.map(({ board, lock }) => ({ board, lock })), [{ board: 0, lock: 3 }]);
  equal(bus.door({ board: 0, lock: 3 }), "closed");
});

function raise(id: string): never {
  throw new Error(`The demo has no ${id}`);
}
