import { deepEqual, equal } from "node:assert/strict";
import { VirtualBus } from "../../simulator/mod.ts";
import {
  cellsOn,
  CHARACTER_NAMES,
  characterNamed,
  charactersOf,
  installedAs,
  SIMULATED_BOARDS,
} from "./simulated.ts";

function pure(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

pure("installedAs() says the wiring that the board has, or the character", () => {
  deepEqual(installedAs({}, "8a"), { board: "8a", wiring: "short-when-locked", localEcho: false });
  deepEqual(installedAs({}, "dc"), { board: "dc", wiring: "short-when-open", localEcho: false });
  equal(installedAs({ wiring: "short-when-open" }, "wkly")["wiring"], "short-when-open");
  equal(installedAs({ echo: true }, "modbus")["localEcho"], true);
});

pure("cellsOn() counts boards as the family does and shares the cells out evenly", () => {
  deepEqual(cellsOn("dc", { boards: 2, count: 4 }), [
    { cell: 1, board: 1, channel: 1 },
    { cell: 2, board: 1, channel: 2 },
    { cell: 3, board: 2, channel: 1 },
    { cell: 4, board: 2, channel: 2 },
  ]);
  deepEqual(cellsOn("wkly", { boards: 2, count: 3 }).map(({ board }) => board), [0, 0, 1]);
  deepEqual(cellsOn("kerong-cu16", { count: 1 }), [{ cell: 1, board: 0, channel: 1 }]);
});

pure(
  "charactersOf() leaves out what boards of the family cannot be, and every other one can be simulated",
  () => {
    deepEqual(charactersOf("8a"), CHARACTER_NAMES);
    equal(charactersOf("lcus").includes("silentBoard"), false);
    for (const board of SIMULATED_BOARDS) {
      for (const name of charactersOf(board)) new VirtualBus({ ...characterNamed(name), board });
    }
  },
);
