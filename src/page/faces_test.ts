import assert from "node:assert/strict";
import type { CellView } from "../locker/types.ts";
import { cellOf, liveState } from "./_fakes.ts";
import { connectionTelling, faceOf, tellingOf } from "./faces.ts";
import type { Notice, PageState } from "./state.ts";
import { type Tap, withTap } from "./taps.ts";
import { texts } from "./texts.ts";

const permissions = "none";
const running: Tap = { id: "t", cell: 7, atMs: 0, step: "sent", asks: 1 };
const failed: Tap = {
  id: "t",
  cell: 7,
  atMs: 0,
  step: "ended",
  outcome: { by: "server", state: "failed", reason: "did-not-open" },
  endedAtMs: 0,
};

function stateOf(cell: CellView, tap?: Tap): PageState {
  const state = liveState({ cells: [cell] });
  return tap === undefined ? state : { ...state, taps: withTap(state.taps, tap) };
}

function faces(cell: CellView, tap?: Tap) {
  const state = stateOf(cell, tap);
  return { zh: faceOf(cell, { state, texts: texts.zh }), en: faceOf(cell, { state, texts: texts.en }) };
}

Deno.test({
  name: "faceOf() speaks the number, the size, the door and the use",
  permissions,
  fn() {
    const { zh, en } = faces(cellOf(7));
    assert.deepEqual([zh.label, en.label], ["7 号柜，中号，已关", "Cell 7, medium, Closed"]);
    assert.equal(faces(cellOf(7, { state: "held" })).zh.label, "7 号柜，中号，已关，使用中");
    assert.equal(faces(cellOf(7, { door: "unknown" })).zh.label, "7 号柜，中号，状态未知");
  },
});

Deno.test({
  name: "faceOf() shows a size of the cabinet's own as it is written",
  permissions,
  fn() {
    const { zh } = faces(cellOf(7, { size: "0.5 m" }));
    assert.deepEqual([zh.size, zh.label], ["0.5 m", "7 号柜，0.5 m，已关"]);
  },
});

Deno.test({
  name: "faceOf() tells doors apart by shape and words, not by colour alone",
  permissions,
  fn() {
    const looks = (["open", "closed", "unknown"] as const).map((door) => faces(cellOf(7, { door })).zh);
    assert.equal(new Set(looks.map(({ shape }) => shape)).size, 3);
    assert.equal(new Set(looks.map(({ main }) => main)).size, 3);
  },
});

Deno.test({
  name: "faceOf() puts a cell out of reach that is disabled, faulty or on its way",
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
  name: "faceOf() shows a result with the door beside it",
  permissions,
  fn() {
    const { zh } = faces(cellOf(7), failed);
    assert.deepEqual([zh.tone, zh.main, zh.extra, zh.off], ["bad", "没有打开", "已关", false]);
  },
});

Deno.test({
  name: "faceOf() does not call a door closed beside a result that is not known",
  permissions,
  fn() {
    const silent: Tap = { ...failed, outcome: { by: "silence" } };
    const noReply: Tap = { ...failed, outcome: { by: "server", state: "unconfirmed", reason: "no-reply" } };
    for (const tap of [silent, noReply]) {
      const { zh } = faces(cellOf(7), tap);
      assert.deepEqual([zh.main, zh.extra, zh.label], ["未确认", undefined, "7 号柜，中号，未确认"]);
    }
  },
});

Deno.test({
  name: "tellingOf() takes the reason's words before the state's",
  permissions,
  fn() {
    const said = (reason?: "not-seen") => {
      const outcome = { by: "server", state: "unconfirmed", reason } as const;
      const notice = { cell: 7, atMs: 0, news: { kind: "outcome", outcome } } as Notice;
      return tellingOf(notice, texts.zh).title;
    };
    assert.equal(said("not-seen"), "没有看到 7 号柜门打开");
    assert.equal(said(), "7 号柜门开了吗？");
  },
});

Deno.test({
  name: "connectionTelling() puts the page's own connection before the cabinet's",
  permissions,
  fn() {
    const offline = liveState({ online: false });
    assert.equal(connectionTelling(offline, texts.en).title, "The cabinet is offline");
    const lost: PageState = { ...offline, connection: "reconnecting" };
    assert.equal(connectionTelling(lost, texts.en).shape, "spinner");
  },
});
