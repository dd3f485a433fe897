import { deepEqual, equal, rejects } from "node:assert/strict";
import { OrganizationsRig, root } from "../../testing/rigs/organizations.ts";
import { testOnEach } from "../../testing/servers/databases.ts";
import { STAFF } from "../lib/limits.ts";
import { keptDaysFrom, removeWhatIsOld } from "../locker/maintenance/retention.ts";
import { AlreadyMadeError, LimitReachedError, StaffMistakeError } from "./errors.ts";

const ALL = undefined;
const DAY_MS = 24 * 3600 * 1000;
const WANTED = { name: "ERP", role: "manager", tags: ALL } as const;

testOnEach(
  "StaffTokens.create() returns the token once and keeps only its hash",
  async ({ place, query }, stack) => {
    const rig = stack.use(await OrganizationsRig.open(place));
    await rig.addOther();
    const until = rig.now + DAY_MS;
    const by = root();
    const { id, token } = await rig.tokens.create(by, { ...WANTED, name: " ERP ", tags: ["b", "a"], until });
    equal(id, by.id);
    const [{ createdAt = 0, ...row } = {}, ...others] = await rig.tokens.of("main");
    equal(createdAt <= rig.now, true);
    const unused = { usedAt: undefined, revokedAt: undefined };
    const rights = { role: "manager", tags: ["a", "b"], until };
    deepEqual(row, { id, name: "ERP", createdBy: "operator", ...rights, ...unused });
    deepEqual([others, await rig.tokens.of("other")], [[], []]);
    const stored = JSON.stringify([
      await query("select * from staff_tokens"),
      await query("select * from acts"),
    ]);
    equal(stored.includes(token.slice(3, 20)), false);
    await rejects(rig.tokens.create(by, WANTED), AlreadyMadeError);
    equal((await rig.tokens.of("main")).length, 1);
  },
);

testOnEach(
  "StaffTokens.create() refuses an end in the past, and a name that is none",
  async ({ place }, stack) => {
    const rig = stack.use(await OrganizationsRig.open(place));
    const mistake = { name: StaffMistakeError.name };
    for (const until of [0, rig.now - 1, NaN, Infinity, rig.now + 1_000.5]) {
      await rejects(rig.tokens.create(root(), { ...WANTED, until }), {
        ...mistake,
        message: /^until: a time to come/,
      });
    }
    await rejects(rig.tokens.create(root(), { ...WANTED, name: " " }), { ...mistake, message: /^name: / });
    await rejects(rig.tokens.create(root(), { ...WANTED, tags: [] }), {
      ...mistake,
      message: /at least one tag/,
    });
    deepEqual(await rig.tokens.of("main"), []);
  },
);

testOnEach(
  "StaffTokens.create() counts the tokens that work, also of requests at once",
  async ({ place }, stack) => {
    const rig = stack.use(await OrganizationsRig.open(place));
    const make = () => rig.tokens.create(root(), WANTED);
    const done = await Promise.allSettled(Array.from({ length: STAFF.tokensMax + 5 }, make));
    const refused = done.flatMap((one) => one.status === "rejected" ? [one.reason.name] : []);
    deepEqual(refused, Array(5).fill(LimitReachedError.name));
    const [first] = await rig.tokens.of("main");
    equal(await rig.tokens.revoke(root(), first?.id as string), true);
    await make();
    equal((await rig.tokens.of("main")).length, STAFF.tokensMax + 1);
  },
);

testOnEach("StaffTokens.revoke() revokes tokens of its own organization, once", async ({ place }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  await rig.addOther();
  const { id, token } = await rig.tokens.create(root(), WANTED);
  equal(await rig.tokens.revoke(root("other"), id), false);
  equal(typeof await rig.callers.ofToken(token), "object");
  equal(await rig.tokens.revoke(root(), id), true);
  const [before] = await rig.tokens.of("main");
  rig.later = 1_000;
  equal(await rig.tokens.revoke(root(), id), true);
  deepEqual(await rig.tokens.of("main"), [before]);
  equal(await rig.tokens.revoke(root(), crypto.randomUUID()), false);
});

testOnEach("tokens that work no longer are listed for a while", async ({ place }, stack) => {
  const rig = stack.use(await OrganizationsRig.open(place));
  const kept = await rig.tokens.create(root(), { ...WANTED, name: "kept" });
  await rig.tokens.create(root(), { ...WANTED, name: "ended", until: rig.now + DAY_MS });
  const { id } = await rig.tokens.create(root(), { ...WANTED, name: "revoked" });
  await rig.tokens.revoke(root(), id);
  const left = async (days: number) => {
    const now = rig.now + days * DAY_MS;
    await removeWhatIsOld(rig.db, { days: keptDaysFrom({}), now, pause: () => Promise.resolve(true) });
    return (await rig.tokens.of("main")).map(({ name }) => name).sort();
  };
  deepEqual(await left(89), ["ended", "kept", "revoked"]);
  deepEqual(await left(90.5), ["ended", "kept"]);
  deepEqual(await left(91.5), ["kept"]);
  deepEqual(await left(10_000), ["kept"]);
  equal(typeof await rig.callers.ofToken(kept.token), "object");
});
