import { deepEqual, equal, match, notEqual, rejects } from "node:assert/strict";
import { cheapHasher, PASSWORD, StaffRig } from "../../../testing/rigs/staff.ts";
import { type TestDatabase, testOnEach } from "../../../testing/servers/databases.ts";
import { openDatabase } from "../../db/mod.ts";
import { LOG_IN } from "../../lib/limits.ts";

const ANNA = "anna@example.com";
const NEXT = "another horse";

async function rigOn({ place }: TestDatabase, stack: AsyncDisposableStack): Promise<StaffRig> {
  return new StaffRig(stack.use(await openDatabase(place)));
}

testOnEach("Accounts.create() takes each login once, however it is spelled, also at the same moment", async (
  database,
  stack,
) => {
  const { accounts, db } = await rigOn(database, stack);
  const create = (login: string) =>
    db.writer.transaction((trx) =>
      accounts.create(trx, { login, name: "Anna", language: "zh", password: "scrypt" })
    );
  const made = await Promise.all([ANNA, "ANNA@Example.com", "ａnna@example.com"].map(create));
  const [account, ...others] = made.filter((one) => one !== "taken");
  deepEqual(others, []);
  equal(account?.login, ANNA);
  deepEqual(await accounts.find(account?.id ?? ""), account);
  deepEqual(await accounts.byLogin("Anna@EXAMPLE.com"), account);
  equal(await accounts.byLogin("bert@example.com"), undefined);
  await rejects(create("\u0430nna@example.com"), { name: "InvalidLoginError" });
});

testOnEach("Accounts.change() changes what is given", async (database, stack) => {
  const rig = await rigOn(database, stack);
  const { id } = await rig.account(ANNA);
  equal(await rig.accounts.change(id, { name: "Anne" }), true);
  equal(await rig.accounts.change(id, { language: "en" }), true);
  equal(await rig.accounts.change(id, {}), true);
  const { name, language } = await rig.accounts.find(id) ?? {};
  deepEqual([name, language], ["Anne", "en"]);
  equal(await rig.accounts.change("nobody", { name: "Anne" }), false);
});

testOnEach("Accounts.changePassword() ends all other sessions, and asks for the present password", async (
  database,
  stack,
) => {
  const rig = await rigOn(database, stack);
  const { id } = await rig.account(ANNA);
  const secrets: string[] = [];
  for (let n = 0; n < 3; n++) {
    secrets.push(
      (await rig.sessions.begin({ account: id, address: "203.0.113.9", agent: "" })).secret,
    );
  }
  const found = async () => await Promise.all(secrets.map((secret) => rig.sessions.find(secret)));
  const [mine] = await found();
  const change = (current: string, next: string) =>
    rig.accounts.changePassword(id, { current, next, session: mine?.id });
  equal(await change("a wrong password", NEXT), "wrong");
  await rejects(change(PASSWORD, "short"), /too short/);
  equal((await found()).every((one) => one !== undefined), true);
  equal(await change(PASSWORD, NEXT), "changed");
  deepEqual(await found(), [mine, undefined, undefined]);
  equal(await change(PASSWORD, NEXT), "wrong");
  equal((await rig.logIn({ password: NEXT })).type, "in");
});

testOnEach("Accounts.changePassword() bounds how often one session may guess, and no other's", async (
  database,
  stack,
) => {
  const rig = await rigOn(database, stack);
  const { id } = await rig.account(ANNA);
  const change = (session: string, current = "a wrong password") =>
    rig.accounts.changePassword(id, { current, next: NEXT, session });
  for (let n = 0; n < LOG_IN.wrongPresentPasswords.burst; n++) equal(await change("stolen"), "wrong");
  const before = rig.hashed;
  equal(await change("stolen", PASSWORD), "busy");
  equal(rig.hashed, before, "it hashes nothing");
  equal(await change("mine", PASSWORD), "changed");
});

testOnEach("Accounts.changePassword() changes it once when two change it at the same moment", async (
  database,
  stack,
) => {
  const rig = await rigOn(database, stack);
  const { id } = await rig.account(ANNA);
  const change = (next: string) => rig.accounts.changePassword(id, { current: PASSWORD, next });
  const results = await Promise.all([change(NEXT), change("a third horse")]);
  deepEqual(results.toSorted(), ["changed", "wrong"]);
});

testOnEach("Accounts.setPassword() and removeTotp() let a person in who lost both, and nobody else", async (
  database,
  stack,
) => {
  const rig = await rigOn(database, stack);
  const { id } = await rig.account(ANNA);
  const { recovery: [code = ""] } = await rig.secondFactor(id);
  const { secret } = await rig.sessions.begin({ account: id, address: "203.0.113.9", agent: "" });
  const hashed = await cheapHasher().hash(NEXT);
  await rig.db.writer.transaction(async (trx) => {
    await rig.accounts.setPassword(trx, id, hashed);
    await rig.accounts.removeTotp(trx, id);
  });
  equal(await rig.sessions.find(secret), undefined);
  equal((await rig.logIn({ code })).type, "wrong");
  equal((await rig.logIn({ password: NEXT })).type, "in");
  equal(await rig.db.tables.selectFrom("recovery_codes").selectAll().executeTakeFirst(), undefined);
});

testOnEach("Accounts.confirmTotp() takes the secret that was begun last, and keeps it sealed", async (
  database,
  stack,
) => {
  const rig = await rigOn(database, stack);
  const { id } = await rig.account(ANNA);
  equal(await rig.accounts.confirmTotp(id, "123456"), undefined, "nothing was begun");
  equal(await rig.accounts.beginTotp("nobody"), undefined);
  const first = await rig.accounts.beginTotp(id);
  const second = await rig.accounts.beginTotp(id);
  match(second?.uri ?? "", /^otpauth:\/\/totp\/Kaigui:anna%40example.com\?/);
  equal(await rig.accounts.confirmTotp(id, rig.code(first?.secret ?? "")), undefined);
  equal((await rig.logIn()).type, "in", "it does not count yet");
  const code = rig.code(second?.secret ?? "");
  const confirmed = await Promise.all([
    rig.accounts.confirmTotp(id, code),
    rig.accounts.confirmTotp(id, code),
  ]);
  equal(confirmed.filter((codes) => codes?.length === LOG_IN.recoveryCodes).length, 1, "once");
  const row = await rig.accounts.find(id);
  notEqual(row?.totp, null);
  equal(JSON.stringify(row).includes(second?.secret ?? ""), false);
  equal((await rig.logIn()).type, "code-needed");
});
