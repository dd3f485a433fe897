import { deepEqual, equal, match } from "node:assert/strict";
import { cabinetBody, cabinetId } from "../operator/schemas.ts";
import { DEMO_CABINETS, demoBody, demoRegistration } from "./demo_cabinets.ts";
import { CHARACTER_NAMES, characterNamed, LOCKS } from "./simulated.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("the demo shows every character once", () => {
  deepEqual(DEMO_CABINETS.map(({ character }) => character).sort(), [...CHARACTER_NAMES].sort());
});

pure("the demo's cabinets are ones that the service takes", () => {
  for (const cabinet of DEMO_CABINETS) {
    cabinetId.parse(cabinet.id);
    cabinetBody.parse(demoBody(cabinet));
    match(cabinet.name, /^\p{Script=Han}.* · \w/u);
  }
  equal(new Set(DEMO_CABINETS.map(demoRegistration)).size, DEMO_CABINETS.length);
});

pure("the demo's cabinets have 12 to 24 cells of three sizes, each with a lock behind it", () => {
  for (const cabinet of DEMO_CABINETS) {
    const body = cabinetBody.parse(demoBody(cabinet));
    const cells = Array.isArray(body.cells) ? body.cells : [];
    equal(cells.length >= 12 && cells.length <= 24, true, cabinet.id);
    deepEqual([...new Set(cells.map(({ size }) => size))], ["S", "M", "L"]);
    const boards = characterNamed(cabinet.character).boards ?? 1;
    equal(cells.every(({ board, channel }) => board <= boards && channel <= LOCKS), true, cabinet.id);
  }
});

pure("what the demo says of its cabinets is so", () => {
  const library = DEMO_CABINETS.find(({ id }) => id === "library");
  const body = cabinetBody.parse(library && demoBody(library));
  const dead = Array.isArray(body.cells) ? body.cells.filter(({ board }) => board === 2) : [];
  deepEqual([dead[0]?.cell, dead.at(-1)?.cell], [13, 24]);
});
