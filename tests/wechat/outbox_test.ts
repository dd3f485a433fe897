/**
 * The outbox: several senders on one database, senders that are slow, fail or die, and a WeChat that does not answer.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { claimIdentity, deleteIdentities } from "../../src/db/queries/identities.ts";
import {
  type Database,
  type DatabaseLocation,
  type NoticeTable,
  openDatabase,
  type RunExclusive,
} from "../../src/db/mod.ts";
import { NOTICE } from "../../src/lib/limits.ts";
import { ANNE, BERT, Rig } from "../../testing/rigs/locker.ts";
import { PickupCodes } from "../../src/locker/codes/pickup_codes.ts";
import { doWhatIsDue } from "../../src/locker/rentals/due.ts";
import {
  NoticeError,
  type NoticeErrorKind,
  type NoticeToSend,
} from "../../src/locker/notices/notice_sender.ts";
import { Notices } from "../../src/locker/notices/notices.ts";
import {
  NoticeOutbox,
  type NoticeOutboxOptions,
  type NoticeReport,
} from "../../src/locker/notices/notice_outbox.ts";
import { Semaphore } from "../../src/lib/concurrency/semaphore.ts";
import { testOnEach } from "../../testing/servers/databases.ts";
import { until } from "../../testing/until.ts";
import type { NoticeKind } from "../../src/cabinet/kinds.ts";

const APP = "wx0123456789abcdef";

/** A fake sender, whose answers the test sets. */
class Wechat {
  /** The messages that it was to send. */
  readonly asked: NoticeToSend[] = [];
  /** The ids of the messages that arrived. */
  readonly arrived: string[] = [];
  atOnce = 0;
  mostAtOnce = 0;
  answer: (notice: NoticeToSend) => Promise<void> = works;

  async send(notice: NoticeToSend): Promise<void> {
    this.asked.push(notice);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    try {
      await this.answer(notice);
      this.arrived.push(notice.id);
    } finally {
      this.atOnce--;
    }
  }
}

const works = () => Promise.resolve();
const refuses = (kind: NoticeErrorKind) => () => Promise.reject(new NoticeError(`it is ${kind}`, { kind }));

/** Programs on one database, with one WeChat, and a clock that the test sets. */
class Scene {
  readonly wechat = new Wechat();
  readonly reports: NoticeReport[] = [];
  readonly failures: unknown[] = [];
  /** Milliseconds that are added to the time of day. */
  later = 0;
  readonly #place: DatabaseLocation;
  readonly #stack: AsyncDisposableStack;
  readonly #turns = new Semaphore(1);
  readonly #db: Database;

  private constructor(place: DatabaseLocation, { db, stack }: { db: Database; stack: AsyncDisposableStack }) {
    this.#place = place;
    this.#db = db;
    this.#stack = stack;
  }

  static async open(place: DatabaseLocation, stack: AsyncDisposableStack): Promise<Scene> {
    const db = stack.use(await openDatabase(place));
    const scene = new Scene(place, { db, stack });
    await scene.knows(ANNE);
    return scene;
  }

  get now(): number {
    return Date.now() + this.later;
  }

  async knows(person: string): Promise<void> {
    const identity = { app: APP, openid: `openid of ${person}` };
    await claimIdentity(this.#db.tables, identity, { person, now: 0 });
  }

  async forgets(person: string): Promise<void> {
    await deleteIdentities(this.#db.tables, person);
  }

  async deletes(id: string): Promise<void> {
    await this.#db.tables.deleteFrom("notices").where("id", "=", id).execute();
  }

  /** A program with a connection of its own; those of one SQLite file take turns, as isolates do. */
  async program(options: Partial<NoticeOutboxOptions> = {}): Promise<NoticeOutbox> {
    const exclusive: RunExclusive = (work) => this.#turns.run(work);
    const failed = (error: unknown) => void this.failures.push(error);
    const db = this.#stack.use(await openDatabase(this.#place, { failed, exclusive }));
    return this.#stack.use(
      new NoticeOutbox(db, {
        app: APP,
        sender: this.wechat,
        codes: new PickupCodes("the secret of the tests"),
        polls: false,
        report: (report) => void this.reports.push(report),
        failed,
        wallClock: () => this.now,
        random: () => 0,
        ...options,
      }),
    );
  }

  /** Writes so many notices, and returns their ids. */
  async writes(count: number, changes: Partial<NoticeTable> = {}): Promise<string[]> {
    const rows = Array.from({ length: count }, (): NoticeTable => ({
      id: crypto.randomUUID(),
      kind: "stored",
      person: ANNE,
      cabinet: "cab",
      cell: 1,
      rental: "rental",
      code: null,
      at: this.now,
      state: "waiting",
      tries: 0,
      next_at: this.now,
      unsure_since: null,
      finished_at: null,
      problem: null,
      ...changes,
    }));
    await this.#db.tables.insertInto("notices").values(rows).execute();
    return rows.map(({ id }) => id);
  }

  async row(id: string): Promise<NoticeTable | undefined> {
    return await this.#db.tables.selectFrom("notices").selectAll().where("id", "=", id).executeTakeFirst();
  }

  /** How many notices are in each state. */
  async states(): Promise<Record<string, number>> {
    const rows = await this.#db.tables.selectFrom("notices").select("state").execute();
    return Object.fromEntries(
      Map.groupBy(rows, ({ state }) => state).entries().map(([state, some]) => [state, some.length]),
    );
  }

  /** Waits until the notice is in that state. */
  async becomes(id: string, state: string): Promise<NoticeTable> {
    let row: NoticeTable | undefined;
    return await until(async () => {
      row = await this.row(id);
      return row?.state === state && row;
    }, { saw: () => [row, this.failures] });
  }

  /** Waits until the outbox has reported so many attempts. */
  async said(times: number): Promise<void> {
    await until(() => this.reports.length >= times, { saw: () => [this.reports.length, this.failures] });
  }
}

testOnEach("500 notices under two senders: each is sent once", async ({ place }, stack) => {
  const scene = await Scene.open(place, stack);
  const outboxes = [await scene.program(), await scene.program()];
  scene.wechat.answer = () => new Promise((arrived) => setTimeout(arrived, 1));
  const ids = await scene.writes(500);
  for (const outbox of outboxes) outbox.wake();
  await scene.said(500);
  deepEqual(scene.wechat.arrived.toSorted(), ids.toSorted());
  deepEqual(await scene.states(), { sent: 500 });
  deepEqual(scene.failures, []);
  ok(scene.wechat.mostAtOnce <= 2 * NOTICE.atOnceMax, `${scene.wechat.mostAtOnce} at once`);
});

testOnEach(
  "a notice of a kind that only a newer version knows is left for that",
  async ({ place }, stack) => {
    const scene = await Scene.open(place, stack);
    const outbox = await scene.program();
    const [newer = ""] = await scene.writes(1, { kind: "newer" as string as NoticeKind });
    const [known = ""] = await scene.writes(1);
    outbox.wake();
    await scene.becomes(known, "sent");
    deepEqual(scene.wechat.arrived, [known]);
    deepEqual([(await scene.row(newer))?.state, (await scene.row(newer))?.tries], ["waiting", 0]);
  },
);

testOnEach("a sender that fails sometimes: each notice arrives once", async ({ place }, stack) => {
  const scene = await Scene.open(place, stack);
  const outboxes = [await scene.program(), await scene.program()];
  const failed = new Set<string>();
  let times = 0;
  scene.wechat.answer = ({ id }) => {
    if (times++ % 4 !== 0 || failed.has(id)) return works();
    failed.add(id);
    return refuses("later")();
  };
  const ids = await scene.writes(60);
  for (const outbox of outboxes) outbox.wake();
  await scene.said(60);
  ok(failed.size > 0);
  deepEqual(await scene.states(), { sent: 60 - failed.size, waiting: failed.size });
  scene.later = NOTICE.retryMs;
  scene.wechat.answer = works;
  for (const outbox of outboxes) outbox.wake();
  await scene.said(60 + failed.size);
  deepEqual(scene.wechat.arrived.toSorted(), ids.toSorted());
  deepEqual(await scene.states(), { sent: 60 });
});

testOnEach("a sender that stops finishes what it is sending, and the next one sends the rest", async (
  { place },
  stack,
) => {
  const scene = await Scene.open(place, stack);
  const first = await scene.program({ polls: true });
  const arrives = Promise.withResolvers<void>();
  scene.wechat.answer = () => arrives.promise;
  const ids = await scene.writes(30);
  first.wake();
  await until(() => scene.wechat.atOnce === NOTICE.atOnceMax);
  const stopped = first[Symbol.asyncDispose]();
  first.wake();
  arrives.resolve();
  await stopped;
  equal(scene.wechat.asked.length, NOTICE.atOnceMax);
  deepEqual(await scene.states(), { sent: NOTICE.atOnceMax, waiting: 30 - NOTICE.atOnceMax });
  await scene.program({ polls: true });
  await scene.said(30);
  deepEqual(scene.wechat.arrived.toSorted(), ids.toSorted());
});

testOnEach("a notice whose sender died is sent again with the same id, by one of the others", async (
  { place },
  stack,
) => {
  const scene = await Scene.open(place, stack);
  const [dead, ...others] = [await scene.program(), await scene.program(), await scene.program()];
  const lost = Promise.withResolvers<void>();
  scene.wechat.answer = () => lost.promise;
  const [id = ""] = await scene.writes(1);
  dead?.wake();
  await until(() => scene.wechat.asked.length === 1);
  const before = await scene.row(id);
  equal(before?.state, "waiting");
  ok(before?.unsure_since, "it was noted before that it may arrive");

  scene.wechat.answer = works;
  const [second = ""] = await scene.writes(1);
  for (const outbox of others) outbox.wake();
  await scene.becomes(second, "sent");
  deepEqual(scene.wechat.asked.map((notice) => notice.id), [id, second], "the first is not theirs yet");

  scene.later = NOTICE.leaseMs;
  const arrives = Promise.withResolvers<void>();
  scene.wechat.answer = () => arrives.promise;
  for (const outbox of others) outbox.wake();
  await until(() => scene.wechat.asked.length === 3);
  const during = await scene.row(id);
  lost.reject(new NoticeError("too late", { kind: "later" }));
  await scene.said(2);
  deepEqual(await scene.row(id), during, "what the first says by now counts no more");
  arrives.resolve();
  await scene.becomes(id, "sent");
  deepEqual(scene.wechat.asked.map((notice) => notice.id), [id, second, id]);
});

testOnEach(
  "a notice that may have arrived is sent again while WeChat recognizes its id, and never after",
  async (
    { place },
    stack,
  ) => {
    const scene = await Scene.open(place, stack);
    const outbox = await scene.program();
    scene.wechat.answer = refuses("unsure");
    const [id = ""] = await scene.writes(1);
    outbox.wake();
    await scene.said(1);
    const since = (await scene.row(id))?.unsure_since;
    ok(since);
    scene.later = NOTICE.unsureMs - 30_000;
    scene.wechat.answer = refuses("later");
    outbox.wake();
    await scene.said(2);
    equal((await scene.row(id))?.unsure_since, since, "it still may have");
    scene.later = NOTICE.unsureMs + 1_000;
    scene.wechat.answer = works;
    outbox.wake();
    equal((await scene.becomes(id, "dropped")).problem, "unsure: it is later");
    equal(scene.wechat.asked.length, 2);
    deepEqual(scene.reports.map(({ outcome }) => outcome), ["later", "later", "dropped"]);
  },
);

testOnEach("a notice that surely did not arrive is sent again for an hour", async ({ place }, stack) => {
  const scene = await Scene.open(place, stack);
  const outbox = await scene.program();
  scene.wechat.answer = refuses("later");
  const [id = ""] = await scene.writes(1);
  outbox.wake();
  await scene.said(1);
  equal((await scene.row(id))?.unsure_since, null);
  scene.later = NOTICE.worthMs - 5_000;
  outbox.wake();
  await scene.said(2);
  scene.later = NOTICE.worthMs + NOTICE.retryMaxMs;
  outbox.wake();
  const row = await scene.becomes(id, "dropped");
  equal(row.problem, "late: it is later");
  ok(row.finished_at);
  equal(scene.wechat.asked.length, 2);
});

testOnEach(
  "a notice that can never arrive is dropped at once, with the reason",
  async ({ place }, stack) => {
    const scene = await Scene.open(place, stack);
    const outbox = await scene.program();
    scene.wechat.answer = refuses("final");
    const ids = await scene.writes(20);
    outbox.wake();
    await scene.said(20);
    equal((await scene.row(ids[0] ?? ""))?.problem, "it is final");
    deepEqual(await scene.states(), { dropped: 20 });
    deepEqual(scene.reports[0], { kind: "stored", outcome: "dropped", problem: "it is final" });
  },
);

testOnEach("while WeChat is away only one notice at a time is tried, and all leave when it is back", async (
  { place },
  stack,
) => {
  const scene = await Scene.open(place, stack);
  const outbox = await scene.program();
  scene.wechat.answer = refuses("later");
  const ids = await scene.writes(200);
  outbox.wake();
  await scene.said(NOTICE.failuresMax);
  await until(() => scene.wechat.atOnce === 0 && scene.reports.length === scene.wechat.asked.length);
  const burnt = scene.wechat.asked.length;
  ok(burnt <= 2 * NOTICE.atOnceMax, `${burnt} tries`);
  for (let tries = 1; tries <= 10; tries++) {
    scene.later += NOTICE.restMaxMs;
    outbox.wake();
    await scene.said(burnt + tries);
    equal(scene.wechat.asked.length, burnt + tries);
  }
  scene.wechat.answer = works;
  scene.later += NOTICE.retryMaxMs;
  outbox.wake();
  await scene.said(burnt + 10 + 200);
  deepEqual(scene.wechat.arrived.toSorted(), ids.toSorted());
});

testOnEach("a sender that does not answer, or throws something else, leaves the notice unsure", async (
  { place },
  stack,
) => {
  const scene = await Scene.open(place, stack);
  const outbox = await scene.program({ sendMs: 20 });
  const never = Promise.withResolvers<void>();
  scene.wechat.answer = () => never.promise;
  const [id = ""] = await scene.writes(1);
  outbox.wake();
  await scene.said(1);
  const row = await scene.row(id);
  equal(row?.problem, "no answer in time");
  ok(row?.unsure_since);
  never.reject(new Error("after all"));
  scene.wechat.answer = () => Promise.reject(new RangeError("no such thing"));
  const [other = ""] = await scene.writes(1);
  outbox.wake();
  await scene.said(2);
  equal((await scene.row(other))?.problem, "no such thing");
  ok((await scene.row(other))?.unsure_since);
  match(String(scene.failures), /no such thing/);
});

testOnEach("a person who is not known any more gets no notice, and a removed person leaves no trace", async (
  { place },
  stack,
) => {
  const scene = await Scene.open(place, stack);
  const outbox = await scene.program();
  const [unknown = ""] = await scene.writes(1, { person: BERT });
  const arrives = Promise.withResolvers<void>();
  scene.wechat.answer = () => arrives.promise;
  const [removed = ""] = await scene.writes(1);
  outbox.wake();
  await until(() => scene.wechat.asked.length === 1);
  await scene.forgets(ANNE);
  await scene.deletes(removed);
  arrives.resolve();
  await scene.said(2);
  equal(await scene.row(removed), undefined);
  equal((await scene.row(unknown))?.problem, "no-identity");
  deepEqual(scene.wechat.arrived, [removed]);
  deepEqual(scene.failures, []);
});

testOnEach("a notice that is not true any more is not sent", async ({ place }, stack) => {
  const scene = await Scene.open(place, stack);
  const outbox = await scene.program();
  const [over = ""] = await scene.writes(1, { kind: "overdue" });
  const [late = ""] = await scene.writes(1, { at: scene.now - NOTICE.worthMs });
  outbox.wake();
  equal((await scene.becomes(over, "dropped")).problem, "over");
  equal((await scene.becomes(late, "dropped")).problem, "late");
  deepEqual(scene.wechat.asked, []);
});

testOnEach("a notice of another time is not due", async ({ place }, stack) => {
  const scene = await Scene.open(place, stack);
  const outbox = await scene.program();
  await scene.writes(1, { next_at: scene.now + 60_000 });
  const [due = ""] = await scene.writes(1);
  outbox.wake();
  await scene.becomes(due, "sent");
  scene.later = 60_000;
  outbox.wake();
  await scene.said(2);
  equal(scene.wechat.asked.length, 2);
});

testOnEach("notices have true texts, with a code that works", async ({ place }, stack) => {
  const rules = { rentalMinutes: 60, codeMinutes: 120 };
  const rig = stack.use(await Rig.open(place, { rules }));
  const scene = await Scene.open(place, stack);
  const outbox = await scene.program({ polls: true });
  const notices = new Notices(
    { app: APP, kinds: new Set(["stored", "overdue"] as const), withCode: true },
    { codes: rig.codes, written: () => outbox.wake() },
  );
  const { id } = await rig.tap(ANNE, { command: "store" });
  await rig.db.writer.transaction(async (trx) => {
    const rental = await trx.selectFrom("rentals").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
    await notices.write(trx, rental, { kind: "stored", now: Date.now() });
  });
  await scene.said(1);
  rig.later = scene.later = 61 * 60_000;
  await doWhatIsDue(rig.db, Date.now() + rig.later, { notices });
  await scene.said(2);
  const [stored, overdue] = scene.wechat.asked;
  const { id: _id, at: _at, code = "", until: end, ...rest } = stored as NoticeToSend;
  deepEqual(rest, {
    kind: "stored",
    person: ANNE,
    openid: `openid of ${ANNE}`,
    cabinet: { id: "cab", name: "Lobby" },
    cell: 1,
  });
  deepEqual([overdue?.kind, overdue?.until, overdue?.code], ["overdue", end, undefined]);
  ok(overdue && end && overdue.at >= end);
  equal((await rig.tap(BERT, { command: "pickup", code, address: "" })).state, "opened");
});
