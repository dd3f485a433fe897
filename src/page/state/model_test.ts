import assert from "node:assert/strict";
import type { ToPage } from "../../protocol/messages.ts";
import {
  cabinetOf,
  cellOf,
  freshState,
  liveState,
  rentalOf,
  storageState,
  welcomeOf,
} from "../../../testing/rigs/page.ts";
import { nextChangeMs, reduce } from "./model.ts";
import { refusalOf } from "./refusals.ts";
import type { PageEvent, PageState } from "./state.ts";
import type { TapOutcome } from "./taps.ts";
import { briefShownMs, oneMinuteMs, resultShownMs, storeAnswerMs, tapAnswerMs } from "../times.ts";

const permissions = "none";
const nowMs = 5_000;

function play(state: PageState, ...events: readonly PageEvent[]): PageState {
  return events.reduce(reduce, state);
}

function tap(cell: number, id = `tap-${cell}`): PageEvent {
  return { type: "tapped", id, request: { type: "open", cell }, nowMs };
}

/** The outcome of the tap that the news is about. */
function outcomeShown(state: PageState): TapOutcome | undefined {
  const news = state.notice?.news;
  return news?.kind === "outcome" ? news.tap.outcome : undefined;
}

function received(message: ToPage, atMs = nowMs): PageEvent {
  return { type: "message", message, nowMs: atMs };
}

type CommandMessage = Extract<ToPage, { type: "command" }>;
function command(cell: number, but: Pick<CommandMessage, "state"> & Partial<CommandMessage>): PageEvent {
  return received({ type: "command", id: `tap-${cell}`, command: "open", cell, ...but });
}

function time(atMs: number): PageEvent {
  return { type: "time", nowMs: atMs };
}

Deno.test({
  name: "reduce() is live after the welcome, with the server's view",
  permissions,
  fn() {
    const state = play(
      freshState(),
      received(welcomeOf({ cells: [cellOf(7, { door: "open" })] })),
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
    const state = play(liveState(), received({ type: "cabinet", cells: [moved] }));
    assert.deepEqual(state.cabinet, cabinetOf({ cells: [cellOf(1), moved] }));
    assert.equal(play(state, received({ type: "cabinet", online: false })).cabinet.online, false);
  },
});

Deno.test({
  name: "reduce() inserts a new cell by its number",
  permissions,
  fn() {
    const state = play(
      liveState({ cells: [cellOf(1), cellOf(3)] }),
      received({ type: "cabinet", cells: [cellOf(2)] }),
    );
    assert.deepEqual(state.cabinet.cells.map(({ cell }) => cell), [1, 2, 3]);
  },
});

Deno.test({
  name: "reduce() follows a tap from pending to opened",
  permissions,
  fn() {
    let state = play(liveState(), tap(1));
    assert.equal(state.taps.get("tap-1")?.step, "pending");
    for (const step of ["requested", "sent"] as const) {
      state = play(state, command(1, { state: step }));
      assert.equal(state.taps.get("tap-1")?.step, step);
      assert.deepEqual(state.notice?.news, { kind: "step", tap: state.taps.get("tap-1") });
    }
    state = play(state, command(1, { state: "opened" }));
    const tapped = state.taps.get("tap-1");
    assert.deepEqual(tapped, {
      id: "tap-1",
      request: { type: "open", cell: 1 },
      cell: 1,
      atMs: nowMs,
      step: "ended",
      outcome: { by: "server", state: "opened", reason: undefined },
      endedAtMs: nowMs,
    });
    assert.deepEqual(state.notice, { news: { kind: "outcome", tap: tapped }, atMs: nowMs });
  },
});

Deno.test({
  name: "reduce() keeps the reason of a refusal",
  permissions,
  fn() {
    const state = play(liveState(), tap(1), command(1, { state: "refused", reason: "busy" }));
    assert.deepEqual(outcomeShown(state), { by: "server", state: "refused", reason: "busy" });
  },
});

Deno.test({
  name: "reduce() never moves a tap a step back when the answer to a later attempt does",
  permissions,
  fn() {
    const state = play(
      liveState(),
      tap(1),
      command(1, { state: "sent" }),
      command(1, { state: "requested" }),
    );
    assert.equal(state.taps.get("tap-1")?.step, "sent");
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
  name: "reduce() takes taps on other cells meanwhile, and another tap after the result",
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
      ["tap-2", "pending"],
      ["again", "pending"],
    ]);
  },
});

Deno.test({
  name: "reduce() refuses a tap and says why when it cannot be carried out now",
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
      assert.deepEqual(after.notice, { news: { kind: "refusal", refusal, cell: 1 }, atMs: nowMs });
    }
  },
});

Deno.test({
  name: "refusalOf() leaves it to the server whether a held cell opens",
  permissions,
  fn() {
    assert.equal(
      refusalOf(liveState({ cells: [cellOf(1, { state: "held" })] }), { type: "open", cell: 1 }),
      undefined,
    );
  },
});

Deno.test({
  name: "reduce() removes a refusal when the connection is back",
  permissions,
  fn() {
    const refused = play({ ...liveState(), connection: "reconnecting" }, tap(1));
    assert.equal(play(refused, received(welcomeOf())).notice, undefined);
    const cells = [cellOf(1, { state: "disabled" })];
    const disabled = play(liveState({ cells }), tap(1));
    assert.equal(
      play(disabled, received(welcomeOf({ cells }))).notice,
      disabled.notice,
      "a welcome that says nothing new",
    );
    const offline = play(liveState({ online: false }), tap(1));
    assert.equal(play(offline, received(welcomeOf({ online: false }))).notice, offline.notice);
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
      received(welcomeOf()),
    );
    assert.equal(state.taps.get("tap-1")?.step, "pending");
  },
});

Deno.test({
  name: "reduce() marks the tap unconfirmed when no answer came in time, and not before",
  permissions,
  fn() {
    const state = play(liveState(), tap(1));
    assert.equal(play(state, time(nowMs + tapAnswerMs - 1)), state);
    assert.deepEqual(outcomeShown(play(state, time(nowMs + tapAnswerMs))), { by: "silence" });
  },
});

Deno.test({
  name: "reduce() takes a final answer that comes after it stopped waiting",
  permissions,
  fn() {
    const state = play(liveState(), tap(1), time(nowMs + tapAnswerMs), command(1, { state: "opened" }));
    assert.deepEqual(outcomeShown(state), { by: "server", state: "opened", reason: undefined });
    assert.equal(play(state, command(1, { state: "sent" })), state);
  },
});

Deno.test({
  name: "reduce() ignores answers to unknown taps",
  permissions,
  fn() {
    const state = liveState();
    assert.equal(play(state, command(1, { state: "opened" })), state);
    assert.equal(play(state, received({ type: "error", id: "other", code: "conflict", message: "" })), state);
  },
});

Deno.test({
  name: "reduce() ends a tap by the error that answers it",
  permissions,
  fn() {
    const state = play(
      liveState(),
      tap(1),
      received({ type: "error", id: "tap-1", code: "too-fast", message: "" }),
    );
    assert.deepEqual(outcomeShown(state), { by: "error", code: "too-fast" });
  },
});

Deno.test({
  name: "reduce() calls a tap unconfirmed when the error may be about a later attempt only",
  permissions,
  fn() {
    const error = received({ type: "error", id: "tap-1", code: "unavailable", message: "" });
    const again = play(liveState(), tap(1), { type: "resent", id: "tap-1" }, error);
    assert.deepEqual(outcomeShown(again), { by: "silence" });
    assert.deepEqual(outcomeShown(play(liveState(), tap(1), command(1, { state: "sent" }), error)), {
      by: "silence",
    });
  },
});

Deno.test({
  name: "reduce() shows an error that is about no tap",
  permissions,
  fn() {
    const state = play(liveState(), received({ type: "error", code: "too-big", message: "" }));
    assert.deepEqual(state.notice, { news: { kind: "error", code: "too-big" }, atMs: nowMs });
  },
});

Deno.test({
  name: "reduce() goes on with restored taps and ends those that are too old",
  permissions,
  fn() {
    const atMs = { new: nowMs - 1, old: nowMs - tapAnswerMs };
    const taps = (["new", "old"] as const).map((id, index) => {
      const cell = index + 1;
      return { id, request: { type: "open", cell } as const, cell, atMs: atMs[id] };
    });
    const state = play(freshState(), { type: "restored", taps, sharedCodes: [], nowMs });
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
  name: "nextChangeMs() is the time of the next change that time alone makes",
  permissions,
  fn() {
    assert.equal(nextChangeMs(liveState()), undefined);
    assert.equal(nextChangeMs(play(liveState(), tap(1))), nowMs + tapAnswerMs);
    assert.equal(
      nextChangeMs(play(liveState(), tap(1), command(1, { state: "opened" }))),
      nowMs + resultShownMs,
    );
    assert.equal(nextChangeMs(storageState([rentalOf("r")])), oneMinuteMs);
  },
});

Deno.test({
  name: "reduce() waits longer for a store, which may try several doors",
  permissions,
  fn() {
    const state = play(storageState(), { type: "tapped", id: "s", request: { type: "store" }, nowMs });
    assert.equal(nextChangeMs(state), nowMs + storeAnswerMs);
    assert.deepEqual(outcomeShown(play(state, time(nowMs + storeAnswerMs))), { by: "silence" });
  },
});

Deno.test({
  name: "reduce() forgets everything of a person who left, after asking for confirmation",
  permissions,
  fn() {
    const state = play(storageState([rentalOf("r")]), {
      type: "tapped",
      id: "t",
      request: { type: "reopen", rental: "r" },
      nowMs,
    });
    assert.equal(play(state, { type: "account", account: "remove?" }).taps.size, 1);
    const left = play(state, { type: "account", account: "signed-out" });
    assert.deepEqual([left.account, left.taps.size, left.rentals, left.notice], [
      "signed-out",
      0,
      [],
      undefined,
    ]);
  },
});

Deno.test({
  name: "reduce() follows the minutes, so that times are right",
  permissions,
  fn() {
    const state = storageState([rentalOf("r")]);
    assert.equal(play(state, time(oneMinuteMs - 1)), state);
    assert.equal(play(state, time(3 * oneMinuteMs + 1)).minuteMs, 3 * oneMinuteMs);
  },
});

Deno.test({
  name: "reduce() shows news briefly that asks for nothing",
  permissions,
  fn() {
    const state = play(liveState(), { type: "news", news: { kind: "result", result: "copied" }, nowMs });
    assert.equal(nextChangeMs(state), nowMs + briefShownMs);
    assert.equal(play(state, time(nowMs + briefShownMs)).notice, undefined);
    const lasting = play(liveState(), { type: "news", news: { kind: "result", result: "leaving" }, nowMs });
    assert.equal(play(lasting, time(nowMs + briefShownMs)).notice, lasting.notice);
  },
});
