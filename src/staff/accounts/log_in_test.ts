import { deepEqual, equal, rejects } from "node:assert/strict";
import { until } from "../../../testing/until.ts";
import { cheapHasher, StaffRig } from "../../../testing/rigs/staff.ts";
import { type TestDatabase, testOnEach } from "../../../testing/servers/databases.ts";
import { openDatabase } from "../../db/mod.ts";
import { GUESS, LOG_IN } from "../../lib/limits.ts";

const ANNA = "anna@example.com";
const WRONG = { password: "a wrong password" };
const STEP_MS = 30_000;

async function rigOn({ place }: TestDatabase, stack: AsyncDisposableStack): Promise<StaffRig> {
  return new StaffRig(stack.use(await openDatabase(place)));
}

testOnEach("LogIn.logIn() opens a session for the right password, and for nothing else", async (
  database,
  stack,
) => {
  const rig = await rigOn(database, stack);
  const { id } = await rig.account(ANNA);
  const result = await rig.logIn({ login: " Anna@Example.com" });
  equal(result.type, "in");
  equal(result.type === "in" && (await rig.sessions.find(result.secret))?.account, id);
  deepEqual(await rig.logIn(WRONG), { type: "wrong" });
  deepEqual(await rig.logIn({ login: "bert@example.com" }), { type: "wrong" });
  deepEqual(rig.told, [
    { what: "password", why: "wrong", address: "203.0.113.9" },
    { what: "password", why: "wrong", address: "203.0.113.9" },
  ]);
});

testOnEach(
  "LogIn.logIn() hashes as often for a login that does not exist",
  async (database, stack) => {
    const rig = await rigOn(database, stack);
    await rig.account(ANNA);
    for (const login of [ANNA, "bert@example.com"]) {
      const before = rig.hashed;
      await rig.logIn({ login, ...WRONG });
      equal(rig.hashed - before, 1, login);
    }
  },
);

testOnEach(
  "LogIn.logIn() says what is wrong with input that cannot be right, and hashes nothing",
  async (
    database,
    stack,
  ) => {
    const rig = await rigOn(database, stack);
    await rig.account(ANNA);
    await rejects(rig.logIn({ login: "\u0430nna@example.com" }), /U\+0430, which is not ASCII/);
    await rejects(rig.logIn({ password: "a".repeat(1024 * 1024) }), /a password has 10 to 200 characters/);
    equal(rig.hashed, 0);
  },
);

testOnEach("LogIn.logIn() wants a code where there is a second factor, and takes each once", async (
  database,
  stack,
) => {
  const rig = await rigOn(database, stack);
  const { id } = await rig.account(ANNA);
  const { secret } = await rig.secondFactor(id);
  equal((await rig.logIn()).type, "code-needed");
  equal((await rig.logIn({ code: rig.code(secret) })).type, "wrong-code", "it confirmed the second factor");
  rig.now += STEP_MS;
  const code = rig.code(secret);
  equal((await rig.logIn({ ...WRONG, code })).type, "wrong", "the password comes first");
  const atOnce = await Promise.all([rig.logIn({ code }), rig.logIn({ code, address: "203.0.113.10" })]);
  deepEqual(atOnce.map(({ type }) => type).toSorted(), ["in", "wrong-code"]);
  rig.now += STEP_MS;
  equal((await rig.logIn({ code, address: "203.0.113.11" })).type, "wrong-code", "also within the tolerance");
});

testOnEach("LogIn.logIn() takes each recovery code once, also at the same moment", async (
  database,
  stack,
) => {
  const rig = await rigOn(database, stack);
  const { id } = await rig.account(ANNA);
  const { recovery: [first = "", second = ""] } = await rig.secondFactor(id);
  const atOnce = await Promise.all([
    rig.logIn({ code: first }),
    rig.logIn({ code: first.toUpperCase(), address: "203.0.113.10" }),
  ]);
  deepEqual(atOnce.map(({ type }) => type).toSorted(), ["in", "wrong-code"]);
  equal((await rig.logIn({ code: second, address: "203.0.113.11" })).type, "in");
});

testOnEach("LogIn.logIn() opens no session for a password that is changed meanwhile", async (
  database,
  stack,
) => {
  const rig = await rigOn(database, stack);
  const { id } = await rig.account(ANNA);
  const next = await cheapHasher().hash("another horse");
  // It is changed after it was checked, before the session is opened.
  const verify = rig.hasher.verify.bind(rig.hasher);
  rig.hasher.verify = async (...call) => {
    const isRight = await verify(...call);
    await rig.db.writer.transaction((trx) => rig.accounts.setPassword(trx, id, next));
    return isRight;
  };
  deepEqual(await rig.logIn(), { type: "wrong" });
  deepEqual(await rig.sessions.of(id), []);
});

testOnEach(
  "LogIn.logIn() bounds the tries of an address before it hashes",
  async (database, stack) => {
    const rig = await rigOn(database, stack);
    await rig.account(ANNA);
    const { burst } = LOG_IN.triesOfAddress;
    for (let n = 0; n < burst; n++) {
      equal(
        (await rig.logIn({ login: `nobody${n}@example.com` })).type,
        "wrong",
      );
    }
    equal(rig.hashed, burst);
    const refused = await rig.logIn();
    deepEqual(refused, { type: "busy", retryAfterMs: 30_000 });
    equal(rig.hashed, burst);
    equal((await rig.logIn({ address: "203.0.113.10" })).type, "in", "another address");
    rig.now += 30_000;
    equal((await rig.logIn()).type, "in");
  },
);

testOnEach("LogIn.logIn() lets owners in as ever while 10,000 guesses come from 50 addresses", async (
  database,
  stack,
) => {
  const rig = await rigOn(database, stack);
  await rig.account(ANNA);
  const home = { address: "203.0.113.9" };
  equal((await rig.logIn(home)).type, "in");
  rig.hashed = 0;
  const types: string[] = [];
  const owner: string[] = [];
  for (let n = 0; n < 10_000; n++) {
    types.push((await rig.logIn({ ...WRONG, address: `198.51.100.${n % 50}` })).type);
    if (n % 2_000 === 1_999) owner.push((await rig.logIn(home)).type);
  }
  deepEqual(owner, Array.from(owner, () => "in"));
  equal((await rig.logIn({ address: "192.0.2.1" })).type, "in", "also from an address that is new");
  const checked = types.filter((type) => type === "wrong").length;
  equal(checked, 50 * LOG_IN.triesOfNewcomer.burst + LOG_IN.triesOfStrangers.burst);
  equal(rig.hashed, checked + owner.length + 1);
  equal(types.filter((type) => type === "busy").length, 10_000 - checked);
  equal(rig.told.length, 10_000);
  deepEqual(rig.alarms, [rig.now + GUESS.alarmMs]);
});

testOnEach("LogIn.logIn() bounds the codes that are tried with the right password", async (
  database,
  stack,
) => {
  const rig = await rigOn(database, stack);
  const { id } = await rig.account(ANNA);
  const { secret } = await rig.secondFactor(id);
  const home = { address: "203.0.113.9" };
  rig.now += STEP_MS;
  equal((await rig.logIn({ ...home, code: rig.code(secret) })).type, "in");
  rig.now += STEP_MS;
  const { burst } = LOG_IN.wrongCodes;
  const guess = (n: number) => rig.logIn({ code: "wrong", address: `198.51.100.${n}` });
  for (let n = 0; n < burst; n++) equal((await guess(n)).type, "wrong-code");
  deepEqual(await guess(burst), { type: "busy", retryAfterMs: 180_000 });
  equal((await rig.logIn({ ...home, code: rig.code(secret) })).type, "in", "a known address");
  rig.now += 180_000;
  equal((await rig.logIn({ code: rig.code(secret), address: "198.51.100.99" })).type, "in", "later");
});

testOnEach("LogIn.logIn() counts no right code, however many there are", async (database, stack) => {
  const rig = await rigOn(database, stack);
  const { id } = await rig.account(ANNA);
  const { recovery } = await rig.secondFactor(id);
  for (const [n, code] of recovery.entries()) {
    equal((await rig.logIn({ code, address: `198.51.100.${n}` })).type, "in", code);
  }
});

testOnEach("LogIn.logIn() checks two tries of one address at once, and answers the others", async (
  database,
  stack,
) => {
  const rig = await rigOn(database, stack);
  await rig.account(ANNA);
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  const verify = rig.hasher.verify.bind(rig.hasher);
  rig.hasher.verify = async (...call) => {
    await held;
    return await verify(...call);
  };
  const types: string[] = [];
  const all = Array.from({ length: 4 }, async () => types.push((await rig.logIn()).type));
  await until(() => types.length === 2, { saw: () => types });
  letGo();
  await Promise.all(all);
  deepEqual(types, ["busy", "busy", "in", "in"]);
});
