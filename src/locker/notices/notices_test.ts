import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { until } from "../../../testing/until.ts";
import { claimIdentity } from "../../db/queries/identities.ts";
import type { NoticeTable } from "../../db/mod.ts";
import { COMMAND } from "../../lib/limits.ts";
import type { Evidence } from "../../cabinet/requests.ts";
import { ANNE, BERT, Rig, type Wish } from "../../../testing/rigs/locker.ts";
import { doWhatIsDue } from "../rentals/due.ts";
import { type CommandOutcome, endCommand } from "../rentals/outcomes.ts";
import { Notices, type WantedNotices } from "./notices.ts";
import { Recovery } from "../commands/recovery.ts";
import type { NoticeKind } from "../../cabinet/kinds.ts";

const APP = "wx0123456789abcdef";
const MINUTE_MS = 60_000;
const WANTED: WantedNotices = {
  app: APP,
  kinds: new Set<NoticeKind>(["stored", "overdue", "picked-up"]),
  withCode: false,
};

/** Notices of the rig that say how often there was something to send. */
function noticesOf(rig: Rig, wanted: Partial<WantedNotices> = {}) {
  const told = { times: 0 };
  const written = () => void told.times++;
  return { told, notices: new Notices({ ...WANTED, ...wanted }, { codes: rig.codes, written }) };
}

async function known(rig: Rig, { person = ANNE, app = APP } = {}): Promise<void> {
  await claimIdentity(rig.db.tables, { app, openid: `openid of ${person}` }, { person, now: 0 });
}

async function rows(rig: Rig): Promise<NoticeTable[]> {
  return await rig.db.tables.selectFrom("notices").selectAll().orderBy("at").execute();
}

/** What is told, as `kind cell`. */
async function told(rig: Rig): Promise<string[]> {
  return (await rows(rig)).map(({ kind, cell }) => `${kind} ${cell}`);
}

/** A tap whose lock says `outcome`; its end is written with these notices, and again by the tap. */
async function tapped(
  rig: Rig,
  person: string,
  { wish, outcome, notices }: { wish: Wish; outcome: CommandOutcome; notices: Notices },
): Promise<string> {
  const answer = Promise.withResolvers<void>();
  const before = rig.sent.length;
  rig.evidence = async () => {
    await answer.promise;
    return outcome as Evidence;
  };
  const tap = rig.tap(person, wish);
  const { id, cell } = await until(() => rig.sent[before]);
  await rig.db.writer.transaction((trx) =>
    endCommand(trx, { id, cell }, { outcome, now: Date.now() + rig.later, notices })
  );
  answer.resolve();
  await tap;
  return id;
}

testOnEach("a store is told once, to whom the app knows", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  await known(rig);
  await known(rig, { person: BERT, app: "another app" });
  const { notices, told: news } = noticesOf(rig);
  const store = { wish: { command: "store" }, outcome: { state: "opened" }, notices } as const;
  const rental = await tapped(rig, ANNE, store);
  await tapped(rig, BERT, store);
  const [row, ...more] = await rows(rig);
  const { id = "", at = 0, ...rest } = row ?? {};
  match(id, /^[0-9a-f-]{36}$/);
  deepEqual(rest, {
    kind: "stored",
    person: ANNE,
    cabinet: "cab",
    cell: 1,
    rental,
    code: null,
    state: "waiting",
    tries: 0,
    next_at: at,
    unsure_since: null,
    finished_at: null,
    problem: null,
  });
  deepEqual(more, []);
  equal(news.times, 1);
});

testOnEach("what is not wanted is not told", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  await known(rig);
  const { notices } = noticesOf(rig, { kinds: new Set<NoticeKind>(["overdue"]) });
  await tapped(rig, ANNE, { wish: { command: "store" }, outcome: { state: "opened" }, notices });
  deepEqual(await rows(rig), []);
});

testOnEach("a store that goes on to another cell tells of the last one only", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  await known(rig);
  const { notices } = noticesOf(rig);
  const answer = Promise.withResolvers<void>();
  rig.evidence = async (cell) => {
    if (cell === 1) return { state: "failed", reason: "did-not-open" };
    await answer.promise;
    return { state: "opened" };
  };
  const tap = rig.tap(ANNE, { command: "store" });
  const { id } = await until(() => rig.sent[1]);
  const ended = (cell: number, outcome: CommandOutcome) =>
    rig.db.writer.transaction((trx) => endCommand(trx, { id, cell }, { outcome, now: Date.now(), notices }));
  equal(await ended(1, { state: "opened" }), undefined, "it is not about that cell any more");
  await ended(2, { state: "unconfirmed", reason: "no-reply" });
  answer.resolve();
  await tap;
  deepEqual(await told(rig), ["stored 2"]);
});

testOnEach("a store whose door does not open tells nothing", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  await known(rig);
  const { notices } = noticesOf(rig);
  for (const outcome of [{ state: "failed", reason: "did-not-open" }, { state: "refused", reason: "busy" }]) {
    await tapped(rig, ANNE, { wish: { command: "store" }, outcome: outcome as CommandOutcome, notices });
  }
  deepEqual(await rows(rig), []);
});

testOnEach("a store comes with a code that works, and that the notice does not hold", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place, { rules: { codeMinutes: 10 } }));
  await known(rig);
  const { notices } = noticesOf(rig, { withCode: true });
  const rental = await tapped(rig, ANNE, {
    wish: { command: "store" },
    outcome: { state: "opened" },
    notices,
  });
  const [row] = await rows(rig);
  const now = Date.now();
  const code = await rig.codes.madeBy(rig.db.tables, row?.code ?? "", now) ?? "";
  match(code, /^\d{8}$/);
  equal(JSON.stringify(row).includes(code), false);
  equal(await rig.codes.madeBy(rig.db.tables, row?.code ?? "", now + 11 * MINUTE_MS), undefined);
  const pickup = { command: "pickup", code, address: "" } as const;
  equal(await tapped(rig, BERT, { wish: pickup, outcome: { state: "opened" }, notices }) !== rental, true);
  equal(await rig.codes.madeBy(rig.db.tables, row?.code ?? "", now), undefined, "it was used");
  deepEqual(await told(rig), ["stored 1", "picked-up 1"]);
});

testOnEach("a code that was replaced is not told any more", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  await known(rig);
  const { notices } = noticesOf(rig, { withCode: true });
  const rental = await tapped(rig, ANNE, {
    wish: { command: "store" },
    outcome: { state: "opened" },
    notices,
  });
  await rig.code(ANNE, rental);
  const [row] = await rows(rig);
  equal(await rig.codes.madeBy(rig.db.tables, row?.code ?? "", Date.now()), undefined);
});

testOnEach("a store that a dead program left is told by who ends it", async ({ place }, stack) => {
  const first = await Rig.open(place);
  await known(first);
  first.evidence = () => new Promise(() => {});
  first.tap(ANNE, { command: "store" }).catch(() => {});
  await until(() => first.sent.length === 1);
  await first.dies();
  const rig = stack.use(await Rig.open(place));
  const { notices } = noticesOf(rig);
  const later = () => Date.now() + COMMAND.orphanMs + 1_000;
  const recovery = new Recovery(rig.db, { router: rig.router, wallClock: later, alone: false, notices });
  await Promise.all([recovery.endLeft({ atStart: false }), recovery.endLeft({ atStart: false })]);
  deepEqual(await told(rig), ["stored 1"]);
});

testOnEach("being overdue is told once, reminders are not", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place, { rules: { rentalMinutes: 60, remindMinutes: [30] } }));
  await known(rig);
  const { notices } = noticesOf(rig);
  await rig.tap(ANNE, { command: "store" });
  for (const minutes of [31, 61, 61, 90]) {
    const now = Date.now() + minutes * MINUTE_MS;
    await Promise.all([doWhatIsDue(rig.db, now, { notices }), doWhatIsDue(rig.db, now, { notices })]);
  }
  deepEqual(await told(rig), ["overdue 1"]);
});

testOnEach("the person who stored is told that another person took it out", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  await known(rig);
  await known(rig, { person: BERT });
  const { notices } = noticesOf(rig, { kinds: new Set<NoticeKind>(["picked-up"]) });
  for (const outcome of [{ state: "opened" }, { state: "accepted" }] as const) {
    const rental = await tapped(rig, ANNE, { wish: { command: "store" }, outcome, notices });
    const code = await rig.code(ANNE, rental);
    await tapped(rig, BERT, { wish: { command: "pickup", code, address: "" }, outcome, notices });
    // Once more, as long as the door is open.
    if (outcome.state === "opened") {
      await tapped(rig, BERT, { wish: { command: "reopen", rental }, outcome, notices });
    }
  }
  deepEqual((await rows(rig)).map(({ kind, person }) => [kind, person]), [
    ["picked-up", ANNE],
    ["picked-up", ANNE],
  ]);
});

testOnEach(
  "a person who used a code and takes it out after a jam counts as another person",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    await known(rig);
    const { notices } = noticesOf(rig, { kinds: new Set<NoticeKind>(["picked-up"]) });
    const { id: rental } = await rig.tap(ANNE, { command: "store" });
    const code = await rig.code(ANNE, rental);
    const jam: CommandOutcome = { state: "failed", reason: "did-not-open" };
    await tapped(rig, BERT, { wish: { command: "pickup", code, address: "" }, outcome: jam, notices });
    deepEqual(await rows(rig), []);
    await tapped(rig, BERT, { wish: { command: "retrieve", rental }, outcome: { state: "opened" }, notices });
    deepEqual(await told(rig), ["picked-up 1"]);
  },
);

testOnEach(
  "a person who takes their own thing out is told nothing, also by a code",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    await known(rig);
    const { notices } = noticesOf(rig, { kinds: new Set<NoticeKind>(["picked-up"]) });
    const outcome = { state: "accepted" } as const;
    const retrieved = await tapped(rig, ANNE, { wish: { command: "store" }, outcome, notices });
    await tapped(rig, ANNE, { wish: { command: "retrieve", rental: retrieved }, outcome, notices });
    const picked = await tapped(rig, ANNE, { wish: { command: "store" }, outcome, notices });
    const code = await rig.code(ANNE, picked);
    await tapped(rig, ANNE, { wish: { command: "pickup", code, address: "" }, outcome, notices });
    deepEqual(await rig.rentals.of("cab", ANNE), []);
    deepEqual(await rows(rig), []);
  },
);

testOnEach("what did not happen after all is not told, and its code is none", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  await known(rig);
  const { notices } = noticesOf(rig, { withCode: true });
  const { id } = await rig.tap(ANNE, { command: "store" });
  const undone = rig.db.writer.transaction(async (trx) => {
    const rental = await trx.selectFrom("rentals").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
    await notices.write(trx, rental, { kind: "stored", now: Date.now() });
    throw new RangeError("no");
  });
  await rejects(undone, RangeError);
  deepEqual(await rows(rig), []);
  deepEqual(await rig.db.tables.selectFrom("codes").select("id").execute(), []);
});
