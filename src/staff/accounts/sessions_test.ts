import { deepEqual, equal } from "node:assert/strict";
import { type TestDatabase, testOnEach } from "../../../testing/servers/databases.ts";
import { StaffRig } from "../../../testing/rigs/staff.ts";
import { openDatabase } from "../../db/mod.ts";
import { LOG_IN } from "../../lib/limits.ts";

const HOME = { account: "anna", address: "203.0.113.9", agent: "Firefox" };
const DAY_MS = 24 * 3600 * 1000;

async function rigOn({ place }: TestDatabase, stack: AsyncDisposableStack): Promise<StaffRig> {
  return new StaffRig(stack.use(await openDatabase(place)));
}

testOnEach("StaffSessions.find() knows a secret that was given out, of which only a hash is kept", async (
  database,
  stack,
) => {
  const { sessions } = await rigOn(database, stack);
  const { secret } = await sessions.begin(HOME);
  equal((await sessions.find(secret))?.account, "anna");
  for (const wrong of ["", secret.toUpperCase(), `${secret}0`]) equal(await sessions.find(wrong), undefined);
  const [session] = await sessions.of("anna");
  deepEqual([session?.address, session?.agent], [HOME.address, HOME.agent]);
  equal(JSON.stringify(session).includes(secret), false);
});

testOnEach(
  "StaffSessions.find() ends a session that is idle, and one that is old",
  async (database, stack) => {
    const rig = await rigOn(database, stack);
    const { sessions } = rig;
    const [idle, busy] = [await sessions.begin(HOME), await sessions.begin({ ...HOME, agent: "Edge" })];
    const from = rig.now;
    rig.now += LOG_IN.sessionIdleMs - 1;
    equal((await sessions.find(busy.secret))?.account, "anna");
    rig.now += 1;
    equal(await sessions.find(idle.secret), undefined);
    deepEqual((await sessions.of("anna")).map(({ agent }) => agent), ["Edge"]);
    while (rig.now + LOG_IN.sessionIdleMs / 2 < from + LOG_IN.sessionMs) {
      rig.now += LOG_IN.sessionIdleMs / 2;
      equal((await sessions.find(busy.secret))?.account, "anna");
    }
    rig.now = from + LOG_IN.sessionMs;
    equal(await sessions.find(busy.secret), undefined);
    deepEqual(await sessions.of("anna"), []);
  },
);

testOnEach("StaffSessions.find() writes the last use once a minute", async (database, stack) => {
  const rig = await rigOn(database, stack);
  const { secret } = await rig.sessions.begin(HOME);
  const from = rig.now;
  const usedAt = async () => (await rig.sessions.of("anna"))[0]?.used_at;
  rig.now += LOG_IN.sessionUsedEveryMs - 1;
  await rig.sessions.find(secret);
  equal(await usedAt(), from);
  rig.now += 1;
  await rig.sessions.find(secret);
  equal(await usedAt(), rig.now);
});

testOnEach("StaffSessions.end() and endAll() end sessions at once, of that account only", async (
  database,
  stack,
) => {
  const { sessions } = await rigOn(database, stack);
  const secrets: string[] = [];
  for (const account of ["anna", "anna", "anna", "bert"]) {
    secrets.push((await sessions.begin({ ...HOME, account })).secret);
  }
  const found = async () => await Promise.all(secrets.map((secret) => sessions.find(secret)));
  const [first, second, , ofBert] = await found();
  equal(await sessions.end("bert", first?.id ?? ""), false, "it is another account's");
  equal(await sessions.end("anna", first?.id ?? ""), true);
  equal(await sessions.end("anna", first?.id ?? ""), false, "it has ended");
  deepEqual((await found()).map((one) => one !== undefined), [false, true, true, true]);
  await sessions.endAll("anna", { except: second?.id });
  deepEqual(await found(), [undefined, second, undefined, ofBert]);
  await sessions.endAll("anna");
  deepEqual(await found(), [undefined, undefined, undefined, ofBert]);
});

testOnEach("StaffSessions.open() ends the oldest session of an account that has too many", async (
  database,
  stack,
) => {
  const rig = await rigOn(database, stack);
  const secrets: string[] = [];
  for (let n = 0; n <= LOG_IN.sessionsMax; n++) {
    rig.now++;
    secrets.push((await rig.sessions.begin(HOME)).secret);
  }
  equal((await rig.sessions.of("anna")).length, LOG_IN.sessionsMax);
  equal(await rig.sessions.find(secrets[0] ?? ""), undefined);
  equal((await rig.sessions.find(secrets[1] ?? ""))?.account, "anna");
});

testOnEach("StaffSessions.open() opens a session that lives, also after a clock was put back", async (
  database,
  stack,
) => {
  const rig = await rigOn(database, stack);
  for (let n = 0; n < LOG_IN.sessionsMax; n++) await rig.sessions.begin(HOME);
  rig.now -= DAY_MS;
  const { secret } = await rig.sessions.begin(HOME);
  equal((await rig.sessions.find(secret))?.account, "anna");
  equal((await rig.sessions.of("anna")).length, LOG_IN.sessionsMax);
});

testOnEach("StaffSessions.knows() the addresses of the last 90 days, an IPv6 /64 as one", async (
  database,
  stack,
) => {
  const rig = await rigOn(database, stack);
  const { sessions } = rig;
  await sessions.begin(HOME);
  await sessions.begin({ ...HOME, address: "2001:db8:0:1::7" });
  await sessions.endAll("anna");
  for (const known of [HOME.address, `::ffff:${HOME.address}`, "2001:db8:0:1:ffff::9"]) {
    equal(await sessions.knows("anna", known), true, known);
  }
  for (const strange of ["203.0.113.10", "2001:db8:0:2::7", "", "nowhere"]) {
    equal(await sessions.knows("anna", strange), false, strange);
  }
  equal(await sessions.knows("bert", HOME.address), false);
  rig.now += LOG_IN.knownDays * DAY_MS;
  equal(await sessions.knows("anna", HOME.address), false);
});
