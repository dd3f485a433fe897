import assert from "node:assert/strict";
import type { RentalView } from "../../cabinet/types.ts";
import type { RentalsMax, ToPage } from "../../protocol/messages.ts";
import { cabinetOf, cellOf, rentalOf, storageState, welcomeOf, you } from "../../../testing/rigs/page.ts";
import { blockingTap, nextChangeMs, reduce } from "./model.ts";
import { refusalOf } from "./refusals.ts";
import { tapOf } from "./rentals.ts";
import { initialState, type PageEvent, type PageState } from "./state.ts";
import { isRunning } from "./taps.ts";
import { resultShownMs, storeAnswerMs } from "../times.ts";
import type { TapRequest } from "./tap_requests.ts";
import type { CommandKind } from "../../cabinet/kinds.ts";

const permissions = "none";
const nowMs = 5_000;

function play(state: PageState, ...events: readonly PageEvent[]): PageState {
  return events.reduce(reduce, state);
}

function tap(id: string, request: TapRequest): PageEvent {
  return { type: "tapped", id, request, nowMs };
}

function received(message: ToPage): PageEvent {
  return { type: "message", message, nowMs };
}

function rental(view: RentalView): PageEvent {
  return received({ type: "rental", ...view });
}

type CommandMessage = Extract<ToPage, { type: "command" }>;
function command(id: string, but: Pick<CommandMessage, "state"> & Partial<CommandMessage>): PageEvent {
  const kinds: Readonly<Record<string, CommandKind>> = { s: "store", p: "pickup", r: "reopen" };
  return received({ type: "command", id, command: kinds[id] ?? "open", cell: null, ...but });
}

const store = tap("s", { type: "store", size: "M" });
const cells = [1, 2, 3].map((cell) => cellOf(cell));

Deno.test({
  name: "reduce() takes the cell of a store from the server",
  permissions,
  fn() {
    const asked = play(storageState(), store);
    assert.equal(asked.taps.get("s")?.cell, undefined);
    const given = play(asked, command("s", { state: "requested", cell: 2 }));
    assert.deepEqual([given.taps.get("s")?.cell, given.taps.get("s")?.step], [2, "requested"]);
  },
});

Deno.test({
  name: "reduce() follows a store to another cell where the first door did not open",
  permissions,
  fn() {
    const state = play(
      storageState([], { cells }),
      store,
      command("s", { state: "requested", cell: 1 }),
      command("s", { state: "sent", cell: 1 }),
      command("s", { state: "requested", cell: 2 }),
    );
    const moved = state.taps.get("s");
    assert.ok(isRunning(moved));
    assert.deepEqual([moved.cell, moved.insteadOf, moved.step], [2, 1, "requested"]);
    const over = play(
      state,
      command("s", { state: "sent", cell: 2 }),
      command("s", { state: "opened", cell: 2 }),
    );
    assert.equal(over.taps.get("s")?.cell, 2);
  },
});

Deno.test({
  name: "reduce() takes one store at a time, and another when the first has ended",
  permissions,
  fn() {
    const asked = play(storageState([], { cells }), store);
    assert.equal(play(asked, tap("s2", { type: "store", size: "L" })), asked);
    const given = play(asked, rental(rentalOf("s", { cell: 1 })), command("s", { state: "opened", cell: 1 }));
    const again = play(given, tap("s2", { type: "store" }));
    assert.deepEqual([...again.taps.keys()], ["s", "s2"], "the first one's result stays with its cell");
  },
});

Deno.test({
  name: "reduce() refuses a store for which no cell is free",
  permissions,
  fn() {
    const full = storageState([], { cells: [cellOf(1, { state: "held" }), cellOf(2, { state: "faulty" })] });
    assert.deepEqual(play(full, store).notice?.news, { kind: "refusal", refusal: "full", cell: undefined });
    const sized = [cellOf(1, { size: "S" }), cellOf(2, { state: "held" })];
    const onlySmall = storageState([], { cells: sized, sizes: ["S", "M"] });
    assert.deepEqual(play(onlySmall, store).notice?.news, {
      kind: "refusal",
      refusal: "size-full",
      cell: undefined,
    });
    assert.ok(isRunning(play(onlySmall, tap("s", { type: "store", size: "S" })).taps.get("s")));
    const onlyLarge = storageState([], { cells: [cellOf(1, { size: "M" })], sizes: ["S", "M"] });
    assert.ok(isRunning(play(onlyLarge, tap("s", { type: "store", size: "S" })).taps.get("s")));
  },
});

Deno.test({
  name: "reduce() shows the rental as soon as it is there, with the store that runs",
  permissions,
  fn() {
    const state = play(
      storageState([], { cells }),
      store,
      command("s", { state: "sent", cell: 1 }),
      rental(rentalOf("s")),
    );
    assert.equal(tapOf(state, rentalOf("s"))?.id, "s");
    assert.equal(blockingTap(state, { type: "retrieve", rental: "s" })?.id, "s");
    const opened = play(state, command("s", { state: "opened", cell: 1 }));
    assert.equal(tapOf(opened, rentalOf("s"))?.id, "s");
    const next = play(opened, tap("r", { type: "reopen", rental: "s" }));
    assert.deepEqual([...next.taps.keys()], ["r"], "the next tap replaces it");
  },
});

Deno.test({
  name: "reduce() forgets that a store seemed lost when its rental is there",
  permissions,
  fn() {
    const silent = play(storageState([], { cells }), store, { type: "time", nowMs: nowMs + storeAnswerMs });
    assert.equal(silent.taps.get("s")?.step, "ended");
    const back = play(silent, received(welcomeOf({ mode: "storage", cells }, [rentalOf("s")])));
    assert.deepEqual([back.taps.size, back.notice, back.rentals.length], [0, undefined, 1]);
  },
});

Deno.test({
  name: "reduce() needs no answer to a store whose rental is there",
  permissions,
  fn() {
    const state = play(storageState([], { cells }), store, rental(rentalOf("s")), {
      type: "time",
      nowMs: nowMs + storeAnswerMs,
    });
    assert.deepEqual([state.taps.size, state.rentals.length], [0, 1]);
  },
});

Deno.test({
  name: "reduce() takes the cell of a pickup from the server, which names none for a wrong code",
  permissions,
  fn() {
    const asked = play(storageState(), tap("p", { type: "pickup", code: "12345678" }));
    const wrong = play(asked, command("p", { state: "refused", reason: "wrong-code" }));
    assert.equal(wrong.taps.get("p")?.cell, undefined);
    const right = play(
      asked,
      rental(rentalOf("theirs", { cell: 2 })),
      command("p", { state: "failed", reason: "did-not-open", cell: 2 }),
    );
    assert.equal(tapOf(right, rentalOf("theirs", { cell: 2 }))?.id, "p");
  },
});

Deno.test({
  name: "reduce() keeps a pickup code until the next one replaces it",
  permissions,
  fn() {
    const until = "2026-01-06T06:00:00.000Z";
    const share = (id: string) => tap(id, { type: "share", rental: "r" });
    const answer = (id: string, code: string) => received({ type: "shared", id, code, until });
    const state = play(storageState([rentalOf("r")]), share("x"), answer("x", "11112222"));
    assert.deepEqual(state.sharedCodes, [{ rental: "r", code: "11112222", untilMs: Date.parse(until) }]);
    assert.deepEqual([state.taps.size, state.notice?.news.kind], [0, "shared"]);
    assert.equal(play(state, answer("x", "33334444")), state, "an answer that no tap waits for");
    const renewed = play(state, share("y"), answer("y", "33334444"));
    assert.deepEqual(renewed.sharedCodes.map(({ code }) => code), ["33334444"]);
    const given = play(renewed, rental(rentalOf("r", { state: "returning" })));
    assert.deepEqual(given.sharedCodes, []);
  },
});

Deno.test({
  name: "reduce() tells that a rental ended and shows it a little longer",
  permissions,
  fn() {
    const ended = play(
      storageState([rentalOf("r")]),
      rental(rentalOf("r", { state: "returning" })),
      rental(rentalOf("r", { state: "ended", reason: "picked-up" })),
    );
    assert.deepEqual(ended.notice?.news, { kind: "over", reason: "picked-up", cell: 1 });
    assert.deepEqual(ended.rentals.map(({ endedAtMs }) => endedAtMs), [nowMs]);
    assert.equal(play(ended, { type: "time", nowMs: nowMs + resultShownMs - 1 }).rentals.length, 1);
    assert.equal(play(ended, { type: "time", nowMs: nowMs + resultShownMs }).rentals.length, 0);
  },
});

Deno.test({
  name: "reduce() shows an ended rental of a welcome for as long as it may still be kept",
  permissions,
  fn() {
    const givenBack = rentalOf("r", { state: "ended", reason: "retrieved", graceMs: 300_000 });
    const state = play(storageState(), received(welcomeOf({ mode: "storage" }, [givenBack])));
    assert.deepEqual(state.rentals.map(({ rental, state }) => [rental, state]), [["r", "ended"]]);
    assert.equal(nextChangeMs(state), Math.min(state.minuteMs + 60_000, nowMs + 300_000));
    assert.equal(play(state, { type: "time", nowMs: nowMs + 299_999 }).rentals.length, 1);
    assert.equal(play(state, { type: "time", nowMs: nowMs + 300_000 }).rentals.length, 0);
    const later = play(state, received(welcomeOf({ mode: "storage" }, [{ ...givenBack, graceMs: 10_000 }])));
    assert.equal(play(later, { type: "time", nowMs: nowMs + 10_000 }).rentals.length, 0);
    const silent = play(
      later,
      { ...received(welcomeOf({ mode: "storage" })), nowMs: nowMs + 9_000 } as PageEvent,
    );
    assert.equal(play(silent, { type: "time", nowMs: nowMs + 10_000 }).rentals.length, 0);
    assert.equal(state.notice, undefined, "a page that was just loaded has no news of it");
  },
});

Deno.test({
  name: "reduce() tells that a rental ended while the page was away, when the welcome says so",
  permissions,
  fn() {
    const givenBack = rentalOf("r", { state: "ended", reason: "retrieved", graceMs: 30_000 });
    const welcome = received(welcomeOf({ mode: "storage" }, [givenBack]));
    const state = play(storageState([rentalOf("r", { state: "returning" })]), welcome);
    assert.deepEqual(state.notice?.news, { kind: "over", reason: "retrieved", cell: 1 });
    assert.equal(play({ ...state, notice: undefined }, welcome).notice, undefined, "once");
  },
});

Deno.test({
  name: "initialState() shows an ended rental for as long as it may still be kept",
  permissions,
  fn() {
    const givenBack = rentalOf("r", { state: "ended", reason: "retrieved", graceMs: 30_000 });
    const beginning = { you, cabinet: cabinetOf({ mode: "storage" }), rentals: [givenBack], canScan: false };
    const state = initialState(beginning, { nowMs, isLocal: true });
    assert.equal(play(state, { type: "time", nowMs: nowMs + 29_999 }).rentals.length, 1);
    assert.equal(play(state, { type: "time", nowMs: nowMs + 30_000 }).rentals.length, 0);
  },
});

Deno.test({
  name: "reduce() refuses a store at the person's limit, and drops that news when the limit is ended",
  permissions,
  fn() {
    const held = rentalOf("r");
    const welcomed = (max: RentalsMax) =>
      play(storageState(), received(welcomeOf({ mode: "storage" }, [held], max)));
    const request = { type: "store" } as const;
    assert.equal(refusalOf(welcomed({}), request), undefined);
    assert.equal(refusalOf(welcomed({ held: 2 }), request), undefined);
    for (const max of [{ held: 1 }, { all: 1 }]) {
      const state = play(welcomed(max), store);
      assert.deepEqual([refusalOf(state, request), state.taps.size], ["limit", 0]);
      assert.deepEqual(state.notice?.news, { kind: "refusal", refusal: "limit", cell: undefined });
      const returning = play(state, rental({ ...held, state: "returning" }));
      assert.equal(refusalOf(returning, request), max.all === 1 ? "limit" : undefined);
      const over = play(returning, rental({ ...held, state: "ended", reason: "retrieved" }));
      assert.equal(refusalOf(over, request), undefined);
      const news = over.notice?.news;
      assert.notEqual(news?.kind, "refusal");
    }
    const picked = received(welcomeOf({ mode: "storage" }, [{ ...held, picked: true }], { all: 1 }));
    assert.equal(
      refusalOf(play(storageState(), picked), request),
      undefined,
      "the rental is another person's",
    );
  },
});

Deno.test({
  name: "reduce() forgets the server's refusal for the limit when the limit is ended, and not before",
  permissions,
  fn() {
    const refused = command("s", { state: "refused", reason: "limit" });
    const welcome = (rentals: readonly RentalView[]) =>
      received(welcomeOf({ mode: "storage" }, rentals, { all: 1 }));
    const state = play(storageState(), store, refused, welcome([rentalOf("r")]));
    assert.deepEqual([state.taps.size, state.notice?.news.kind], [1, "outcome"]);
    const free = play(state, welcome([]));
    assert.equal(free.taps.size, 0);
    assert.notEqual(free.notice?.news.kind, "outcome");
  },
});

Deno.test({
  name:
    "reduce() drops the news that the cabinet is full or offline, or a cell out of use, when that is over",
  permissions,
  fn() {
    const full = play(storageState([], { cells: [cellOf(1, { state: "held" })] }), store);
    assert.equal(full.notice?.news.kind, "refusal");
    assert.notEqual(
      play(full, received({ type: "cabinet", cells: [cellOf(2, { state: "held" })] })).notice,
      undefined,
    );
    assert.equal(play(full, received({ type: "cabinet", cells: [cellOf(1)] })).notice, undefined);
    const open = tap("o", { type: "open", cell: 1 });
    const faulty = play(
      { ...storageState([], { mode: "open", cells: [cellOf(1, { state: "faulty" })] }) },
      open,
    );
    assert.equal(faulty.notice?.news.kind, "refusal");
    assert.equal(play(faulty, received({ type: "cabinet", cells: [cellOf(1)] })).notice, undefined);
    const away = play(storageState([], { online: false }), store);
    assert.equal(away.notice?.news.kind, "refusal");
    assert.equal(play(away, received({ type: "cabinet", online: true })).notice, undefined);
  },
});

Deno.test({
  name: "reduce() tells once that another person collects, and does not when it is the person's own tap",
  permissions,
  fn() {
    const collecting = rental(rentalOf("r", { collecting: true }));
    const state = storageState([rentalOf("r")]);
    const shown = play(state, collecting);
    assert.deepEqual(shown.notice?.news, { kind: "collecting", cell: 1 });
    const returning = rental(rentalOf("r", { state: "returning", collecting: true }));
    assert.equal(play({ ...shown, notice: undefined }, returning).notice, undefined);
    const own = play(
      state,
      tap("t", { type: "retrieve", rental: "r" }),
      rental(rentalOf("r", { state: "returning" })),
    );
    assert.equal(own.notice?.news.kind, "step");
  },
});

Deno.test({
  name: "reduce() tells once that a rental ended while the page was away",
  permissions,
  fn() {
    const welcome = received(welcomeOf({ mode: "storage" }));
    const shown = play(storageState([rentalOf("r")]), welcome);
    assert.deepEqual(shown.notice?.news, { kind: "over", reason: undefined, cell: 1 });
    assert.equal(play({ ...shown, notice: undefined }, welcome).notice, undefined);
  },
});

Deno.test({
  name: "reduce() tells that a cell was kept, and which one was claimed",
  permissions,
  fn() {
    const ended = storageState([rentalOf("r", { state: "ended", reason: "retrieved" })]);
    const kept = play(
      ended,
      tap("k", { type: "keep", rental: "r" }),
      rental(rentalOf("r")),
      received({ type: "kept", id: "k", rental: "r" }),
    );
    assert.deepEqual([kept.rentals[0]?.state, kept.taps.size], ["held", 0]);
    assert.deepEqual(kept.notice?.news, { kind: "kept", cell: 1 });
    const claim = { type: "claim", number: "12345674", secret: "12345678" } as const;
    const claimed = play(
      storageState(),
      tap("c", claim),
      received({ type: "claimed", id: "c", rental: "r", cell: 3 }),
    );
    assert.deepEqual([claimed.notice?.news, claimed.taps.size], [{ kind: "claimed", cell: 3 }, 0]);
  },
});

Deno.test({
  name: "reduce() shows a rental's recovery code until the rental ends, and makes no news of it",
  permissions,
  fn() {
    const asked = play(storageState([rentalOf("r")]), tap("w", { type: "way-back", rental: "r" }));
    assert.equal(asked.notice, undefined);
    const recovery = { rental: "r", number: "12345674", secret: "12345678" };
    const shown = play(asked, received({ type: "way-back", id: "w", ...recovery }));
    assert.deepEqual([shown.recoveryCodes, shown.taps.size, shown.notice], [[recovery], 0, undefined]);
    const over = play(shown, rental(rentalOf("r", { state: "ended", reason: "operator" })));
    assert.deepEqual(over.recoveryCodes, []);
  },
});

Deno.test({
  name: "reduce() shows the take dialog until the person acts, or the rental cannot be taken any more",
  permissions,
  fn() {
    const asking: PageEvent = { type: "take-dialog", rental: "r" };
    const state = play(storageState([rentalOf("r")]), asking);
    assert.equal(state.takeDialog, "r");
    assert.equal(play(state, { type: "take-dialog", rental: undefined }).takeDialog, undefined);
    assert.equal(play(state, tap("t", { type: "reopen", rental: "r" })).takeDialog, undefined);
    assert.equal(play(state, rental(rentalOf("r", { state: "ended" }))).takeDialog, undefined);
    const collecting = play(state, rental(rentalOf("r", { collecting: true })));
    assert.equal(collecting.takeDialog, undefined, "another person collects");
  },
});

Deno.test({
  name: "reduce() takes a rental that a welcome lacks as ended, and as held again when it is back",
  permissions,
  fn() {
    const ended = play(storageState([rentalOf("r")]), received(welcomeOf({ mode: "storage" }, [])));
    assert.deepEqual(ended.rentals.map(({ state, endedAtMs }) => [state, endedAtMs]), [["ended", nowMs]]);
    const back = play(ended, rental(rentalOf("r", { state: "returning" })));
    assert.deepEqual(back.rentals, [rentalOf("r", { state: "returning" })]);
  },
});

Deno.test({
  name: "reduce() removes an ended rental when the server says that it is over",
  permissions,
  fn() {
    const ended = play(storageState([rentalOf("r")]), rental(rentalOf("r", { state: "ended" })));
    const tried = play(ended, tap("r", { type: "reopen", rental: "r" }));
    const over = play(tried, command("r", { state: "refused", reason: "over" }));
    assert.deepEqual([over.rentals.length, over.notice?.news.kind], [0, "outcome"]);
  },
});

Deno.test({
  name: "reduce() ignores the end of a rental that it never showed",
  permissions,
  fn() {
    const state = storageState();
    assert.equal(play(state, rental(rentalOf("other", { state: "ended" }))), state);
  },
});
