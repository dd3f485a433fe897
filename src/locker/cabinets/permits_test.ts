import { deepEqual, equal } from "node:assert/strict";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { PERSON } from "../../lib/limits.ts";
import { ANNE, BERT, Rig } from "../../../testing/rigs/locker.ts";
import { root } from "../../../testing/rigs/actor.ts";
import type { Grant } from "./permits.ts";

const HOUR_MS = 3_600_000;

/** The operator gives Anne a permit for the cabinet `cab`, without an end unless one is given; its id. */
async function grant(rig: Rig, but: Partial<Grant> = {}): Promise<string> {
  const wanted = {
    cabinet: "cab",
    person: ANNE,
    cells: undefined,
    from: Date.now(),
    until: undefined,
    ...but,
  };
  const id = crypto.randomUUID();
  await rig.permits.grant({ ...root(), id }, wanted);
  return id;
}

testOnEach("Permits.of() gives what counts now or later, the next one first", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place, { mode: "assigned" }));
  const [from, later] = [Date.now() - HOUR_MS, Date.now() + HOUR_MS];
  await grant(rig, { from: later, cells: [2, 3], until: later + HOUR_MS });
  await grant(rig, { from });
  await grant(rig, { from: from - HOUR_MS, until: from });
  await grant(rig, { person: BERT });
  const revoked = await grant(rig, { cells: [1] });
  await rig.permits.revoke(root(), revoked);
  const iso = (ms: number) => new Date(ms).toISOString();
  const now = { cells: null, from: iso(from) };
  const soon = { cells: [2, 3], from: iso(later), until: iso(later + HOUR_MS) };
  deepEqual(await rig.permits.of("cab", ANNE), [now, soon]);
  deepEqual(await rig.permits.of("other", ANNE), []);
  rig.later = 2 * HOUR_MS;
  deepEqual(await rig.permits.of("cab", ANNE), [now], "its time is up");
});

testOnEach("Permits.of() gives no more than anybody reads", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place, { mode: "assigned" }));
  for (let permit = 0; permit <= PERSON.permitsShownMax; permit++) await grant(rig, { cells: [1] });
  equal((await rig.permits.of("cab", ANNE)).length, PERSON.permitsShownMax);
});

testOnEach(
  "Permits tells the person when one is given or taken away, once each",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place, { mode: "assigned" }));
    const [anne, bert] = [rig.heard(ANNE), rig.heard(BERT)];
    const id = await grant(rig);
    deepEqual(anne, [{ type: "permits", cabinet: "cab" }]);
    const taking = root();
    for (const _ of [1, 2]) await rig.permits.revoke(taking, id);
    deepEqual([anne.length, bert.length], [2, 0], "an act that was done before is not news");
  },
);
