import { deepEqual, equal, rejects } from "node:assert/strict";
import { actorFor, OrganizationsRig, root } from "../../testing/rigs/organizations.ts";
import { testOnEach } from "../../testing/servers/databases.ts";
import { OPERATOR } from "../lib/limits.ts";
import { LastOwnerError, RightsChangedError, ScopeExceededError, StaffMistakeError } from "./errors.ts";

const ALL = undefined;

testOnEach("Members.of() tells of the organization's members alone", async ({ place }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  await rig.addOther();
  const owner = await rig.join("main", { role: "owner", tags: ALL });
  const clerk = await rig.join("main", { role: "attendant", tags: ["gym"] });
  const stranger = await rig.join("other", { role: "owner", tags: ALL });
  const used = { hash: "h", account: owner, created_at: 1, address: "", agent: "", ended_at: null };
  await rig.db.tables.insertInto("staff_sessions").values([
    { ...used, id: "1", hash: "1", used_at: 7_000 },
    { ...used, id: "2", hash: "2", used_at: 9_000 },
  ]).execute();
  await rig.db.tables.updateTable("accounts").set({ totp: "sealed" }).where("id", "=", clerk).execute();
  const seen = (await rig.members.of("main")).map(({ createdAt: _at, ...row }) => row);
  const name = "S";
  deepEqual(seen.sort((a, b) => a.login.localeCompare(b.login)), [
    {
      account: owner,
      login: "staff1@example.com",
      name,
      role: "owner",
      tags: ALL,
      hasSecondFactor: false,
      usedAt: 9_000,
    },
    {
      account: clerk,
      login: "staff2@example.com",
      name,
      role: "attendant",
      tags: ["gym"],
      hasSecondFactor: true,
      usedAt: ALL,
    },
  ]);
  equal((await rig.members.find("main", owner))?.role, "owner");
  equal(await rig.members.find("main", stranger), undefined);
  equal((await rig.members.find("other", stranger))?.account, stranger);
});

testOnEach(
  "Members.change() and remove() leave another organization's members alone",
  async ({ place }, stack) => {
    const rig = stack.use(await OrganizationsRig.open(place));
    await rig.addOther();
    const stranger = await rig.join("other", { role: "manager", tags: ALL });
    const owner = actorFor(await rig.caller(await rig.join("main", { role: "owner", tags: ALL }), "main"));
    equal(await rig.members.change(owner, stranger, { role: "viewer", tags: ALL }), undefined);
    equal(await rig.members.remove(owner, stranger), false);
    equal((await rig.members.find("other", stranger))?.role, "manager");
    deepEqual(await rig.acts("change-member"), []);
  },
);

testOnEach("Members.change() changes role and scope, and the audit log says who did it", async (
  { place },
  stack,
) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  const owner = await rig.join("main", { role: "owner", tags: ALL });
  const account = await rig.join("main", { role: "viewer", tags: ALL });
  const by = actorFor(await rig.caller(owner, "main"));
  const member = await rig.members.change(by, account, { role: "manager", tags: ["gym", "b", " gym "] });
  deepEqual([member?.role, member?.tags], ["manager", ["b", "gym"]]);
  deepEqual(await rig.acts("change-member"), [
    { who: `account:${owner}`, role: "owner", subject: account, organization: "main" },
  ]);
  equal(await rig.members.remove(actorFor(await rig.caller(owner, "main")), account), true);
  equal(await rig.callers.ofAccount(account, { session: "session" }), "none");
});

testOnEach(
  "Members.change() refuses a scope without a tag, one with too many, and roles that are none",
  async (
    { place },
    stack,
  ) => {
    const rig = stack.use(await OrganizationsRig.open(place));
    const account = await rig.join("main", { role: "viewer", tags: ALL });
    const change = (role: string, tags: readonly string[]) =>
      rig.members.change(root(), account, { role: role as "viewer", tags });
    const many = Array.from({ length: 10_000 }, (_, n) => `tag ${n}`);
    await rejects(change("viewer", []), {
      name: StaffMistakeError.name,
      message: /names at least one tag, or is left out/,
    });
    await rejects(change("viewer", many), {
      name: StaffMistakeError.name,
      message: RegExp(`up to ${OPERATOR.tagsMax} tags`),
    });
    await rejects(change("viewer", ["a\u202Eb"]), { name: StaffMistakeError.name, message: /U\+202E/ });
    await rejects(change("root", ["a"]), {
      name: StaffMistakeError.name,
      message: /^role: one of owner, manager/,
    });
    equal((await rig.members.find("main", account))?.tags, ALL);
  },
);

testOnEach("Members keep an owner of all cabinets", async ({ place }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  const last = await rig.join("main", { role: "owner", tags: ALL });
  await rig.join("main", { role: "owner", tags: ["gym"] });
  const actor = async () => actorFor(await rig.caller(last, "main"));
  await rejects(rig.members.remove(await actor(), last), LastOwnerError);
  await rejects(rig.members.change(await actor(), last, { role: "manager", tags: ALL }), LastOwnerError);
  await rejects(rig.members.change(await actor(), last, { role: "owner", tags: ["gym"] }), LastOwnerError);
  equal((await rig.members.change(await actor(), last, { role: "owner", tags: ALL }))?.role, "owner");
  await rig.join("main", { role: "owner", tags: ALL });
  equal(await rig.members.remove(await actor(), last), true);
});

testOnEach("one of two owners stays who remove each other at the same moment", async ({ place }, stack) => {
  const rigs = (await OrganizationsRig.openSeveral(place, 2)).map((rig) => stack.use(rig));
  const [rig] = rigs as [OrganizationsRig];
  for (let turn = 0; turn < 5; turn++) {
    const owners = await Promise.all([0, 1].map(() => rig.join("main", { role: "owner", tags: ALL })));
    const callers = await Promise.all(owners.map((owner) => rig.caller(owner, "main")));
    const done = await Promise.allSettled(
      callers.map((caller, index) =>
        (rigs[index] as OrganizationsRig).members.remove(actorFor(caller), owners[1 - index] as string)
      ),
    );
    const errors = done.flatMap((one) => one.status === "rejected" ? [one.reason] : []);
    deepEqual(errors.map((error) => error.name), [RightsChangedError.name]);
    const [left, ...others] = await rig.members.of("main");
    deepEqual([left?.role, others], ["owner", []]);
    await rejects(rig.members.remove(root(), left?.account as string), LastOwnerError);
    // So that the next turn begins with two.
    await rig.db.tables.deleteFrom("memberships").execute();
  }
});

testOnEach("one of the owners stays whom others remove at the same moment", async ({ place }, stack) => {
  const rigs = (await OrganizationsRig.openSeveral(place, 2)).map((rig) => stack.use(rig));
  const [rig] = rigs as [OrganizationsRig];
  const owners = await Promise.all(
    Array.from({ length: 16 }, () => rig.join("main", { role: "owner", tags: ALL })),
  );
  const done = await Promise.allSettled(
    owners.map((owner, index) => (rigs[index % 2] as OrganizationsRig).members.remove(root(), owner)),
  );
  const errors = done.flatMap((one) => one.status === "rejected" ? [one.reason.name] : []);
  deepEqual(errors, [LastOwnerError.name]);
  equal((await rig.members.of("main")).length, 1);
});

testOnEach("an owner of some cabinets gives no more than these", async ({ place }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  const boss = await rig.join("main", { role: "owner", tags: ALL });
  const account = await rig.join("main", { role: "owner", tags: ["a", "b"] });
  const actor = async () => actorFor(await rig.caller(account, "main"));
  await rejects(rig.members.change(await actor(), account, { role: "owner", tags: ALL }), ScopeExceededError);
  await rejects(rig.invitations.invite(await actor(), { role: "owner", tags: ["c"] }), ScopeExceededError);
  await rejects(rig.invitations.reset(await actor(), boss), ScopeExceededError);
  const token = { name: "ERP", role: "owner", tags: ALL } as const;
  await rejects(rig.tokens.create(await actor(), token), ScopeExceededError);
  const made = await rig.tokens.create(await actor(), { ...token, tags: ["a"] });
  const caller = await rig.callers.ofToken(made.token);
  if (typeof caller !== "object") throw new Error("The token does not work");
  await rejects(rig.tokens.create(actorFor(caller), { ...token, tags: ["a", "b"] }), ScopeExceededError);
  equal((await rig.members.change(await actor(), account, { role: "owner", tags: ["b"] }))?.role, "owner");
});
