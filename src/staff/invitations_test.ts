import { deepEqual, equal, rejects } from "node:assert/strict";
import { actorFor, OrganizationsRig, root } from "../../testing/rigs/organizations.ts";
import { testOnEach } from "../../testing/servers/databases.ts";
import { STAFF } from "../lib/limits.ts";
import { keptDaysFrom, removeWhatIsOld } from "../locker/maintenance/retention.ts";
import {
  AlreadyMadeError,
  AlreadyMemberError,
  ForeignAccountError,
  LimitReachedError,
  LoginTakenError,
  StaffMistakeError,
  UnknownInvitationError,
} from "./errors.ts";

const ALL = undefined;
const FROM = { address: "10.9.9.9" };
const HOUR_MS = 3600 * 1000;
const NEW = { login: "anne@example.com", name: "Anne", language: "en", password: "a long password" };
const OWNER = { role: "owner", tags: ALL } as const;

testOnEach("Invitations.accept() makes a new account a member", async ({ place, query }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  await rig.addOther();
  const by = root("other");
  const invited = await rig.invitations.invite(by, { role: "manager", tags: ["gym"], note: "Anne" });
  const { id, secret, until } = invited;
  const [{ createdAt = 0, ...row } = {}] = await rig.invitations.of("other");
  deepEqual(row, { id, kind: "join", account: ALL, role: "manager", tags: ["gym"], note: "Anne", until });
  equal(until - createdAt, 72 * HOUR_MS);
  deepEqual(await rig.invitations.look(secret), {
    kind: "join",
    organization: { id: "other", name: "Other" },
    role: "manager",
    login: ALL,
    until,
  });
  const account = await rig.invitations.accept(secret, NEW, FROM);
  deepEqual(await rig.db.tables.selectFrom("accounts").select(["id", "login", "password"]).execute(), [
    { id: account, login: NEW.login, password: `hash of ${NEW.password}` },
  ]);
  const { role, tags } = await rig.caller(account, "other");
  deepEqual([role, tags], ["manager", ["gym"]]);
  deepEqual(await rig.acts("join"), [
    { who: `account:${account}`, role: "manager", subject: account, organization: "other" },
  ]);
  equal(JSON.stringify(await query("select * from acts")).includes(secret), false);
  await rejects(rig.invitations.invite(by, OWNER), AlreadyMadeError);
  deepEqual(await rig.invitations.of("other"), []);
});

testOnEach("a link that was used at the same moment makes one member", async ({ place }, stack) => {
  const rigs = (await OrganizationsRig.openSeveral(place, 2)).map((rig) => stack.use(rig));
  const [rig] = rigs as [OrganizationsRig];
  const { secret } = await rig.invitations.invite(root(), OWNER);
  const accept = (_: unknown, n: number) =>
    (rigs[n % 2] as OrganizationsRig).invitations.accept(
      secret,
      { ...NEW, login: `a${n}@example.com` },
      FROM,
    );
  const done = await Promise.allSettled(Array.from({ length: 6 }, accept));
  const errors = done.flatMap((one) => one.status === "rejected" ? [one.reason.name] : []);
  deepEqual(errors, Array(5).fill(UnknownInvitationError.name));
  equal((await rig.members.of("main")).length, 1);
  equal((await rig.db.tables.selectFrom("accounts").select("id").execute()).length, 1);
});

testOnEach("Invitations.accept() hashes nothing for a link that does not work", async ({ place }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  const { id, secret } = await rig.invitations.invite(root(), OWNER);
  const old = await rig.invitations.invite(root(), OWNER);
  equal(await rig.invitations.revoke(root(), id), true);
  equal(await rig.invitations.revoke(root(), id), false);
  rig.later = 72 * HOUR_MS;
  const last = secret.endsWith("A") ? "E" : "A";
  for (const wrong of [secret, old.secret, secret.slice(0, -1) + last, "", "\0", "x".repeat(100_000)]) {
    equal(await rig.invitations.look(wrong), undefined);
    await rejects(rig.invitations.accept(wrong, NEW, FROM), UnknownInvitationError);
  }
  deepEqual([rig.hashed, await rig.invitations.of("main")], [[], []]);
  const kept = () => rig.db.tables.selectFrom("invitations").select("id").execute();
  equal((await kept()).length, 1);
  await removeWhatIsOld(rig.db, { days: keptDaysFrom({}), now: rig.now, pause: () => Promise.resolve(true) });
  equal((await kept()).length, 0);
});

testOnEach("Invitations.accept() leaves a link that it cannot use as it is", async ({ place }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  const account = await rig.joins("main", OWNER, NEW);
  const { secret } = await rig.invitations.invite(root(), { role: "viewer", tags: ALL });
  const accept = (answer: Parameters<typeof rig.invitations.accept>[1]) =>
    rig.invitations.accept(secret, answer, FROM);
  await rejects(accept(NEW), LoginTakenError);
  await rejects(accept({ id: account }), AlreadyMemberError);
  await rejects(accept({ id: crypto.randomUUID() }), StaffMistakeError);
  await rejects(accept({ password: "another password" }), StaffMistakeError);
  equal((await rig.caller(account, "main")).role, "owner");
  equal((await rig.invitations.look(secret))?.role, "viewer");
  await accept({ ...NEW, login: "bert@example.com" });
});

testOnEach("Invitations.revoke() leaves another organization's links alone", async ({ place }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  await rig.addOther();
  const { id, secret } = await rig.invitations.invite(root("other"), OWNER);
  equal(await rig.invitations.revoke(root(), id), false);
  deepEqual(await rig.invitations.of("main"), []);
  equal((await rig.invitations.look(secret))?.organization.id, "other");
});

testOnEach(
  "Invitations.invite() counts open links, and refuses what is not wanted",
  async ({ place }, stack) => {
    const rig = stack.use(await OrganizationsRig.open(place));
    const mistake = { name: StaffMistakeError.name };
    const invite = (but: object = {}) => rig.invitations.invite(root(), { ...OWNER, ...but });
    await rejects(invite({ tags: [] }), { ...mistake, message: /^tags: a scope names at least one tag/ });
    await rejects(invite({ role: "boss" }), { ...mistake, message: /^role: / });
    await rejects(invite({ note: "a\u200Bb" }), { ...mistake, message: /^note: .*U\+200B/ });
    const done = await Promise.allSettled(Array.from({ length: STAFF.invitationsMax + 3 }, () => invite()));
    const refused = done.flatMap((one) => one.status === "rejected" ? [one.reason.name] : []);
    deepEqual(refused, Array(3).fill(LimitReachedError.name));
    rig.later = 72 * HOUR_MS;
    await invite();
  },
);

testOnEach("Invitations.accept() stops at the limit of members", async ({ place }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  const common = { organization: "main", role: "viewer", tags: null, created_at: 1 } as const;
  const rows = Array.from({ length: STAFF.membersMax }, (_, n) => ({ ...common, account: `a${n}` }));
  await rig.db.tables.insertInto("memberships").values(rows).execute();
  await rejects(rig.join("main", OWNER), LimitReachedError);
  equal(await rig.db.tables.selectFrom("accounts").select("id").executeTakeFirst(), undefined);
});

testOnEach("a reset gives a new password, takes the second factor and ends the sessions", async (
  { place },
  stack,
) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  const owner = await rig.join("main", OWNER);
  const account = await rig.joins("main", { role: "manager", tags: ALL }, NEW);
  const { tables } = rig.db;
  await tables.updateTable("accounts").set({ totp: "sealed" }).where("id", "=", account).execute();
  await tables.insertInto("recovery_codes").values({ account, hash: "h" }).execute();
  await tables.insertInto("staff_sessions").values({
    ...{ id: "1", hash: "1", account, created_at: 1, used_at: 1, address: "", agent: "", ended_at: null },
  }).execute();
  const reset = async () => await rig.invitations.reset(actorFor(await rig.caller(owner, "main")), account);
  const before = await reset();
  const { secret = "", until } = await reset() ?? {};
  equal(await rig.invitations.look(before?.secret ?? ""), undefined, "a newer one replaces it");
  const organization = { id: "main", name: "" };
  deepEqual(await rig.invitations.look(secret), {
    kind: "reset",
    organization,
    role: ALL,
    login: NEW.login,
    until,
  });
  await rejects(rig.invitations.accept(secret, { id: owner }, FROM), StaffMistakeError);
  equal(await rig.invitations.accept(secret, { password: "new" }, FROM), account);
  await rejects(rig.invitations.accept(secret, { password: "newer" }, FROM), UnknownInvitationError);
  deepEqual(
    await tables.selectFrom("accounts").select(["password", "totp"]).where("id", "=", account).execute(),
    [
      { password: "hash of new", totp: null },
    ],
  );
  deepEqual(await tables.selectFrom("recovery_codes").selectAll().execute(), []);
  deepEqual(
    (await tables.selectFrom("staff_sessions").select("ended_at").execute()).map((row) =>
      row.ended_at === null
    ),
    [
      false,
    ],
  );
  const by = [[`account:${owner}`, "owner"], [`account:${owner}`, "owner"], [
    `account:${account}`,
    "manager",
  ]];
  deepEqual((await rig.acts("reset-account")).map(({ who, role }) => [who, role]), by);
});

testOnEach("an owner resets no account that is staff of another organization, before or after", async (
  { place },
  stack,
) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  await rig.addOther();
  const owner = await rig.join("main", OWNER);
  const account = await rig.join("main", { role: "manager", tags: ALL });
  const foreign = await rig.join("other", OWNER);
  const actor = async () => actorFor(await rig.caller(owner, "main"));
  const before = await rig.invitations.reset(await actor(), account);
  await rig.joins("other", OWNER, { id: account });
  const { secret } = before ?? { secret: "" };
  await rejects(rig.invitations.accept(secret, { password: "mine now" }, FROM), UnknownInvitationError);
  await rejects(rig.invitations.reset(await actor(), account), ForeignAccountError);
  equal(await rig.invitations.reset(await actor(), foreign), undefined, "it is not seen");
  equal(await rig.invitations.reset(await actor(), crypto.randomUUID()), undefined);
  equal(await rig.invitations.reset(root(), crypto.randomUUID()), undefined);
  equal(rig.hashed.includes("mine now"), false);
  const byRoot = await rig.invitations.reset(root(), account);
  equal(await rig.invitations.accept(byRoot?.secret ?? "", { password: "new" }, FROM), account);
});

testOnEach(
  "of a reset and a join at the same moment, none lets an owner into foreign staff's account",
  async (
    { place },
    stack,
  ) => {
    const rigs = (await OrganizationsRig.openSeveral(place, 2)).map((rig) => stack.use(rig));
    const [rig, beside] = rigs as [OrganizationsRig, OrganizationsRig];
    await rig.addOther();
    const owner = await rig.caller(await rig.join("main", OWNER), "main");
    for (let turn = 0; turn < 5; turn++) {
      const account = await rig.join("main", { role: "viewer", tags: ALL });
      const { secret } = await rig.invitations.invite(root("other"), OWNER);
      const [reset] = await Promise.allSettled([
        beside.invitations.reset(actorFor(owner), account),
        rig.invitations.accept(secret, { id: account }, FROM),
      ]);
      equal((await rig.caller(account, "other")).role, "owner");
      const link = reset.status === "fulfilled" ? reset.value?.secret ?? "" : "";
      equal(await rig.invitations.look(link), undefined);
    }
  },
);

testOnEach("Invitations.firstOwner() makes a link while there is no account", async ({ place }, stack) => {
  const rigs = (await OrganizationsRig.openSeveral(place, 3)).map((rig) => stack.use(rig));
  const [rig] = rigs as [OrganizationsRig];
  const made = await Promise.all(rigs.map(({ invitations }) => invitations.firstOwner()));
  const look = async (secret: string | undefined) => await rig.invitations.look(secret ?? "") !== undefined;
  equal((await Promise.all(made.map(look))).filter(Boolean).length, 1, "the last one works");
  const secret = await rig.invitations.firstOwner();
  equal((await Promise.all(made.map(look))).filter(Boolean).length, 0, "a newer one replaces it");
  const account = await rig.invitations.accept(secret ?? "", NEW, FROM);
  const { role, tags } = await rig.caller(account, "main");
  deepEqual([role, tags], ["owner", undefined]);
  equal(await rig.invitations.firstOwner(), undefined);
});

testOnEach("the first owner's link works no longer once there is an account", async ({ place }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  await rig.addOther();
  const secret = await rig.invitations.firstOwner() ?? "";
  await rig.join("other", OWNER);
  equal(await rig.invitations.look(secret), undefined);
});
