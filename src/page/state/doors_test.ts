import assert from "node:assert/strict";
import { cellOf, liveState } from "../../../testing/rigs/page.ts";
import { withCells } from "./doors.ts";
import type { PageState } from "./state.ts";
import { endTap, withTap } from "./taps.ts";
import type { DoorState } from "../../cabinet/doors.ts";
import type { FinalState } from "../../cabinet/kinds.ts";

const permissions = "none";
const nowMs = 9_000;

function stateWith(outcome: FinalState, door: DoorState): PageState {
  const request = { type: "open", cell: 1 } as const;
  const tap = endTap({ id: "t", request, cell: 1, atMs: 1, step: "sent", attempts: 1 }, {
    outcome: { by: "server", state: outcome, reason: undefined },
    nowMs: 2,
  });
  const state = liveState({ cells: [cellOf(1, { door })] });
  return { ...state, taps: withTap(state.taps, tap) };
}

function read(state: PageState, door: DoorState): PageState {
  return withCells(state, { cells: [cellOf(1, { door })], nowMs });
}

Deno.test({
  name: "withCells() forgets the result when the opened door is shut again",
  permissions,
  fn() {
    const after = read(stateWith("opened", "open"), "closed");
    assert.equal(after.taps.size, 0);
    assert.deepEqual(after.notice, { news: { kind: "door", door: "closed", cell: 1 }, atMs: nowMs });
  },
});

Deno.test({
  name: "withCells() does not call a door shut that was never seen open",
  permissions,
  fn() {
    for (const before of ["closed", "unknown"] as const) {
      assert.equal(read(stateWith("opened", before), "closed").taps.size, 1);
    }
  },
});

Deno.test({
  name: "withCells() settles an unconfirmed or failed tap when the door is seen open",
  permissions,
  fn() {
    for (const outcome of ["unconfirmed", "failed", "accepted"] as const) {
      const after = read(stateWith(outcome, "closed"), "open");
      assert.equal(after.taps.size, 0);
      assert.deepEqual(after.notice?.news, { kind: "door", door: "open", cell: 1 });
    }
  },
});

Deno.test({
  name: "withCells() keeps a result when the reading is not new",
  permissions,
  fn() {
    assert.equal(read(stateWith("opened", "closed"), "open").taps.size, 1);
    assert.equal(read(stateWith("unconfirmed", "open"), "open").taps.size, 1);
    assert.equal(read(stateWith("unconfirmed", "closed"), "unknown").taps.size, 1);
  },
});
