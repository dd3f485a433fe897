import assert from "node:assert/strict";
import type { CellView } from "../../cabinet/types.ts";
import { cellOf, liveState } from "../../../testing/rigs/page.ts";
import { cellButtonOf } from "./cell_buttons.ts";
import type { PageState } from "../state/state.ts";
import { type PageTap, withTap } from "../state/taps.ts";
import { texts } from "./languages.ts";

const permissions = "none";
const request = { type: "open", cell: 7 } as const;
const running: PageTap = { id: "t", request, cell: 7, atMs: 0, step: "sent", attempts: 1 };
const failed: PageTap = {
  id: "t",
  request,
  cell: 7,
  atMs: 0,
  step: "ended",
  outcome: { by: "server", state: "failed", reason: "did-not-open" },
  endedAtMs: 0,
};

function stateOf(cell: CellView, tap?: PageTap): PageState {
  const state = liveState({ cells: [cell] });
  return tap === undefined ? state : { ...state, taps: withTap(state.taps, tap) };
}

function faces(cell: CellView, tap?: PageTap) {
  const state = stateOf(cell, tap);
  return {
    zh: cellButtonOf(cell, { state, texts: texts.zh }),
    en: cellButtonOf(cell, { state, texts: texts.en }),
  };
}

Deno.test({
  name: "cellButtonOf() has the door, the size and the use",
  permissions,
  fn() {
    const looks = (but: Partial<CellView>) => {
      const { zh, en } = faces(cellOf(7, but));
      return [zh, en].map(({ main, size, extra }) => [main, size, extra]);
    };
    assert.deepEqual(looks({}), [["已关", "中号", undefined], ["Closed", "M", undefined]]);
    assert.deepEqual(looks({ state: "held" }), [["已关", "中号", "使用中"], ["Closed", "M", "In use"]]);
    assert.deepEqual(looks({ door: "unknown" })[0], ["状态未知", "中号", undefined]);
  },
});

Deno.test({
  name: "cellButtonOf() shows a size of the cabinet's own as it is written",
  permissions,
  fn() {
    const { zh } = faces(cellOf(7, { size: "0.5 m" }));
    assert.equal(zh.size, "0.5 m");
  },
});

Deno.test({
  name: "cellButtonOf() distinguishes doors by shape and words, not by colour alone",
  permissions,
  fn() {
    const looks = (["open", "closed", "unknown"] as const).map((door) => faces(cellOf(7, { door })).zh);
    assert.equal(new Set(looks.map(({ shape }) => shape)).size, 3);
    assert.equal(new Set(looks.map(({ main }) => main)).size, 3);
  },
});

Deno.test({
  name: "cellButtonOf() turns a cell off that is disabled, faulty or opening",
  permissions,
  fn() {
    for (const state of ["disabled", "faulty"] as const) {
      assert.equal(faces(cellOf(7, { state })).zh.off, true);
    }
    const { zh } = faces(cellOf(7), running);
    assert.deepEqual([zh.off, zh.busy, zh.shape, zh.main], [true, true, "spinner", "正在开门"]);
    assert.equal(faces(cellOf(7)).zh.off, false);
  },
});

Deno.test({
  name: "cellButtonOf() shows a result with the door beside it",
  permissions,
  fn() {
    const { zh } = faces(cellOf(7), failed);
    assert.deepEqual([zh.tone, zh.main, zh.extra, zh.off], ["bad", "没有打开", "已关", false]);
  },
});

Deno.test({
  name: "cellButtonOf() does not call a door closed beside an unconfirmed result",
  permissions,
  fn() {
    const silent: PageTap = { ...failed, outcome: { by: "silence" } };
    const noReply: PageTap = {
      ...failed,
      outcome: { by: "server", state: "unconfirmed", reason: "no-reply" },
    };
    for (const tap of [silent, noReply]) {
      const { zh } = faces(cellOf(7), tap);
      assert.deepEqual([zh.main, zh.extra], ["未确认", undefined]);
    }
  },
});

Deno.test({
  name: "cellButtonOf() says until when an assigned cell may be opened, and turns others off",
  permissions,
  fn() {
    const cells = [cellOf(7), cellOf(8)];
    const state: PageState = {
      ...liveState({ mode: "assigned", cells }),
      isLocal: false,
      permits: [{ cells: [7], from: "1970-01-01T00:00:00Z", until: "1970-01-01T02:00:00Z" }],
    };
    const [mine, other] = cells.map((cell) => cellButtonOf(cell, { state, texts: texts.en }));
    assert.deepEqual([mine?.off, mine?.extra], [false, "Until in 2\u00a0hours"]);
    assert.deepEqual([other?.off, other?.extra], [true, undefined]);
  },
});
