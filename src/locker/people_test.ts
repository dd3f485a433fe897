import { equal } from "node:assert/strict";
import { testOnEach } from "../../tests/databases.ts";
import { openDatabase, type Place } from "../db/mod.ts";
import { PERSON } from "../limits.ts";
import { People } from "./people.ts";
import { keptDaysFrom, removeWhatIsOld } from "./retention.ts";

const DAY_MS = 24 * 3600 * 1000;

/** Two programs on one database, with the clock in the test's hand. */
async function rig(place: Place, stack: AsyncDisposableStack) {
  const clock = { now: 1_800_000_000_000 };
  const options = { secret: "the secret of the tests", wallClock: () => clock.now };
  const db = stack.use(await openDatabase(place));
  const programs = [db, stack.use(await openDatabase(place))].map((db) => new People(db, options));
  /** So many guests come at once from there, to one program and the other in turn; how many may. */
  const come = async (count: number, address: string): Promise<number> => {
    const guests = await Promise.all(
      Array.from({ length: count }, (_, n) => programs[n % programs.length]?.addGuest(address)),
    );
    return guests.filter((guest) => guest !== undefined).length;
  };
  const peopleCount = async () => (await db.tables.selectFrom("people").select("id").execute()).length;
  return { db, clock, come, peopleCount };
}

testOnEach("People.addGuest() takes so many from one address within a window, in all programs", async (
  { place },
  stack,
) => {
  const { clock, come, peopleCount } = await rig(place, stack);
  const since = clock.now;
  equal(await come(PERSON.guestsMax - 1, "192.0.2.1"), PERSON.guestsMax - 1);
  clock.now = since + PERSON.guestsWindowMs - 1;
  equal(await come(20, "192.0.2.1"), 1);
  equal(await come(20, "192.0.2.1"), 0);
  equal(await come(20, "192.0.2.2"), 20, "another address");
  equal(await peopleCount(), PERSON.guestsMax + 20, "who is refused is not added");
  clock.now = since + PERSON.guestsWindowMs;
  equal(await come(PERSON.guestsMax + 20, "192.0.2.1"), PERSON.guestsMax, "a new window");
});

testOnEach("What is counted of addresses cannot be read, and goes after a day", async ({ place }, stack) => {
  const { db, clock, come } = await rig(place, stack);
  await come(1, "192.0.2.1");
  const counted = async () =>
    (await db.tables.selectFrom("code_tries").select("subject").execute()).map(({ subject }) => subject);
  equal((await counted()).length, 1);
  equal((await counted()).some((subject) => subject.includes("192.0.2")), false);
  const days = keptDaysFrom({});
  await removeWhatIsOld(db, { days, now: clock.now + DAY_MS + 1, pause: () => Promise.resolve(true) });
  equal((await counted()).length, 0);
});
