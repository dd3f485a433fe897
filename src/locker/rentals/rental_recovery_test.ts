import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { testOnEach } from "../../../testing/servers/databases.ts";
import { CODE } from "../../lib/limits.ts";
import { ANNE, BERT, Rig } from "../../../testing/rigs/locker.ts";
import { root } from "../../../testing/rigs/actor.ts";
import type { RecoveryCode, RecoveryResult } from "./rental_recovery.ts";

/** Anne's rental, with what she was shown to come back to it. */
async function stored(rig: Rig, person = ANNE) {
  const { id: rental, cell } = await rig.tap(person, { command: "store" });
  const wayBack = await rig.rentalRecovery.show({ cabinet: "cab", rental, person });
  if (!wayBack) throw new Error("Cannot come back");
  return { rental, cell, wayBack };
}

/** Somebody says that the rental is theirs. */
async function claim(
  rig: Rig,
  wayBack: RecoveryCode,
  { person = BERT, address = "192.0.2.1", cabinet = "cab" } = {},
): Promise<RecoveryResult["type"]> {
  return (await rig.rentalRecovery.claim({ ...wayBack, cabinet, person, sessionsFrom: 0, address })).type;
}

async function heldBy(rig: Rig, person: string): Promise<string[]> {
  return (await rig.rentals.of("cab", person)).map(({ rental }) => rental);
}

/** With another last digit: the check digit finds every single wrong one, but not every two. */
function another(digits: string): string {
  return `${digits.slice(0, -1)}${(Number(digits.at(-1)) + 1) % 10}`;
}

testOnEach("a rental moves to the person who knows its secret, once, and its last session ends", async (
  { place },
  stack,
) => {
  const rig = stack.use(await Rig.open(place));
  const { rental, cell, wayBack } = await stored(rig);
  match(wayBack.secret, /^\d{8}$/);
  deepEqual(
    await rig.rentalRecovery.show({ cabinet: "cab", rental, person: ANNE }),
    wayBack,
    "shown again, the same",
  );
  const kept = await rig.db.tables.selectFrom("rentals").selectAll().execute();
  equal(JSON.stringify(kept).includes(wayBack.secret), false, "the database does not know it");
  const code = await rig.code(ANNE, rental);
  const [left, joined] = [rig.heard(ANNE), rig.heard(BERT)];

  deepEqual(
    await rig.rentalRecovery.claim({
      ...wayBack,
      cabinet: "cab",
      person: BERT,
      sessionsFrom: 0,
      address: "",
    }),
    {
      type: "claimed",
      rental,
      cell,
    },
  );
  deepEqual([await heldBy(rig, ANNE), await heldBy(rig, BERT)], [[], [rental]]);
  deepEqual(left.map((event) => event.type === "rental" ? event.rental.reason : event.type), [
    "moved",
    "signed-out",
  ]);
  deepEqual(joined.map((event) => event.type === "rental" && event.rental.state), ["held"]);
  ok((await rig.people.find(ANNE))?.sessionsFrom ?? 0 > Date.now() - 10_000);
  equal((await rig.tap(BERT, { command: "reopen", rental })).state, "opened");
  equal((await rig.tap(ANNE, { command: "reopen", rental })).reason, "forbidden");
  const stranger = (await rig.people.addGuest("192.0.2.9"))?.id ?? "";
  equal((await rig.tap(stranger, { command: "pickup", code, address: "" })).reason, "wrong-code");
  equal(await claim(rig, wayBack, { person: stranger }), "wrong-code", "it was used");
  equal(await claim(rig, wayBack), "claimed", "who has it already may ask again, as after a lost answer");
  const [event] = await rig.db.tables.selectFrom("events").selectAll().where("kind", "=", "moved").execute();
  deepEqual([event?.person, event?.detail, event?.rental], [BERT, ANNE, rental]);
  const next = await rig.rentalRecovery.show({ cabinet: "cab", rental, person: BERT });
  equal(next?.number, wayBack.number);
  notEqual(next?.secret, wayBack.secret);
});

testOnEach("of two who use a secret at once one gets the rental", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const { rental, wayBack } = await stored(rig);
  const people = await Promise.all(Array.from({ length: 5 }, () => rig.people.addGuest("192.0.2.1")));
  const ids = people.map((person) => person?.id ?? "");
  const all = await Promise.all(ids.map((person) => claim(rig, wayBack, { person })));
  deepEqual(all.toSorted(), ["claimed", ...Array(4).fill("wrong-code")]);
  deepEqual(await heldBy(rig, ids[all.indexOf("claimed")] ?? ""), [rental]);
});

testOnEach("who has something else keeps the session", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const { wayBack } = await stored(rig);
  const other = await stored(rig);
  const heard = rig.heard(ANNE);
  equal(await claim(rig, wayBack), "claimed");
  deepEqual(await heldBy(rig, ANNE), [other.rental]);
  deepEqual(heard.map(({ type }) => type), ["rental"]);
  equal((await rig.people.find(ANNE))?.sessionsFrom, 0);
});

testOnEach(
  "a guest's rental moves to a person from WeChat, who needs no way back",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    const { rental, wayBack } = await stored(rig);
    const login = { app: "wx", openid: "o", unionid: undefined, name: "Ming", picture: undefined };
    const { id: ming } = await rig.people.addWechat(login);
    equal(await claim(rig, wayBack, { person: ming }), "claimed");
    equal(await rig.rentalRecovery.show({ cabinet: "cab", rental, person: ming }), undefined);
  },
);

testOnEach(
  "the way back to another person's rental, or to one that is over, is not shown",
  async ({ place }, stack) => {
    const rig = stack.use(await Rig.open(place));
    const { rental, wayBack } = await stored(rig);
    const show = (person: string, cabinet = "cab") => rig.rentalRecovery.show({ cabinet, rental, person });
    equal(await show(BERT), undefined);
    equal(await show(ANNE, "other"), undefined);
    await rig.acts.endRental(root(), rental);
    equal(await show(ANNE), undefined);
    equal(await claim(rig, wayBack), "over", "told only to who knows the secret");
    equal(await claim(rig, { ...wayBack, secret: another(wayBack.secret) }), "wrong-code");
  },
);

testOnEach("a wrong number, a wrong secret and another cabinet move nothing", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const { rental, wayBack } = await stored(rig);
  const { number, secret } = wayBack;
  equal(await claim(rig, { number: another(number), secret }), "bad-number");
  equal(await claim(rig, { number, secret: another(secret) }), "wrong-code");
  equal(await claim(rig, wayBack, { cabinet: "other" }), "wrong-code");
  equal(
    await claim(rig, wayBack, { person: ANNE, cabinet: "other" }),
    "wrong-code",
    "nor for its own person",
  );
  deepEqual(await heldBy(rig, ANNE), [rental]);
  equal(await claim(rig, wayBack), "claimed");
});

testOnEach("strangers who guess cannot keep out who knows the secret", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const { rental, wayBack } = await stored(rig);
  const wrong = { ...wayBack, secret: another(wayBack.secret) };
  const guesses = await Promise.all(Array.from({ length: 40 }, async (_, n) => {
    const address = `198.51.100.${n}`;
    const person = (await rig.people.addGuest(address))?.id ?? "";
    return await claim(rig, wrong, { person, address });
  }));
  ok(guesses.includes("blocked"), "guessing comes to an end");
  ok(guesses.filter((one) => one === "wrong-code").length >= CODE.wrongPerRentalFree);
  equal(await claim(rig, wayBack, { address: "203.0.113.1" }), "claimed");
  deepEqual(await heldBy(rig, BERT), [rental]);
});

testOnEach("what a friend is collecting moves, and the friend goes on", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const { rental, wayBack } = await stored(rig);
  const code = await rig.code(ANNE, rental);
  rig.evidence = () => ({ state: "failed", reason: "did-not-open" });
  equal((await rig.tap(BERT, { command: "pickup", code, address: "" })).state, "failed");
  const person = (await rig.people.addGuest("192.0.2.9"))?.id ?? "";
  equal(await claim(rig, wayBack, { person }), "claimed");
  rig.evidence = () => ({ state: "opened" });
  equal((await rig.tap(BERT, { command: "retrieve", rental })).state, "opened");
  equal((await rig.rentals.of("cab", person))[0]?.collecting, true);
});

testOnEach("the friend who collects may be given the rental as well", async ({ place }, stack) => {
  const rig = stack.use(await Rig.open(place));
  const { rental, wayBack } = await stored(rig);
  const code = await rig.code(ANNE, rental);
  await rig.tap(BERT, { command: "pickup", code, address: "" });
  equal(await claim(rig, wayBack), "claimed");
  const [view] = await rig.rentals.of("cab", BERT);
  deepEqual([view?.rental, view?.picked, view?.collecting], [rental, undefined, undefined]);
});
