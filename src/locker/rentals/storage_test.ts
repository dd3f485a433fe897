import { deepEqual, equal, match, notEqual, rejects } from "node:assert/strict";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { until } from "../../../testing/until.ts";
import type { AlarmTable, CommandTable } from "../../db/mod.ts";
import { COMMAND } from "../../lib/limits.ts";
import { ANNE, BERT, Rig } from "../../../testing/rigs/locker.ts";
import { root } from "../../../testing/rigs/actor.ts";
import { HeldError } from "../errors.ts";

const MINUTE_MS = 60_000;

/** The alarms that are not over. */
async function alarms(rig: Rig): Promise<Pick<AlarmTable, "kind" | "cell">[]> {
  return await rig.db.tables.selectFrom("alarms").select(["kind", "cell"]).where("ended_at", "is", null)
    .execute();
}

async function commands(rig: Rig): Promise<CommandTable[]> {
  return await rig.db.tables.selectFrom("commands").selectAll().orderBy("requested_at").execute();
}

/** What is told of rentals. */
async function events(rig: Rig): Promise<string[]> {
  const rows = await rig.db.tables.selectFrom("events").select("kind").where("kind", "not in", [
    "door-opened",
    "door-closed",
  ])
    .orderBy("seq").execute();
  return rows.map(({ kind }) => kind);
}

testOnEach(
  "store gives the smallest free cell that fits, and the next larger one",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    const heard = rig.heard(ANNE);
    const first = await rig.tap(ANNE, { command: "store", size: "M" });
    deepEqual([first.state, first.cell], ["opened", 2]);
    const second = await rig.tap(ANNE, { command: "store", size: "M" });
    equal(second.cell, 3);
    deepEqual(
      await rig.tap(ANNE, { command: "store", size: "M" }).then(({ state, reason }) => [state, reason]),
      [
        "refused",
        "full",
      ],
    );
    equal((await rig.tap(BERT, { command: "store" })).cell, 1);
    deepEqual(await rig.states(), ["held", "held", "held"]);
    equal(
      (await rig.rentals.of("cab", ANNE)).map(({ rental }) => rental).join(),
      [first.id, second.id].join(),
    );
    deepEqual(
      heard.map((event) => event.type === "rental" && [event.rental.cell, event.rental.state]),
      [[2, "held"], [3, "held"]],
    );
  },
);

testOnEach("a size of the operator's own stands for itself alone", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place, { rules: { sizes: ["tiny", "M"] } }));
  equal((await rig.tap(ANNE, { command: "store", size: "tiny" })).cell, 2);
  equal((await rig.tap(ANNE, { command: "store", size: "fridge" })).reason, "full");
});

testOnEach("a door that does not open: the cell is set aside, an alarm raised, another one given", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place));
  rig.evidence = (cell) => cell === 3 ? { state: "opened" } : { state: "failed", reason: "did-not-open" };
  const steps: number[] = [];
  const stored = await rig.tap(ANNE, { command: "store" }, { onStep: ({ cell }) => steps.push(cell) });
  deepEqual([stored.state, stored.cell], ["opened", 3]);
  deepEqual([...new Set(steps)], [1, 2, 3]);
  deepEqual(await rig.states(), ["faulty", "faulty", "held"]);
  deepEqual(await alarms(rig), [{ kind: "did-not-open", cell: 1 }, { kind: "did-not-open", cell: 2 }]);
  const journal = await commands(rig);
  deepEqual(
    journal.map(({ cell, state }) => `${cell} ${state}`).sort(),
    ["1 failed", "2 failed", "3 opened"],
    "a command for every pulse",
  );
  equal(
    (await rig.tap(ANNE, { command: "store" }, { id: stored.id })).cell,
    3,
    "the tap ended with the last cell",
  );
  equal(rig.sent.length, 3);
});

testOnEach("a store whose doors all fail is failed, and leaves no rental", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  rig.evidence = () => ({ state: "failed", reason: "did-not-open" });
  const stored = await rig.tap(ANNE, { command: "store" });
  deepEqual([stored.state, stored.reason], ["failed", "did-not-open"]);
  deepEqual(await rig.rentals.of("cab", ANNE), []);
  equal((await rig.tap(ANNE, { command: "store" })).reason, "full");
  equal(rig.sent.length, 3);
});

testOnEach("a store without a byte sent leaves everything as it was", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  rig.evidence = undefined;
  const stored = await rig.tap(ANNE, { command: "store" });
  deepEqual([stored.state, stored.reason], ["refused", "offline"]);
  deepEqual(await rig.states(), ["free", "free", "free"]);
  deepEqual(await alarms(rig), []);
  rig.evidence = () => ({ state: "opened" });
  equal(
    (await rig.tap(ANNE, { command: "store" }, { id: stored.id })).reason,
    "offline",
    "the same tap stays refused",
  );
  equal((await rig.tap(ANNE, { command: "store" })).cell, 1);
});

testOnEach("without evidence the person keeps the cell and may open it again", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  rig.evidence = () => ({ state: "unconfirmed", reason: "no-reply" });
  const stored = await rig.tap(ANNE, { command: "store" });
  equal(stored.state, "unconfirmed");
  equal((await rig.rentals.of("cab", ANNE))[0]?.state, "held");
  rig.evidence = () => ({ state: "opened" });
  const again = await rig.tap(ANNE, { command: "reopen", rental: stored.id });
  deepEqual([again.state, again.cell], ["opened", stored.cell]);
  equal((await rig.rentals.of("cab", ANNE))[0]?.state, "held");
});

testOnEach(
  "retrieve ends the rental when the door is closed again, and not before",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
    rig.moves(cell, "closed");
    const heard = rig.heard(ANNE);
    equal((await rig.tap(ANNE, { command: "retrieve", rental })).state, "opened");
    equal((await rig.rentals.of("cab", ANNE))[0]?.state, "returning");
    equal((await rig.states())[cell - 1], "held");
    await until(() => heard.length === 1);
    rig.moves(cell, "open");
    equal((await rig.rentals.of("cab", ANNE))[0]?.state, "returning");
    rig.moves(cell, "closed");
    await until(() => heard.some((event) => event.type === "rental" && event.rental.state === "ended"));
    equal((await rig.states())[cell - 1], "free");
    deepEqual(await events(rig), ["stored", "ended"]);
  },
);

testOnEach("where doors cannot be seen the cell is free at once", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  rig.evidence = () => ({ state: "accepted" });
  const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
  equal((await rig.rentals.of("cab", ANNE))[0]?.state, "held");
  equal((await rig.tap(ANNE, { command: "retrieve", rental })).state, "accepted");
  deepEqual(await rig.rentals.of("cab", ANNE), []);
  equal((await rig.states())[cell - 1], "free");
});

testOnEach(
  "a retrieve that is not known to have opened leaves the thing the person's",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
    await rig.db.tables.updateTable("cells").set({ door: "closed" }).execute();
    for (
      const evidence of [
        { state: "unconfirmed", reason: "not-seen" },
        { state: "failed", reason: "did-not-open" },
        { state: "refused", reason: "busy" },
      ] as const
    ) {
      rig.evidence = () => evidence;
      equal((await rig.tap(ANNE, { command: "retrieve", rental })).state, evidence.state);
      equal((await rig.rentals.of("cab", ANNE))[0]?.state, "held", evidence.state);
    }
    deepEqual(await alarms(rig), [{ kind: "did-not-open", cell }]);
    rig.evidence = () => ({ state: "opened" });
    equal((await rig.tap(ANNE, { command: "reopen", rental })).state, "opened");
    deepEqual(await alarms(rig), [], "a lock that opens again is well");
  },
);

testOnEach("a door that opens later for something else does not give an unconfirmed retrieve back", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place));
  const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
  rig.evidence = () => ({ state: "unconfirmed", reason: "not-seen" });
  const lost = await rig.tap(ANNE, { command: "retrieve", rental });
  rig.evidence = () => ({ state: "opened" });
  await rig.tap(ANNE, { command: "reopen", rental });
  await until(async () => (await rig.journal.find(lost.id))?.state === "opened");
  rig.moves(cell, "closed");
  equal((await rig.rentals.of("cab", ANNE))[0]?.state, "held");
});

testOnEach("within the grace time the last person may open again, unless another person has the cell", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place, { rules: { graceSeconds: 60 } }));
  rig.evidence = () => ({ state: "accepted" });
  const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
  await rig.tap(ANNE, { command: "retrieve", rental });
  equal((await rig.tap(BERT, { command: "reopen", rental })).reason, "forbidden");
  equal((await rig.tap(ANNE, { command: "reopen", rental })).state, "accepted");
  equal((await rig.states())[cell - 1], "free", "and is free again at once");
  rig.evidence = () => ({ state: "opened" });
  equal((await rig.tap(ANNE, { command: "reopen", rental })).state, "opened");
  equal((await rig.states())[cell - 1], "held", "as long as the door is open");
  rig.moves(cell, "closed");
  await until(async () => (await rig.states())[cell - 1] === "free");
  rig.evidence = undefined;
  equal((await rig.tap(ANNE, { command: "reopen", rental })).reason, "offline");
  equal((await rig.states())[cell - 1], "free");
  rig.later = 61_000;
  equal((await rig.tap(ANNE, { command: "reopen", rental })).reason, "over");
  rig.later = 0;
  rig.evidence = () => ({ state: "opened" });
  const others = [1, 2, 3].map(() => rig.tap(BERT, { command: "store" }));
  equal((await Promise.all(others)).some((other) => other.cell === cell), true);
  equal((await rig.tap(ANNE, { command: "reopen", rental })).reason, "over");
});

testOnEach("of cells that fit alike, the one that is free for the longest time is given first", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place, { rules: { sizes: ["none of these"] } }));
  rig.evidence = () => ({ state: "accepted" });
  const cells: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
    cells.push(cell);
    rig.later += 1000;
    await rig.tap(ANNE, { command: "retrieve", rental });
  }
  deepEqual(cells, [1, 2, 3, 1, 2]);
});

testOnEach("a cabinet whose cells others hold for a moment is not full", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const held = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  const other = rig.db.writer.transaction(async (trx) => {
    await trx.selectFrom("cells").selectAll().where("cabinet", "=", "cab").forUpdate().execute();
    held.resolve();
    await letGo.promise;
  });
  await held.promise;
  const stored = rig.tap(ANNE, { command: "store" });
  // Who is told too early is told by now.
  await Promise.race([stored, new Promise((resolve) => setTimeout(resolve, 100))]);
  letGo.resolve();
  await other;
  equal((await stored).state, "opened");
});

testOnEach("a rental is not opened for another person", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
  for (const command of ["reopen", "retrieve"] as const) {
    equal((await rig.tap(BERT, { command, rental })).reason, "forbidden");
    equal((await rig.tap(ANNE, { command, rental: crypto.randomUUID() })).reason, "forbidden");
  }
  const cabinet = await rig.cabinet();
  const open = { command: "open" as const, cabinet, cell, by: `person:${BERT}`, id: crypto.randomUUID() };
  equal((await rig.commands.run(open)).reason, "forbidden");
  deepEqual(await rig.rentals.share({ id: crypto.randomUUID(), cabinet, rental, person: BERT }), {
    type: "forbidden",
  });
  equal(rig.sent.length, 1);
});

testOnEach("so many rentals as the rules allow, even when asked for at once", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place, { rules: { rentalsPerPerson: 2 } }));
  const all = await Promise.all([1, 2, 3, 4].map(() => rig.tap(ANNE, { command: "store" })));
  deepEqual(all.map(({ reason = "" }) => reason).sort(), ["", "", "limit", "limit"]);
  equal((await rig.tap(BERT, { command: "store" })).state, "opened");
});

testOnEach("a pickup code lets another person take the thing out, once", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
  rig.moves(cell, "closed");
  const share = { id: crypto.randomUUID(), cabinet: await rig.cabinet(), rental, person: ANNE };
  const shared = await rig.rentals.share(share);
  if (shared.type !== "shared") throw new Error(shared.type);
  match(shared.code, /^\d{8}$/);
  deepEqual(await rig.rentals.share(share), shared, "the same share, the same code");
  deepEqual(await rig.rentals.share({ ...share, rental: crypto.randomUUID() }), { type: "conflict" });
  const stored = await rig.db.tables.selectFrom("codes").selectAll().executeTakeFirstOrThrow();
  equal(JSON.stringify(stored).includes(shared.code), false, "the database does not know it");

  const heard = rig.heard(ANNE);
  const pickup = { command: "pickup", code: shared.code, address: "10.0.0.1" } as const;
  const tries = await Promise.all([1, 2, 3].map(() => rig.tap(BERT, pickup)));
  deepEqual(tries.map(({ state, reason }) => reason ?? state).sort(), ["opened", "wrong-code", "wrong-code"]);
  equal(rig.sent.length, 2);
  equal((await rig.rentals.of("cab", BERT))[0]?.state, "returning");
  rig.moves(cell, "closed");
  await until(() => heard.some((event) => event.type === "rental" && event.rental.reason === "picked-up"));
  equal((await rig.states())[cell - 1], "free");
  equal((await rig.tap(ANNE, { ...pickup })).reason, "wrong-code");
  deepEqual(await events(rig), ["stored", "shared", "code-used", "ended"]);
});

testOnEach(
  "who used a code may open again when the door jammed, without the code",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    const { id: rental } = await rig.tap(ANNE, { command: "store" });
    const code = await rig.code(ANNE, rental);
    rig.evidence = () => ({ state: "failed", reason: "did-not-open" });
    equal((await rig.tap(BERT, { command: "pickup", code, address: "" })).state, "failed");
    equal((await rig.rentals.of("cab", BERT))[0]?.rental, rental);
    rig.evidence = () => ({ state: "opened" });
    equal((await rig.tap(BERT, { command: "retrieve", rental })).state, "opened");
  },
);

testOnEach(
  "a person who used a code that opens nothing now is told what they may take later",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
    const code = await rig.code(ANNE, rental);
    await rig.acts.setCell(root(), { cabinet: "cab", cell, act: "disable" });
    const heard = rig.heard(BERT);
    equal((await rig.tap(BERT, { command: "pickup", code, address: "" })).reason, "disabled");
    deepEqual(heard.map((event) => event.type === "rental" && event.rental.rental), [rental]);
  },
);

testOnEach("a code ends by time, by a newer one, and with its rental", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place, { rules: { codeMinutes: 10 } }));
  const { id: rental } = await rig.tap(ANNE, { command: "store" });
  const codes: string[] = [];
  for (let n = 0; n < 3; n++) {
    codes.push(await rig.code(ANNE, rental));
  }
  const [first = "", , last = ""] = codes;
  notEqual(first, last);
  equal((await rig.tap(BERT, { command: "pickup", code: first, address: "" })).reason, "wrong-code");
  rig.later = 10 * MINUTE_MS;
  equal((await rig.tap(BERT, { command: "pickup", code: last, address: "" })).reason, "wrong-code");
  rig.later = 0;
  rig.evidence = () => ({ state: "accepted" });
  await rig.tap(ANNE, { command: "retrieve", rental });
  equal((await rig.tap(BERT, { command: "pickup", code: last, address: "" })).reason, "wrong-code");
});

testOnEach(
  "ten wrong codes: refused for a while, the right one too, and an alarm",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    const { id: rental } = await rig.tap(ANNE, { command: "store" });
    const code = await rig.code(ANNE, rental);
    const wrong = String((Number(code) + 1) % 100_000_000).padStart(8, "0");
    const pick = (code: string) => rig.tap(BERT, { command: "pickup", code, address: "10.0.0.1" });
    const tries: (string | undefined)[] = [];
    for (let n = 0; n < 12; n++) tries.push((await pick(wrong)).reason);
    deepEqual(tries, [...Array(10).fill("wrong-code"), "blocked", "blocked"]);
    equal((await pick(code)).reason, "blocked");
    deepEqual(await alarms(rig), [{ kind: "wrong-codes", cell: 0 }]);
    equal((await commands(rig)).length, 11, "who is blocked fills no journal");
    rig.later = 16 * MINUTE_MS;
    await rig.due();
    deepEqual(await alarms(rig), [], "the alarm ends with the block");
    equal((await pick(code)).state, "opened");
  },
);

testOnEach(
  "wrong codes are counted by IPv6 networks, and by IPv4 however it is written",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    const places = async () => {
      const rows = await rig.db.tables.selectFrom("code_tries").select("subject").execute();
      return rows.filter(({ subject }) => /^address:[^@]*$/.test(subject)).length;
    };
    const wrong = (address: string) => rig.tap(BERT, { command: "pickup", code: "00000000", address });
    for (const address of ["2001:db8::1", "2001:DB8:0:0:1::ffff", "2001:db8:0::2"]) await wrong(address);
    equal(await places(), 2, "one /64 and one /56");
    for (const address of ["203.0.113.9", "::ffff:203.0.113.9", "::ffff:cb00:7109"]) await wrong(address);
    equal(await places(), 3);
  },
);

testOnEach("guessing at once does not get past the limit", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const guesses = Array.from({ length: 60 }, (_, n) => String(n).padStart(8, "0"));
  const reasons: (string | undefined)[] = [];
  while (guesses.length > 0) {
    const some = guesses.splice(0, COMMAND.perPersonMax);
    const all = await Promise.all(
      some.map((code) => rig.tap(BERT, { command: "pickup", code, address: "10.0.0.1" })),
    );
    reasons.push(...all.map(({ reason }) => reason));
  }
  equal(reasons.filter((reason) => reason === "wrong-code").length, 10);
});

testOnEach(
  "reminders and being overdue come once, from one look at what is due",
  async ({ place }, stack) => {
    const rules = { rentalMinutes: 60, remindMinutes: [30, 10], overdue: "hold" as const };
    const rig = stack.use(await Rig.open(place, { rules }));
    const { id: rental } = await rig.tap(ANNE, { command: "store" });
    const at = async (minutes: number) => {
      rig.later = minutes * MINUTE_MS;
      await Promise.all([rig.due(), rig.due()]);
      return (await events(rig)).slice(1);
    };
    deepEqual(await at(29), []);
    deepEqual(await at(31), ["reminder"]);
    deepEqual(await at(40), ["reminder"]);
    deepEqual(await at(51), ["reminder", "reminder"]);
    equal((await rig.tap(ANNE, { command: "reopen", rental })).state, "opened");
    deepEqual(await at(61), ["reminder", "reminder", "overdue"]);
    deepEqual(await at(120), ["reminder", "reminder", "overdue"]);
    equal(
      (await rig.tap(ANNE, { command: "retrieve", rental })).reason,
      "overdue",
      "held until the operator acts",
    );
    equal((await rig.states()).includes("held"), true);
  },
);

testOnEach("overdue is only recorded where the rules say so", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place, { rules: { rentalMinutes: 60 } }));
  const { id: rental } = await rig.tap(ANNE, { command: "store" });
  rig.later = 61 * MINUTE_MS;
  await rig.due();
  deepEqual(await events(rig), ["stored", "overdue"]);
  equal((await rig.tap(ANNE, { command: "retrieve", rental })).state, "opened");
});

testOnEach(
  "what a dead program left: sent is the person's, not sent is free again",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    const never = new Promise<never>(() => {});
    rig.evidence = () => never;
    const sent = crypto.randomUUID();
    const waiting = crypto.randomUUID();
    rig.tap(ANNE, { command: "store" }, { id: sent }).catch(() => {});
    await until(() => rig.sent.length === 1);
    rig.journal.sending = () => never;
    rig.tap(BERT, { command: "store" }, { id: waiting }).catch(() => {});
    await until(async () => await rig.journal.find(waiting) !== undefined);

    await rig.dies();
    const next = stack.use(await Rig.open(place));
    next.later = COMMAND.orphanMs;
    deepEqual(await next.recovery.endLeft({ atStart: true }), { requested: 1, sent: 1 });
    deepEqual(await next.states(), ["held", "free", "free"]);
    equal((await next.rentals.of("cab", ANNE))[0]?.state, "held");
    const again = await next.tap(ANNE, { command: "store" }, { id: sent });
    deepEqual([again.state, again.reason, again.cell], ["unconfirmed", "restarted", 1]);
    deepEqual([(await next.tap(BERT, { command: "store" }, { id: waiting })).reason], ["expired"]);
    equal(next.sent.length, 0);
  },
);

testOnEach(
  "a door that closed during a restart ends the rental at the next look",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
    await rig.tap(ANNE, { command: "retrieve", rental });
    await rig.dies();
    const next = stack.use(await Rig.open(place));
    next.doors.set(cell, "closed");
    next.returns.start();
    await until(async () => (await next.states())[cell - 1] === "free");
  },
);

testOnEach("a jammed cell that is disabled and enabled is still jammed until it is clean", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place));
  rig.evidence = (cell) => cell === 1 ? { state: "failed", reason: "did-not-open" } : { state: "opened" };
  await rig.tap(ANNE, { command: "store" });
  const after = async (act: "disable" | "enable" | "clean") => {
    await rig.acts.setCell(root(), { cabinet: "cab", cell: 1, act });
    return (await rig.states())[0];
  };
  deepEqual([await after("disable"), await after("enable")], ["disabled", "faulty"]);
  deepEqual([await after("clean"), await after("enable")], ["free", "free"]);
  deepEqual(await alarms(rig), []);
});

testOnEach(
  "what the operator ends is over: the code works no more, the rental is not taken up again, and people are told",
  async (
    { place },
    stack,
  ) => {
    const rig = stack.use(await Rig.open(place));
    const { id: rental, cell } = await rig.tap(ANNE, { command: "store" });
    const code = await rig.code(ANNE, rental);
    const heard = rig.heard(ANNE);
    const acting = { ...root(), reason: "left behind", address: "10.0.0.1" };
    equal((await rig.acts.endRental(acting, rental))?.state, "ended");
    deepEqual(heard.map((event) => event.type === "rental" && event.rental.reason), ["operator"]);
    equal((await rig.states())[cell - 1], "free");
    equal((await rig.tap(BERT, { command: "pickup", code, address: "" })).reason, "wrong-code");
    const live = await rig.db.tables.selectFrom("codes").select("id").where("void_at", "is", null).execute();
    deepEqual(live, []);
    equal((await rig.tap(ANNE, { command: "reopen", rental })).reason, "over");
    const [act] = await rig.db.tables.selectFrom("acts").selectAll().execute();
    deepEqual([act?.who, act?.act, act?.reason, act?.address, act?.subject], [
      "operator",
      "end-rental",
      "left behind",
      "10.0.0.1",
      rental,
    ]);
  },
);

testOnEach("what a cabinet must not do to people's cells is refused", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const { cell } = await rig.tap(ANNE, { command: "store" });
  const { lastSeenAt: _seen, cells, ...described } = await rig.cabinet();
  const kept = { ...described, cells: cells.map((one) => ({ ...one, state: "free" as const })) };
  await rig.cabinets.put(kept);
  equal((await rig.states())[cell - 1], "held", "who has a cell is not for the description to say");
  await rejects(rig.cabinets.put({ ...kept, mode: "open" }), HeldError);
  await rejects(rig.cabinets.put({ ...kept, cells: kept.cells.slice(1) }), HeldError);
  await rejects(rig.cabinets.remove({ id: "cab", organization: "main" }), HeldError);
  equal((await rig.states())[cell - 1], "held");
});

testOnEach("permits say who may open which cells, from when to when", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place, { mode: "assigned" }));
  const now = Date.now();
  const grant = { cabinet: "cab", person: ANNE, cells: [1, 2], from: now, until: now + MINUTE_MS };
  const permit = await rig.permits.grant(root(), grant);
  const open = async (person: string, cell: number, session: { sessionsFrom?: number } = {}) => {
    const tap = { command: "open" as const, id: crypto.randomUUID(), cell, by: `person:${person}` };
    const { state, reason } = await rig.commands.run({ ...tap, ...session, cabinet: await rig.cabinet() });
    return reason ?? state;
  };
  deepEqual(await Promise.all([open(ANNE, 1), open(ANNE, 3), open(BERT, 1)]), [
    "opened",
    "forbidden",
    "forbidden",
  ]);
  rig.later = -MINUTE_MS;
  equal(await open(ANNE, 1), "forbidden", "not yet");
  rig.later = MINUTE_MS;
  equal(await open(ANNE, 1), "forbidden", "not any more");
  rig.later = 0;
  await rig.permits.revoke(root(), permit?.id ?? "");
  equal(await open(ANNE, 1), "forbidden", "taken away");
  equal((await rig.tap(ANNE, { command: "store" })).reason, "forbidden", "nothing is stored here");
  await rig.permits.grant(root(), { ...grant, cells: undefined });
  equal(await open(ANNE, 3), "opened");
  await rig.people.endSessions(ANNE);
  equal(await open(ANNE, 3, { sessionsFrom: 0 }), "forbidden", "by a session that is over");
  const { lastSeenAt: _seen, ...described } = await rig.cabinet();
  await rig.cabinets.put({ ...described, mode: "storage" });
  equal(await open(ANNE, 3), "forbidden", "a permit is for assigned cells");
});
