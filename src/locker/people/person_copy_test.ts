import { deepEqual, equal, ok } from "node:assert/strict";
import { sql } from "kysely";
import type { Tables } from "../../db/mod.ts";
import { isPostgres } from "../../db/dialects.ts";
import { COPIED } from "../../db/queries/history/person_copy.ts";
import { ANSWERS } from "../../operator/document/examples/mod.ts";
import { root } from "../../../testing/rigs/actor.ts";
import { ANNE, BERT, Rig } from "../../../testing/rigs/locker.ts";
import { testOnEach } from "../../../testing/servers/databases.ts";

/** Columns by whose name a person may be meant. */
const OF_PEOPLE = /^(by|who|subject)$|person|people|picker|visitor|guest|openid|_by$/;

/** Those of them that mean no person who opens doors, or are told in another way. */
const NOT_PEOPLE: Readonly<Record<string, string>> = {
  "staff_tokens.created_by": "a member of staff",
  "acts.who": "a member of staff",
  "bulk_jobs.who": "a member of staff",
  "identities.openid": "told with the row, which is found by its person",
};

type Told = Record<string, Record<string, unknown>[]>;

function isTime(value: unknown): boolean {
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);
}

async function copyOf(rig: Rig, person: string, organization?: string): Promise<Told> {
  const parts = await rig.people.copy(person, organization === undefined ? undefined : { organization });
  ok(parts);
  return JSON.parse((await Array.fromAsync(parts)).join(""));
}

async function columnsOf(db: Tables): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: false });
  return tables.flatMap(({ name, columns }) => columns.map((column) => `${name}.${column.name}`));
}

testOnEach("each column that refers to a person is in the copy", async ({ place }, stack) => {
  const { db: { tables } } = stack.use(await Rig.open(place));
  const copied = Object.values(COPIED).flatMap(({ table, people }) =>
    people.map(({ column }) => `${table}.${column}`)
  );
  const found = (await columnsOf(tables)).filter((column) => OF_PEOPLE.test(column.split(".")[1] ?? ""))
    .filter((column) => NOT_PEOPLE[column] === undefined);
  deepEqual(found.filter((column) => !copied.includes(column)), [], "add them to COPIED, or say why not");
  deepEqual(copied.filter((column) => !found.includes(column) && column !== "events.detail"), []);
});

testOnEach(
  "each table of the copy is read by an index, but those that taps write",
  async ({ place }, stack) => {
    const { db: { tables } } = stack.use(await Rig.open(place));
    if (isPostgres(tables)) return;
    for (const { table, people, ...copied } of Object.values(COPIED)) {
      for (const one of people) {
        if ("isScanned" in copied && !("where" in one)) continue;
        const { rows } = await sql<{ detail: string }>`explain query plan select * from ${sql.table(table)}
        where ${sql.ref(one.column)} = ${ANNE} ${"where" in one ? sql`and ${sql.raw(one.where)}` : sql``}`
          .execute(tables);
        ok(
          rows.every(({ detail }) => detail.startsWith("SEARCH")),
          `${table}.${one.column}: ${rows[0]?.detail}`,
        );
      }
    }
  },
);

testOnEach(
  "the copy has what a person did and what was done to them, and nothing secret or of others",
  async (
    { place },
    stack,
  ) => {
    const rig = stack.use(await Rig.open(place, { rules: { rentalMinutes: 60 } }));
    const { id: rental } = await rig.tap(ANNE, { command: "store" });
    const code = await rig.code(ANNE, rental);
    await rig.tap(BERT, { command: "pickup", code: "00000000", address: "192.0.2.1" });
    await rig.tap(BERT, { command: "pickup", code, address: "192.0.2.1" });
    await rig.acts.endRental(root(), rental);
    await rig.people.endSessions(ANNE, root());
    await rig.permits.grant(root(), { cabinet: "cab", person: ANNE, cells: [1], from: 5, until: undefined });
    const { id: held } = await rig.tap(ANNE, { command: "store" });
    await rig.db.writer.transaction(async (trx) => {
      await trx.insertInto("identities").values({
        app: "wx",
        openid: "openid-of-anne",
        person: ANNE,
        created_at: 7,
      })
        .execute();
      await trx.insertInto("visits").values({
        organization: "main",
        person: ANNE,
        since: 8,
        leaving_at: null,
      })
        .execute();
      await trx.insertInto("notices").values({
        ...{
          id: crypto.randomUUID(),
          kind: "stored",
          person: ANNE,
          cabinet: "cab",
          cell: 1,
          rental,
          code: null,
        },
        ...{ at: 9, state: "sent", tries: 1, next_at: 9, unsure_since: null, finished_at: 10, problem: null },
      }).execute();
      await trx.insertInto("alarms").values({
        ...{ id: crypto.randomUUID(), organization: "main", kind: "wrong-codes", cabinet: "cab", cell: 0 },
        ...{ subject: `person:${ANNE}`, raised_at: 11, until: null, ended_at: null, count: null },
      }).execute();
    });

    const anne = await copyOf(rig, ANNE);
    equal(anne["person"]?.["id" as never], ANNE);
    deepEqual(anne["identities"]?.map(({ openid, createdAt }) => [openid, createdAt]), [
      ["openid-of-anne", new Date(7).toISOString()],
    ]);
    for (const section of Object.keys(COPIED)) {
      const isEmpty = anne[section]?.length === 0;
      equal(isEmpty, section === "wrongCodes", section);
    }
    deepEqual(anne["rentals"]?.map(({ id, picker }) => [id, picker]), [[rental, "another person"], [
      held,
      null,
    ]]);
    const [{ acts = [] } = {}] = anne["rentals"] ?? [];
    deepEqual((acts as { act: string }[]).map(({ act }) => act), ["end-rental"]);
    deepEqual(anne["acts"]?.map(({ act }) => act), ["sign-out", "grant"]);
    deepEqual(anne["commands"]?.map(({ command }) => command), ["store", "store"]);
    equal(Object(anne["person"])["sessionsFrom"] === 0, false);
    const bert = await copyOf(rig, BERT);
    equal(Object(bert["person"])["sessionsFrom"], null, "0 is not a time");
    for (const section of ["person", ...Object.keys(COPIED)]) {
      const [row] = [section === "wrongCodes" ? bert[section] : anne[section]].flat();
      const [shown] = [Object(ANSWERS["PersonCopy"])[section]].flat();
      deepEqual(
        Object.keys(shown).toSorted(),
        Object.keys(row ?? {}).toSorted(),
        `the document's ${section}`,
      );
      const unlike = Object.entries(row ?? {}).filter(([name, value]) =>
        isTime(value) !== isTime(shown[name])
      );
      deepEqual(unlike.filter(([name, value]) => value !== null && shown[name] !== null), [], section);
    }
    const text = JSON.stringify(anne);
    for (const secret of [BERT, "nonce", "hash", "wayBack", "10.1.2.3"]) {
      equal(
        text.includes(secret),
        false,
        secret,
      );
    }

    deepEqual(bert["rentals"]?.map(({ id, person }) => [id, person]), [[rental, "another person"]]);
    deepEqual(bert["codes"]?.map(({ usedBy }) => usedBy), [BERT]);
    deepEqual(bert["wrongCodes"]?.map(({ subject }) => subject), [`person:${BERT}`]);
    equal(JSON.stringify(bert).includes(ANNE), false);

    const main = await copyOf(rig, ANNE, "main");
    deepEqual([main["identities"], main["rentals"]?.length, main["codes"]?.length], [[], 2, 1]);
    const other = await copyOf(rig, ANNE, "other");
    for (const section of Object.keys(COPIED)) deepEqual(other[section], [], section);
    equal(await rig.people.copy(crypto.randomUUID()), undefined);
  },
);

testOnEach("a long copy comes in parts, each row once, whatever their times", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const [count, others] = [1_203, 4];
  await rig.db.writer.transaction(async (trx) => {
    for (let from = 0; from < count; from += 100) {
      const rows = Array.from({ length: Math.min(100, count - from) }, (_, n) => ({
        ...{
          id: crypto.randomUUID(),
          organization: "main",
          cabinet: "cab",
          cell: 1,
          command: "open" as const,
        },
        ...{
          state: "opened" as const,
          reason: null,
          by: `person:${ANNE}`,
          note: null,
          rental: null,
          origin: null,
        },
        ...{ requested_at: (from + n) % 7, sent_at: 1, sent_epoch: 1, finished_at: 2 },
      }));
      await trx.insertInto("commands").values(rows).execute();
      for (let n = 0; n < others; n++) {
        const more = rows.map((row) => ({ ...row, id: crypto.randomUUID(), by: `person:${BERT}` }));
        await trx.insertInto("commands").values(more).execute();
      }
    }
  });
  const parts = await rig.people.copy(ANNE);
  ok(parts);
  const lengths: number[] = [];
  const texts: string[] = [];
  for await (const part of parts) {
    texts.push(part);
    lengths.push(part.length);
  }
  const { commands } = JSON.parse(texts.join("")) as { commands: { id: string }[] };
  deepEqual([commands.length, new Set(commands.map(({ id }) => id)).size], [count, count]);
  ok(Math.max(...lengths) < 200_000, `${Math.max(...lengths)}`);
});

testOnEach(
  "the copy has all acts about a person's rentals, however many there are",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    const rentals: string[] = [];
    for (const _ of [1, 2]) rentals.push((await rig.tap(ANNE, { command: "store" })).id);
    const about = {
      organization: "main",
      who: "operator",
      role: null,
      act: "extend",
      cabinet: "cab",
    } as const;
    const rest = { cell: 1, reason: null, address: "", job: null };
    const count = 2_000;
    await rig.db.writer.transaction(async (trx) => {
      for (const subject of rentals) {
        for (let from = 0; from < count; from += 500) {
          const acts = Array.from({ length: 500 }, (_, n) => ({
            ...{ id: crypto.randomUUID(), at: (from + n) >> 2, subject },
            ...about,
            ...rest,
          }));
          await trx.insertInto("acts").values(acts).execute();
        }
      }
    });
    const told = (await copyOf(rig, ANNE))["rentals"] ?? [];
    const acts = told.map(({ acts }) => (acts ?? []) as { id: string; at: string }[]);
    deepEqual(acts.map((some) => new Set(some.map(({ id }) => id)).size), [count, count]);
    for (const some of acts) deepEqual(some.map(({ at }) => at), some.map(({ at }) => at).toSorted());
  },
);
