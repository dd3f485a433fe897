import { deepEqual, equal, rejects } from "node:assert/strict";
import { until } from "../../testing/until.ts";
import { actorFor, OrganizationsRig, root } from "../../testing/rigs/organizations.ts";
import { testOnEach, testOnPostgres } from "../../testing/servers/databases.ts";
import { Callers } from "./caller.ts";
import { RightsChangedError } from "./errors.ts";
import { newToken } from "./token_text.ts";

const ALL = undefined;
const session = "session";

testOnEach(
  "Callers.ofAccount() finds the organization that is named, or the only one",
  async ({ place }, stack) => {
    const rig = stack.use(await OrganizationsRig.open(place));
    await rig.addOther();
    const account = await rig.join("main", { role: "manager", tags: ["gym", "hangzhou"] });
    const { callers } = rig;
    const { confirm: _confirm, ...caller } = await rig.caller(account, "main");
    deepEqual(caller, {
      who: `account:${account}`,
      kind: "account",
      organization: "main",
      role: "manager",
      tags: ["gym", "hangzhou"],
      account,
      session,
    });
    const only = await callers.ofAccount(account, { session });
    equal(typeof only === "object" && only.organization, "main");
    for (const organization of ["other", "nowhere", "\0"]) {
      equal(await callers.ofAccount(account, { organization, session }), "unknown-organization");
    }
    await rig.joins("other", { role: "viewer", tags: ALL }, { id: account });
    equal(await callers.ofAccount(account, { session }), "which");
    equal((await rig.caller(account, "other")).role, "viewer");
    equal(await callers.ofAccount(account, { organization: "nowhere", session }), "unknown-organization");
    equal(await callers.ofAccount(crypto.randomUUID(), { session }), "none");
  },
);

testOnEach("Callers.ofAccount() wants a second factor where the organization says so of the role", async (
  { place },
  stack,
) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  await rig.addOther();
  const account = await rig.join("main", { role: "manager", tags: ALL });
  await rig.joins("other", { role: "manager", tags: ALL }, { id: account });
  await rig.organizations.change(root(), "main", { secondFactorRoles: ["owner", "manager"] });
  const look = () => rig.callers.ofAccount(account, { organization: "main", session });
  equal(await look(), "second-factor");
  equal((await rig.caller(account, "other")).role, "manager");
  await rig.db.tables.updateTable("accounts").set({ totp: "sealed" }).execute();
  equal(typeof await look(), "object");
});

testOnEach("confirm() throws when the role, the scope or the membership was changed meanwhile", async (
  { place },
  stack,
) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  await rig.join("main", { role: "owner", tags: ALL });
  const account = await rig.join("main", { role: "owner", tags: ALL });
  const changes = [
    () => rig.members.change(root(), account, { role: "owner", tags: ["gym"] }),
    () => rig.members.change(root(), account, { role: "manager", tags: ["gym"] }),
    () => rig.members.remove(root(), account),
  ];
  for (const change of changes) {
    const before = await rig.caller(account, "main");
    await change();
    const write = rig.invitations.invite(actorFor(before), { role: "owner", tags: ["gym"] });
    await rejects(write, RightsChangedError);
  }
  deepEqual(await rig.invitations.of("main"), []);
});

testOnEach("confirm() throws when the token was revoked meanwhile", async ({ place }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  const { id, token } = await rig.tokens.create(root(), { name: "ERP", role: "owner", tags: ALL });
  const caller = await rig.callers.ofToken(token);
  if (typeof caller !== "object") throw new Error("The token does not work");
  await rig.members.remove(actorFor(caller), crypto.randomUUID());
  await rig.tokens.revoke(root(), id);
  await rejects(rig.invitations.invite(actorFor(caller), { role: "viewer", tags: ALL }), RightsChangedError);
});

testOnPostgres("confirm() keeps the rights as they are until the transaction ends", async (
  { place, query },
  stack,
) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  await rig.join("main", { role: "owner", tags: ALL });
  const account = await rig.join("main", { role: "manager", tags: ALL });
  const caller = await rig.caller(account, "main");
  const order: string[] = [];
  const { promise: taken, resolve } = Promise.withResolvers<boolean>();
  await rig.auditLog.do(actorFor(caller), { act: "open", cabinet: "cab" }, async () => {
    resolve(rig.members.remove(root(), account).finally(() => order.push("removed")));
    await until(async () =>
      (await query(
        "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      )).length > 0
    );
    order.push("opened");
    return [];
  });
  equal(await taken, true);
  deepEqual(order, ["opened", "removed"]);
});

testOnEach("Callers.ofToken() finds tokens that work, each of one organization", async ({ place }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  await rig.addOther();
  const until = rig.now + 60_000;
  const { id, token } = await rig.tokens.create(root("other"), {
    name: "ERP",
    role: "viewer",
    tags: ["a"],
    until,
  });
  const of = (organization?: string) => rig.callers.ofToken(token, { organization });
  for (const named of [undefined, "other"]) {
    const caller = await of(named);
    if (typeof caller !== "object") throw new Error("The token does not work");
    const { confirm: _confirm, ...others } = caller;
    const tags = ["a"];
    deepEqual(others, {
      who: `token:${id}`,
      kind: "token",
      organization: "other",
      role: "viewer",
      tags,
      account: undefined,
      session: undefined,
    });
  }
  equal(await of("main"), "unknown-organization");
  equal(await rig.callers.ofToken(newToken()), undefined);
  rig.later = 60_001;
  equal(await of(), undefined, "it has ended");
  rig.later = 0;
  await rig.tokens.revoke(root("other"), id);
  equal(await of(), undefined, "it was revoked");
});

testOnEach("Callers.ofToken() asks no database of a text that is not a token", async ({ place }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  const { token } = await rig.tokens.create(root(), { name: "ERP", role: "viewer", tags: ALL });
  let asked = 0;
  const db = {
    ...rig.db,
    get tables() {
      asked++;
      return rig.db.tables;
    },
  };
  asked = 0;
  const callers = new Callers(db, { wallClock: Date.now });
  const wrong = token.slice(0, -1) + (token.endsWith("0") ? "1" : "0");
  for (const text of [wrong, token.toLowerCase().replace("kg_", "kg-"), "", "\0", token + token]) {
    equal(await callers.ofToken(text), undefined);
  }
  equal(asked, 0);
  equal(typeof await callers.ofToken(token), "object");
  equal(asked, 1);
});

testOnEach("Callers.ofToken() writes the last use at most once a minute", async ({ place }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  const { token } = await rig.tokens.create(root(), { name: "ERP", role: "viewer", tags: ALL });
  const start = rig.now;
  const use = async (later: number) => {
    rig.later = later;
    await rig.callers.ofToken(token);
    await rig.db.writer.idle();
    return ((await rig.tokens.of("main"))[0]?.usedAt ?? 0) - start;
  };
  const first = await use(0);
  equal(first >= 0, true);
  equal(await use(50_000), first);
  equal(await use(75_000) >= 75_000, true);
});

testOnEach("Callers.ofRoot() may do all for the organization that it names, or for the first", async (
  { place },
  stack,
) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  await rig.addOther();
  const organizations = await Promise.all([undefined, "other", "nowhere", "\0"].map(async (organization) => {
    const caller = await rig.callers.ofRoot({ organization });
    return typeof caller === "string" ? caller : [caller.organization, caller.who, caller.role, caller.tags];
  }));
  deepEqual(organizations, [
    ["main", "operator", undefined, undefined],
    ["other", "operator", undefined, undefined],
    "unknown-organization",
    "unknown-organization",
  ]);
});
