import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { until } from "../../testing/until.ts";
import { actorFor, OrganizationsRig, root } from "../../testing/rigs/organizations.ts";
import { testOnEach, testOnPostgres } from "../../testing/servers/databases.ts";
import { RETENTION } from "../lib/limits.ts";
import { insertPerson } from "../db/queries/people.ts";
import { LimitReachedError, OrganizationTakenError, StaffMistakeError } from "./errors.ts";
import type { NewOrganization } from "./organizations.ts";

const OTHER = { id: "other", name: "Other", language: "en", timeZone: "Europe/Berlin" } as const;

testOnEach(
  "Organizations.create() makes one, and what existed is the first one's",
  async ({ place }, stack) => {
    const rig = stack.use(await OrganizationsRig.open(place));
    equal(await rig.organizations.count(), 1);
    const contact = { telephone: "0571 1234567" };
    const { createdAt, ...made } = await rig.organizations.create(root(), { ...OTHER, contact });
    equal(Math.abs(createdAt - rig.now) < 60_000, true);
    deepEqual(made, { ...OTHER, contact, secondFactorRoles: [] });
    deepEqual((await rig.organizations.list()).map(({ id }) => id), ["main", "other"]);
    deepEqual(await rig.organizations.find("other"), { ...made, createdAt });
    equal(await rig.organizations.find("\0"), undefined);
    await rejects(rig.organizations.create(root(), OTHER), OrganizationTakenError);
    equal(await rig.organizations.count(), 2);
    deepEqual((await rig.acts("create-organization")).map(({ subject }) => subject), ["other"]);
  },
);

testOnEach("Organizations.create() refuses what is not wanted", async ({ place }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  const wrong: [object, RegExp][] = [
    [{ id: "Other" }, /^id: small letters/],
    [{ id: "a/b" }, /^id: /],
    [{ name: "" }, /^name: /],
    [{ name: "a\u202Eb" }, /^name: .*U\+202E/],
    [{ language: "fr" }, /^language: /],
    [{ timeZone: "Mars/Olympus" }, /^timeZone: an IANA time zone/],
    [{ timeZone: "+08:00" }, /^timeZone: /],
    [{ timeZone: "\0" }, /^timeZone: /],
    [{ contact: {} }, /^contact: give a telephone/],
    [{ more: 1 }, /more/],
  ];
  for (const [but, message] of wrong) {
    const wanted = { ...OTHER, ...but } as NewOrganization;
    await rejects(rig.organizations.create(root(), wanted), { name: StaffMistakeError.name, message });
  }
  equal(await rig.organizations.count(), 1);
});

testOnEach("the second organization makes all people visitors of the first", async ({ place }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  const { tables } = rig.db;
  // More than one step has, several at the same time, and one who came just now.
  const times = [...Array(RETENTION.stepMax * 2 + 1).keys()].map((n) => Math.floor(n / 3)).concat(rig.now);
  const people = times.map((created_at, n) => ({ id: `p${n}`, created_at }));
  const usual = { kind: "guest", name: "", picture: null, sessions_from: 0, leaving_at: null } as const;
  await tables.insertInto("people").values(people.map((person) => ({ ...usual, ...person }))).execute();
  const known = { organization: "main", person: "p7", since: 99, leaving_at: null };
  await tables.insertInto("visits").values(known).execute();
  await rig.organizations.create(root(), OTHER);
  await insertPerson(tables, { id: "later", kind: "guest", name: "", created_at: 12 });
  await rig.organizations.create(root("other"), { ...OTHER, id: "third" });
  const visits = await tables.selectFrom("visits").select(["organization", "person", "since"]).execute();
  deepEqual(
    visits.map(({ organization, person, since }) => `${organization} ${person} ${since}`).sort(),
    people.map(({ id, created_at }) => `main ${id} ${id === "p7" ? 99 : created_at}`).sort(),
  );
});

testOnEach("Organizations.change() changes what is given, of the actor's own organization", async (
  { place },
  stack,
) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  await rig.addOther();
  const account = await rig.join("other", { role: "owner", tags: undefined });
  const owner = async () => actorFor(await rig.caller(account, "other"));
  const changed = await rig.organizations.change(await owner(), "other", {
    timeZone: "Asia/Shanghai",
    contact: { text: "at the desk" },
    secondFactorRoles: ["owner", "owner"],
  });
  const { createdAt: _at, ...fields } = changed ?? {};
  deepEqual(fields, {
    id: "other",
    name: "Other",
    language: "en",
    timeZone: "Asia/Shanghai",
    contact: { text: "at the desk" },
    secondFactorRoles: ["owner"],
  });
  equal((await rig.organizations.change(root(), "other", { contact: null }))?.contact, null);
  equal(await rig.organizations.change(root("other"), "nowhere", { name: "N" }), undefined);
  deepEqual((await rig.acts("change-organization")).map(({ organization }) => organization), [
    "other",
    "other",
  ]);
});

testOnEach("Organizations.change() leaves another organization alone", async ({ place }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  await rig.addOther();
  const account = await rig.join("other", { role: "owner", tags: undefined });
  const owner = actorFor(await rig.caller(account, "other"));
  equal(await rig.organizations.change(owner, "main", { name: "Mine" }), undefined);
  equal((await rig.organizations.find("main"))?.name, "");
});

testOnPostgres("Organizations.change() locks the organization before the member who changes it", async (
  { place, query },
  stack,
) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  await rig.join("main", { role: "owner", tags: undefined });
  const account = await rig.join("main", { role: "owner", tags: undefined });
  const caller = await rig.caller(account, "main");
  let removing: Promise<boolean> | undefined;
  const confirm: typeof caller.confirm = async (trx) => {
    await caller.confirm(trx);
    removing ??= rig.members.remove(root(), account);
    const waiting = async () =>
      await query<{ query: string }>(
        "select query from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
    await until(async () => (await waiting()).length > 0);
    // Waiting for the member would be half of a deadlock.
    match((await waiting())[0]?.query ?? "", /from "organizations"/);
  };
  equal((await rig.organizations.change(actorFor({ ...caller, confirm }), "main", { name: "N" }))?.name, "N");
  equal(await removing, true);
});

testOnEach("Organizations.create() stops at the limit", async ({ place }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  const common = { name: "N", language: "zh", time_zone: "Asia/Shanghai", contact: null, created_at: 1 };
  const rows = Array.from({ length: 999 }, (_, n) => ({ ...common, id: `o${n}`, second_factor_roles: "[]" }));
  await rig.db.tables.insertInto("organizations").values(rows).execute();
  await rejects(rig.organizations.create(root(), OTHER), LimitReachedError);
});
