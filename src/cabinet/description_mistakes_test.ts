import { deepEqual } from "node:assert/strict";
import { type DescriptionMistake, mistakesOf } from "./description_mistakes.ts";
import type { ShapedCabinet } from "./description.ts";

type Places = NonNullable<ShapedCabinet["layout"]>["columns"][number];

/** Cells 7 and 9 of an 8A board. */
const LISTED: ShapedCabinet["cells"] = [7, 9].map((cell) => ({ cell, board: 1, channel: cell, size: "M" }));

/** What is wrong with a layout of these columns. */
function wrongWith(columns: Places[], cells: ShapedCabinet["cells"]): DescriptionMistake[] {
  return [...mistakesOf({ board: "8a", cells, layout: { columns } })];
}

function doors(...cells: number[]): Places {
  return cells.map((cell) => ({ cell }));
}

Deno.test({
  name: "mistakesOf() finds nothing wrong with a layout that draws each cell once",
  permissions: "none",
  fn() {
    deepEqual(wrongWith([doors(9), doors(7)], LISTED), []);
    deepEqual(wrongWith([doors(2), [{ gap: 1 }], doors(3, 1)], { count: 3, size: "M" }), []);
    deepEqual(wrongWith([[{ gap: 1 }]], []), []);
    deepEqual([...mistakesOf({ board: "8a", cells: LISTED, layout: null })], []);
  },
});

Deno.test({
  name: "mistakesOf() names each place where a cell is drawn that is not there, or once more",
  permissions: "none",
  fn() {
    deepEqual(wrongWith([doors(7, 8), doors(9, 7, 9)], LISTED), [
      [["layout", "columns", 0, 1], "cell 8 is not there, or is drawn twice"],
      [["layout", "columns", 1, 1], "cell 7 is not there, or is drawn twice"],
      [["layout", "columns", 1, 2], "cell 9 is not there, or is drawn twice"],
    ]);
    deepEqual(wrongWith([doors(1, 2, 3)], { count: 2, size: "M" }), [
      [["layout", "columns", 0, 2], "cell 3 is not there, or is drawn twice"],
    ]);
  },
});

Deno.test({
  name: "mistakesOf() names the first cell that a layout draws nowhere",
  permissions: "none",
  fn() {
    deepEqual(wrongWith([[]], LISTED), [[["layout"], "cell 7 is drawn nowhere"]]);
    deepEqual(wrongWith([doors(1)], { count: 3, size: "M" }), [[["layout"], "cell 2 is drawn nowhere"]]);
  },
});

Deno.test({
  name: "mistakesOf() leaves a DTU and its bus to serial boards, and secrets to smart controllers",
  permissions: "none",
  fn() {
    const registration = { text: "IMEI860000000000001" };
    const heartbeat = { hex: "FE", echo: false };
    const secret = "0123456789abcdef";
    deepEqual([...mistakesOf({ board: "kaigui", cells: [], localEcho: false, secret })], []);
    deepEqual([...mistakesOf({ board: "8a", cells: [], registration, heartbeat, localEcho: true })], []);
    const leaveOut = "kaigui cabinets have no DTU and no serial bus: leave it out";
    deepEqual([...mistakesOf({ board: "kaigui", cells: [], registration, heartbeat, localEcho: true })], [
      [["registration"], leaveOut],
      [["heartbeat"], leaveOut],
      [["localEcho"], leaveOut],
    ]);
    for (const board of ["8a", "raw"]) {
      deepEqual([...mistakesOf({ board, cells: [], secret })], [
        [["secret"], "only kaigui cabinets have one"],
      ]);
    }
  },
});

Deno.test({
  name: "mistakesOf() counts a smart controller's locks from 1 to 256, all on board 1",
  permissions: "none",
  fn() {
    const wrongWith = (cells: ShapedCabinet["cells"]) => [...mistakesOf({ board: "kaigui", cells })];
    deepEqual(wrongWith({ count: 256, size: "M" }), []);
    deepEqual(wrongWith([{ cell: 9, board: 1, channel: 256, size: "M" }]), []);
    deepEqual(wrongWith({ count: 257, size: "M" }), [
      [["cells", "count"], "a kaigui cabinet has no more than 256"],
    ]);
    deepEqual(wrongWith([{ cell: 9, board: 2, channel: 0, size: "M" }]), [
      [["cells", 0, "board"], "kaigui boards go from 1 to 1"],
      [["cells", 0, "channel"], "kaigui channels go from 1 to 256"],
    ]);
  },
});

Deno.test({
  name: "mistakesOf() lets boards be as large, and have such addresses, as they are sold",
  permissions: "none",
  fn() {
    const largest = {
      "8a": [99, 50],
      "kerong-cu16": [15, 16],
      "kerong-cu48": [254, 48],
      wkly: [254, 127],
      dc: [15, 16],
      modbus: [255, 32],
      lcus: [1, 16],
    };
    for (const [board, [address = 0, channel = 0]] of Object.entries(largest)) {
      const wrongAt = (board_: number, channel_: number) => {
        const cells = [{ cell: 1, board: board_, channel: channel_, size: "M" }];
        return [...mistakesOf({ board, cells })].length;
      };
      const wrong = [wrongAt(address, channel), wrongAt(address + 1, channel), wrongAt(address, channel + 1)];
      deepEqual(wrong, [0, 1, 1], board);
    }
  },
});

Deno.test({
  name: "mistakesOf() counts cells by the usual board, unless it is told how many a board has",
  permissions: "none",
  fn() {
    const wrongWith = (cells: ShapedCabinet["cells"]) => [...mistakesOf({ board: "dc", cells })];
    deepEqual(wrongWith({ count: 240, size: "M" }), []);
    deepEqual(wrongWith({ count: 60, perBoard: 4, size: "M" }), []);
    deepEqual(wrongWith({ count: 61, perBoard: 4, size: "M" }), [
      [["cells", "count"], "a dc cabinet has no more than 60"],
    ]);
    deepEqual(wrongWith({ count: 9, perBoard: 17, size: "M" }), [
      [["cells", "perBoard"], "dc boards have no more than 16 channels"],
    ]);
  },
});
