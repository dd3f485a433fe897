import { deepEqual, equal, ok } from "node:assert/strict";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { DATABASE } from "../../lib/limits.ts";
import { commandById } from "./commands.ts";
import type { CommandWrite, WriteEffect } from "./command_writes.ts";
import { Epochs } from "./epochs.ts";
import { type Database, openDatabase } from "../mod.ts";

/** Enough writes for SQLite's thread. */
const MANY = DATABASE.threadFrom * 4;
const ROUNDS = 60;
/** Sendings of one round: so many in a row, and so many at once. */
const WAVES = 5;
const AT_ONCE = 4;
const CIRCLES = 15;

function insert(id: string, cabinet = "cab"): CommandWrite & { type: "insert" } {
  const row = {
    id,
    organization: "main",
    cabinet,
    cell: 1,
    command: "open",
    state: "requested",
    reason: null,
    by: "operator",
  } as const;
  const times = { requested_at: 1, sent_at: null, sent_epoch: null, finished_at: null, origin: null };
  return { type: "insert", row: { ...row, ...times, note: null, rental: null } };
}

function sent(id: string, epoch: number, cabinet = "cab"): CommandWrite {
  return { type: "sent", id, at: 2, cabinet, epoch };
}

/** Writes a tap in one batch. @returns the effects of its insert and its sending */
function tapped(db: Database, { epoch, cabinet }: { epoch: number; cabinet: string }) {
  const id = crypto.randomUUID();
  const writes = [insert(id, cabinet), sent(id, epoch, cabinet)];
  return Promise.all(writes.map((write) => db.writer.command(write))).then((effects) => ({ id, effects }));
}

testOnEach("a sending of an older owner has no effect, the newer one's does", async ({ place }, stack) => {
  const db = stack.use(await openDatabase(place));
  const epochs = new Epochs(db);
  const [older, newer] = [await epochs.next("cab"), await epochs.next("cab")];
  const id = crypto.randomUUID();
  equal(await db.writer.command(insert(id)), "taken");
  equal(await db.writer.command(sent(id, older)), "fenced");
  equal((await commandById(db.tables, id))?.state, "requested");
  equal(await db.writer.command(sent(id, newer)), "taken");
  equal(await db.writer.command(sent(id, newer)), "late");
  equal(await db.writer.command(sent(id, older)), "fenced");
});

testOnEach(
  "a sending of an older owner in one batch with its insert is fenced, the insert is not",
  async ({ place }, stack) => {
    const db = stack.use(await openDatabase(place));
    const epochs = new Epochs(db);
    const [older, newer] = [await epochs.next("cab"), await epochs.next("cab")];
    const fenced = await tapped(db, { epoch: older, cabinet: "cab" });
    deepEqual(fenced.effects, ["taken", "fenced"]);
    const row = await commandById(db.tables, fenced.id);
    deepEqual([row?.state, row?.sent_at], ["requested", null]);
    const both = crypto.randomUUID();
    const writes = [insert(both), sent(both, older), sent(both, newer)];
    const effects = await Promise.all(writes.map((write) => db.writer.command(write)));
    deepEqual(effects, ["taken", "fenced", "taken"]);
    equal((await commandById(db.tables, both))?.state, "sent");
  },
);

testOnEach("a fenced sending does not affect the others of its batch", async ({ place }, stack) => {
  const db = stack.use(await openDatabase(place));
  const epochs = new Epochs(db);
  const cabinets = Array.from({ length: MANY }, (_, n) => `cab-${n}`);
  const owned = await Promise.all(cabinets.map((cabinet) => epochs.next(cabinet)));
  const moved = new Set(["cab-3", "cab-17"]);
  await Promise.all(Array.from(moved, (cabinet) => epochs.next(cabinet)));
  const taps = await Promise.all(
    cabinets.map((cabinet, index) => tapped(db, { cabinet, epoch: owned[index] as number })),
  );
  for (const [index, { id, effects }] of taps.entries()) {
    const isMoved = moved.has(`cab-${index}`);
    deepEqual(effects, ["taken", isMoved ? "fenced" : "taken"]);
    equal((await commandById(db.tables, id))?.state, isMoved ? "requested" : "sent");
  }
});

/**
 * One cabinet changes hands while its old owner sends.
 *
 * @returns what the old owner was answered, and what the new one saw once it had its epoch
 */
async function handover(
  { old, newer, round }: { old: Database; newer: Database; round: number },
): Promise<{ effects: Map<string, WriteEffect | undefined>; seen: Set<string> }> {
  const epochs = new Epochs(newer);
  const cabinet = `cab-${round}`;
  const epoch = await epochs.next(cabinet);
  const effects = new Map<string, WriteEffect | undefined>();
  let seen: Promise<Set<string>> | undefined;
  for (let wave = 0; wave < WAVES; wave++) {
    const taps = Array.from({ length: AT_ONCE }, () => tapped(old, { epoch, cabinet }));
    if (wave === round % WAVES) seen = epochs.next(cabinet).then(() => sentOf(newer, cabinet));
    for (const { id, effects: [, effect] } of await Promise.all(taps)) effects.set(id, effect);
  }
  return { effects, seen: await seen ?? new Set() };
}

async function sentOf(db: Database, cabinet: string): Promise<Set<string>> {
  const rows = await db.tables.selectFrom("commands").select("id")
    .where("cabinet", "=", cabinet).where("state", "=", "sent").execute();
  return new Set(rows.map(({ id }) => id));
}

testOnEach(
  "no sending of an older owner is committed once a newer one has its epoch",
  async (database, stack) => {
    const { kind, place } = database;
    const old = stack.use(await openDatabase(place));
    const newer = kind === "postgres" ? stack.use(await openDatabase(place)) : old;
    const counts = { taken: 0, fenced: 0 };
    for (let round = 0; round < ROUNDS; round++) {
      const { effects, seen } = await handover({ old, newer, round });
      for (const [id, effect] of effects) {
        ok(effect === "taken" || effect === "fenced", String(effect));
        counts[effect]++;
        equal(seen.has(id), effect === "taken", `round ${round}: the newer owner saw something else`);
      }
    }
    ok(counts.taken > 0 && counts.fenced > 0, Deno.inspect(counts));
  },
);

testOnEach(
  "sendings and registrations of the same cabinets never deadlock",
  async (database, stack) => {
    const { kind, place, query } = database;
    if (place.url) {
      // Longer than a statement may take, so that a deadlock is an error and not tried again.
      const name = new URL(place.url).pathname.slice(1);
      await query(`alter database ${name} set deadlock_timeout = ${DATABASE.answerMs * 4}`);
    }
    const one = stack.use(await openDatabase(place));
    const two = kind === "postgres" ? stack.use(await openDatabase(place)) : one;
    const cabinets = Array.from({ length: MANY * 4 }, (_, n) => n % 2 === 0 ? `cab-${n}` : `CAB-${n}`);
    const epochs = new Epochs(one);
    for (let epoch = 1; epoch <= CIRCLES; epoch++) {
      const registered = [...cabinets, ...cabinets.toReversed()].map((cabinet) => epochs.next(cabinet));
      const taps = await Promise.all(cabinets.map((cabinet) => tapped(two, { cabinet, epoch: epoch * 2 })));
      equal(taps.some(({ effects: [, effect] }) => effect === "late"), false);
      equal(Math.max(...await Promise.all(registered)), epoch * 2);
    }
  },
);

testOnEach(
  "of two isolates that insert the same tap only the one whose row was kept may send it",
  async ({ place }, stack) => {
    const db = stack.use(await openDatabase(place));
    const owner = { cabinet: "cab", epoch: await new Epochs(db).next("cab") };
    const by = (origin: number) => (id: string): [CommandWrite, CommandWrite] => [
      { type: "insert", row: { ...insert(id).row, origin } },
      { type: "sent", id, at: 2, ...owner, origin },
    ];
    const [first, second] = [by(1), by(2)];
    const write = (writes: CommandWrite[]) => Promise.all(writes.map((write) => db.writer.command(write)));

    const apart = crypto.randomUUID();
    deepEqual(await write([first(apart)[0]]), ["taken"]);
    deepEqual(await write(second(apart)), ["late", "late"], "in one commit");
    deepEqual(await write([second(apart)[1]]), ["late"], "in a commit of its own");
    deepEqual(await write([first(apart)[1]]), ["taken"]);
    const row = await commandById(db.tables, apart);
    deepEqual([row?.state, row?.sent_epoch, row?.origin], ["sent", owner.epoch, 1]);

    const together = crypto.randomUUID();
    const [[insertFirst, sendFirst], [insertSecond, sendSecond]] = [first(together), second(together)];
    deepEqual(await write([insertFirst, insertSecond, sendSecond, sendFirst]), [
      "taken",
      "late",
      "late",
      "taken",
    ]);
    equal((await commandById(db.tables, together))?.state, "sent");
  },
);
