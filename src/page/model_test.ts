import assert from "node:assert/strict";
import type { ToPage } from "../users/messages.ts";
import { cabinetOf, cellOf, liveState, welcomeOf, you } from "./_fakes.ts";
import { nextChangeMs, reduce } from "./model.ts";
import { initialState, type PageEvent, type PageState, refusalOf } from "./state.ts";
import { resultShownMs, tapAnswerMs } from "./times.ts";

const permissions = "none";
const nowMs = 5_000;

function play(state: PageState, ...events: readonly PageEvent[]): PageState {
  return events.reduce(reduce, state);
}

function tap(cell: number, id = `tap-${cell}`): PageEvent {
  return { type: "tapped", id, cell, nowMs };
}

function hear(message: ToPage, atMs = nowMs): PageEvent {
  return { type: "heard", message, nowMs: atMs };
}

type Command = Extract<ToPage, { type: "command" }>;
function command(cell: number, but: Pick<Command, "state"> & Partial<Command>): PageEvent {
  return hear({ type: "command", id: `tap-${cell}`, command: "open", cell, ...but });
}

function time(atMs: number): PageEvent {
  return { type: "time", nowMs: atMs };
}

Deno.test({
  name: "reduce() is live after the welcome, with the server's view",
  permissions,
  fn() {
    const state = play(
      initialState({ you, cabinet: cabinetOf() }),
      hear(welcomeOf({ cells: [cellOf(7, { door: "open" })] })),
    );
    assert.equal(state.connection, "live");
    assert.deepEqual(state.cabinet.cells, [cellOf(7, { door: "open" })]);
  },
});

Deno.test({
  name: "reduce() changes only what a cabinet message names",
  permissions,
  fn() {
    const moved = cellOf(2, { door: "open" });
    const state = play(liveState(), hear({ type: "cabinet", cells: [moved] }));
    assert.deepEqual(state.cabinet, cabinetOf({ cells: [cellOf(1), moved] }));
    assert.equal(play(state, hear({ type: "cabinet", online: false })).cabinet.online, false);
  },
});

Deno.test({
  name: "reduce() puts a cell that is new in its place by number",
  permissions,
  fn() {
    const state = play(
      liveState({ cells: [cellOf(1), cellOf(3)] }),
      hear({ type: "cabinet", cells: [cellOf(2)] }),
    );
    assert.deepEqual(state.cabinet.cells.map(({ cell }) => cell), [1, 2, 3]);
  },
});

Deno.test({
  name: "reduce() follows a tap from pending to opened",
  permissions,
  fn() {
    let state = play(liveState(), tap(1));
    assert.equal(state.taps.get(1)?.step, "pending");
    for (const step of ["requested", "sent"] as const) {
      state = play(state, command(1, { state: step }));
      assert.equal(state.taps.get(1)?.step, step);
      assert.deepEqual(state.notice?.news, { kind: "step", step });
    }
    state = play(state, command(1, { state: "opened" }));
    const outcome = { by: "server", state: "opened", reason: undefined } as const;
    assert.deepEqual(state.taps.get(1), {
      id: "tap-1",
      cell: 1,
      atMs: nowMs,
      step: "ended",
      outcome,
      endedAtMs: nowMs,
    });
    assert.deepEqual(state.notice, { cell: 1, news: { kind: "outcome", outcome }, atMs: nowMs });
  },
});

Deno.test({
  name: "reduce() keeps the reason of a refusal",
  permissions,
  fn() {
    const state = play(liveState(), tap(1), command(1, { state: "refused", reason: "busy" }));
    assert.deepEqual(state.notice?.news, {
      kind: "outcome",
      outcome: { by: "server", state: "refused", reason: "busy" },
    });
  },
});

Deno.test({
  name: "reduce() never takes a tap a step back when the answer to a repeated question does",
  permissions,
  fn() {
    const state = play(
      liveState(),
      tap(1),
      command(1, { state: "sent" }),
      command(1, { state: "requested" }),
    );
    assert.equal(state.taps.get(1)?.step, "sent");
  },
});

Deno.test({
  name: "reduce() does not take a second tap on a cell while the first one runs",
  permissions,
  fn() {
    const state = play(liveState(), tap(1));
    assert.equal(play(state, tap(1, "second")), state);
  },
});

Deno.test({
  name: "reduce() takes taps on other cells meanwhile, and another one after the result",
  permissions,
  fn() {
    const state = play(
      liveState(),
      tap(1),
      tap(2),
      command(1, { state: "failed", reason: "did-not-open" }),
      tap(1, "again"),
    );
    assert.deepEqual([...state.taps.values()].map(({ id, step }) => [id, step]), [
      ["again", "pending"],
      ["tap-2", "pending"],
    ]);
  },
});

Deno.test({
  name: "reduce() refuses a tap and says why when it could not be carried out now",
  permissions,
  fn() {
    const cases = [
      [{ ...liveState(), connection: "connecting" }, "connecting"],
      [{ ...liveState(), connection: "reconnecting" }, "reconnecting"],
      [{ ...liveState(), connection: "offline-browser" }, "offline-browser"],
      [liveState({ online: false }), "cabinet-offline"],
      [liveState({ cells: [cellOf(1, { state: "disabled" })] }), "disabled"],
      [liveState({ cells: [cellOf(1, { state: "faulty" })] }), "faulty"],
    ] as const;
    for (const [state, refusal] of cases) {
      const after = play(state, tap(1));
      assert.equal(after.taps.size, 0);
      assert.deepEqual(after.notice, { cell: 1, news: { kind: "refusal", refusal }, atMs: nowMs });
    }
  },
});

Deno.test({
  name: "refusalOf() leaves a held cell to the server's judgement",
  permissions,
  fn() {
    assert.equal(refusalOf(liveState({ cells: [cellOf(1, { state: "held" })] }), 1), undefined);
  },
});

Deno.test({
  name: "reduce() takes a refusal from the screen when the connection is back",
  permissions,
  fn() {
    const refused = play({ ...liveState(), connection: "reconnecting" }, tap(1));
    assert.equal(play(refused, hear(welcomeOf())).notice, undefined);
  },
});

Deno.test({
  name: "reduce() keeps running taps over a lost connection",
  permissions,
  fn() {
    const state = play(
      liveState(),
      tap(1),
      { type: "disconnected", connection: "reconnecting" },
      hear(welcomeOf()),
    );
    assert.equal(state.taps.get(1)?.step, "pending");
  },
});

Deno.test({
  name: "reduce() marks the tap unconfirmed when no answer came in time, and not before",
  permissions,
  fn() {
    const state = play(liveState(), tap(1));
    assert.equal(play(state, time(nowMs + tapAnswerMs - 1)), state);
    assert.deepEqual(play(state, time(nowMs + tapAnswerMs)).notice?.news, {
      kind: "outcome",
      outcome: { by: "silence" },
    });
  },
});

Deno.test({
  name: "reduce() believes a final answer that comes after it gave up waiting",
  permissions,
  fn() {
    const state = play(liveState(), tap(1), time(nowMs + tapAnswerMs), command(1, { state: "opened" }));
    assert.deepEqual(state.taps.get(1)?.step === "ended" && state.taps.get(1), {
      id: "tap-1",
      cell: 1,
      atMs: nowMs,
      step: "ended",
      outcome: { by: "server", state: "opened", reason: undefined },
      endedAtMs: nowMs,
    });
    assert.equal(play(state, command(1, { state: "sent" })), state);
  },
});

Deno.test({
  name: "reduce() passes over answers to taps that it does not know",
  permissions,
  fn() {
    const state = liveState();
    assert.equal(play(state, command(1, { state: "opened" })), state);
    assert.equal(play(state, hear({ type: "error", id: "other", code: "conflict", message: "" })), state);
  },
});

Deno.test({
  name: "reduce() ends a tap by the error that answers it",
  permissions,
  fn() {
    const state = play(
      liveState(),
      tap(1),
      hear({ type: "error", id: "tap-1", code: "too-fast", message: "" }),
    );
    assert.deepEqual(state.notice?.news, { kind: "outcome", outcome: { by: "error", code: "too-fast" } });
  },
});

Deno.test({
  name: "reduce() calls a tap unconfirmed when the error may be about the repeated question only",
  permissions,
  fn() {
    const error = hear({ type: "error", id: "tap-1", code: "unavailable", message: "" });
    const silence = { kind: "outcome", outcome: { by: "silence" } };
    const again = play(liveState(), tap(1), { type: "asked-again", id: "tap-1" }, error);
    assert.deepEqual(again.notice?.news, silence);
    assert.deepEqual(play(liveState(), tap(1), command(1, { state: "sent" }), error).notice?.news, silence);
  },
});

Deno.test({
  name: "reduce() shows an error that is about no tap",
  permissions,
  fn() {
    const state = play(liveState(), hear({ type: "error", code: "too-big", message: "" }));
    assert.deepEqual(state.notice, {
      cell: undefined,
      news: { kind: "error", code: "too-big" },
      atMs: nowMs,
    });
  },
});

Deno.test({
  name: "reduce() asks on with restored taps and gives up those that are too old",
  permissions,
  fn() {
    const taps = [{ id: "new", cell: 1, atMs: nowMs - 1 }, { id: "old", cell: 2, atMs: nowMs - tapAnswerMs }];
    const state = play(initialState({ you, cabinet: cabinetOf() }), { type: "restored", taps, nowMs });
    assert.deepEqual([...state.taps.values()].map(({ id, step }) => [id, step]), [["new", "pending"], [
      "old",
      "ended",
    ]]);
  },
});

Deno.test({
  name: "reduce() forgets a result after its time",
  permissions,
  fn() {
    const state = play(liveState(), tap(1), command(1, { state: "opened" }));
    const after = play(state, time(nowMs + resultShownMs));
    assert.deepEqual([after.taps.size, after.notice], [0, undefined]);
  },
});

Deno.test({
  name: "nextChangeMs() is the moment of the next change by time",
  permissions,
  fn() {
    assert.equal(nextChangeMs(liveState()), undefined);
    assert.equal(nextChangeMs(play(liveState(), tap(1))), nowMs + tapAnswerMs);
    assert.equal(
      nextChangeMs(play(liveState(), tap(1), command(1, { state: "opened" }))),
      nowMs + resultShownMs,
    );
  },
});
