/**
 * Guesses of what lets staff in: they are slowed down and told, and the staff whose logins are guessed notices nothing.
 *
 * @module
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { newSecret } from "../../src/staff/secrets.ts";
import { newToken as randomToken } from "../../src/staff/token_text.ts";
import { delay } from "../../src/lib/concurrency/delay.ts";
import { GUESS, LOG_IN, PERSON } from "../../src/lib/limits.ts";
import { api, putCabinet, untilOnline } from "../../testing/api.ts";
import { Device } from "../../testing/device.ts";
import { guestCookie, Page } from "../../testing/page.ts";
import { Program } from "../../testing/program.ts";
import { until } from "../../testing/until.ts";
import { say } from "../../testing/measurement.ts";
import { type DatabaseTest, testOnEach } from "../../testing/servers/databases.ts";
import {
  bearer,
  codeOf,
  firstOwner,
  member,
  newToken,
  ownerLink,
  StaffBrowser,
} from "../../testing/staff_client.ts";
import { sized } from "../../testing/test_run.ts";
import { refusals } from "../../testing/wechat_rig.ts";
import { SIZE } from "../sizes.ts";

const OWNER = "owner@example.com";
/** Where the owner logged in from before. */
const HOME = "198.51.100.1";
/** Tries of each address, where there are fewer addresses than 50. */
const TRIES_MIN = 10;
const ADDRESSES_MAX = 50;
/** A page that sends faster for long is hung up on. */
const BETWEEN_TAPS_MS = 1_000 / PERSON.frames.perSecond;

/** A browser at that address, as the trusted proxy says. */
function browserAt(program: Program, address: string): StaffBrowser {
  return new StaffBrowser(program, { "x-forwarded-for": address });
}

/** The program behind a proxy. Each isolate counts guesses for itself, so there is one. */
async function programOn(
  { place, env }: Parameters<DatabaseTest>[0],
  stack: AsyncDisposableStack,
): Promise<Program> {
  return stack.use(await Program.start(place.folder, { ...env, TRUSTED_PROXIES: "1", ISOLATES: "1" }));
}

/** That program, with an owner who has logged in at home. */
async function rigOn(
  database: Parameters<DatabaseTest>[0],
  stack: AsyncDisposableStack,
): Promise<{ program: Program; owner: StaffBrowser }> {
  const program = await programOn(database, stack);
  const owner = await firstOwner(program, OWNER, { "x-forwarded-for": HOME });
  equal((await owner.logIn(OWNER)).status, 201);
  return { program, owner };
}

/** Attackers, each at an address of its own, who guess one after another. */
class Attackers {
  /** How often each status was answered. */
  readonly statuses: Record<number, number> = {};
  readonly #all: Promise<void>;
  #isOver = false;

  /** @param guess one guess. @returns its status */
  constructor(
    { addresses, tries }: { addresses: number; tries: number },
    guess: (address: string, n: number) => Promise<number>,
  ) {
    const one = async (_: unknown, index: number) => {
      // Two at once each: more are not let in.
      const guesses = Array.from({ length: tries }, (_, n) => n);
      const work = async () => {
        for (let n = guesses.pop(); n !== undefined; n = guesses.pop()) {
          const status = await guess(`203.0.${index}.7`, n);
          this.statuses[status] = (this.statuses[status] ?? 0) + 1;
        }
      };
      await Promise.all([work(), work()]);
    };
    this.#all = Promise.all(Array.from({ length: addresses }, one)).then(() => {
      this.#isOver = true;
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get count(): number {
    return Object.values(this.statuses).reduce((sum, count) => sum + count, 0);
  }

  /** Resolves when all have guessed. */
  async end(): Promise<void> {
    await this.#all;
  }
}

/** How long each of the works took, in milliseconds. */
class Pace {
  readonly #ms: number[] = [];

  async of<T>(work: Promise<T>): Promise<T> {
    const from = performance.now();
    const done = await work;
    this.#ms.push(performance.now() - from);
    return done;
  }

  toString(): string {
    const sorted = this.#ms.toSorted((a, b) => a - b);
    const at = (part: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]?.toFixed(0);
    return `${sorted.length} times, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${
      sorted.at(-1)?.toFixed(0)
    } ms`;
  }
}

testOnEach(
  sized(
    `${SIZE.guesses} guesses of passwords: the owner logs in and works, the alarm is raised, the log tells it`,
  ),
  async (database, stack) => {
    const { program, owner } = await rigOn(database, stack);
    const { token } = await newToken(program, { role: "owner" });
    await putCabinet(program, "cab");
    stack.use(await Device.connect(program, "REG-cab"));
    await untilOnline(program, "cab");
    const page = stack.use(await Page.open(program, "cab", await guestCookie(program, "cab", HOME), HOME));
    const addresses = Math.min(ADDRESSES_MAX, SIZE.guesses / TRIES_MIN);
    const tries = SIZE.guesses / addresses;
    const attackers = new Attackers({ addresses, tries }, async (address, n) => {
      const login = n % 2 === 0 ? OWNER : `nobody${n}@example.com`;
      return (await browserAt(program, address).logIn(login, { password: `a wrong guess ${n}` })).status;
    });
    const pace = {
      home: new Pace(),
      away: new Pace(),
      cookie: new Pace(),
      token: new Pace(),
      tap: new Pace(),
    };
    for (let n = 0; !attackers.isOver; n++) {
      await until(() => attackers.isOver || attackers.count > n);
      if (n < LOG_IN.triesOfKnown.burst / 2) {
        equal((await pace.home.of(browserAt(program, HOME).logIn(OWNER))).status, 201, "from home");
        const away = browserAt(program, `192.0.2.${n + 1}`);
        equal((await pace.away.of(away.logIn(OWNER))).status, 201, "from a new address");
      }
      equal((await pace.cookie.of(owner.call("GET", "/cabinets/cab"))).status, 200);
      equal(
        (await pace.token.of(api(program, "GET", "/cabinets/cab", { headers: bearer(token) }))).status,
        200,
      );
      equal((await pace.tap.of(page.outcome(page.tap(n % 24 + 1))))["state"], "opened");
      await delay(BETWEEN_TAPS_MS);
    }
    await attackers.end();
    for (const [what, took] of Object.entries(pace)) say(`${what}: ${took}`);
    say(JSON.stringify(attackers.statuses));
    equal(attackers.count, SIZE.guesses);
    deepEqual(Object.keys(attackers.statuses), ["401", "429"]);
    const alarm = await until(async () =>
      (await api(program, "GET", "/alarms?active=true")).body.items.find(({ kind }: { kind: string }) =>
        kind === "wrong-passwords"
      )
    );
    deepEqual([alarm.cabinet, alarm.cell, Date.parse(alarm.until) > Date.now()], [null, null, true]);
    const told = refusals(program).filter(({ what }) => what === "password");
    ok(told.length > 0, "of a flood some are told, and of the rest their number");
    equal(told[0]?.["address"].startsWith("203.0."), true);
    equal(program.err.join("").includes("a wrong guess"), false, "what was guessed is told nobody");
    equal(program.err.join("").includes(OWNER), false);
  },
);

testOnEach("guesses of codes behind the right password stop after a few, and home is not touched", async (
  database,
  stack,
) => {
  const { program, owner } = await rigOn(database, stack);
  const { secret, recoveryCodes: [recovery = ""] } = await owner.secondFactor();
  const { burst } = LOG_IN.wrongCodes;
  const codes: (string | number)[] = [];
  for (let n = 0; n < burst + 2; n++) {
    const answer = await browserAt(program, `203.0.${n}.7`).logIn(OWNER, { code: "000000" });
    codes.push(answer.body.code);
    if (answer.status === 429) ok(Number(answer.headers.get("retry-after")) > 0);
  }
  deepEqual(codes, [
    ...Array.from({ length: burst }, () => "wrong-code"),
    "too-many-tries",
    "too-many-tries",
  ]);
  equal((await browserAt(program, HOME).logIn(OWNER, { code: codeOf(secret, 1) })).status, 201);
  equal((await browserAt(program, HOME).logIn(OWNER, { code: recovery })).status, 201);
  const remove = () =>
    owner.call("POST", "/account/second-factor/remove", { body: { password: "a wrong guess" } });
  for (let n = 0; n < LOG_IN.wrongPresentPasswords.burst; n++) {
    equal((await remove()).body.code, "wrong-password");
  }
  const tooMany = await remove();
  deepEqual([tooMany.status, tooMany.headers.get("retry-after")], [429, "180"], "one in three minutes");
  const told = () => refusals(program).filter(({ what }) => what === "second-factor");
  deepEqual(new Set(told().map(({ why }) => why)), new Set(["wrong", "too-many"]));
});

testOnEach("guesses of links stop after a few of one address, are told, and touch no other address", async (
  database,
  stack,
) => {
  const program = await programOn(database, stack);
  const { burst } = LOG_IN.linksOfAddress;
  const ask = async (path: string, more: Record<string, string> = {}) =>
    await browserAt(program, "203.0.0.7").call("POST", path, { body: { secret: newSecret(), ...more } });
  const look = () => ask("/invitations/look");
  const accept = () => ask("/invitations/accept", { password: "a long password" });
  for (let n = 0; n < burst / 2; n++) {
    equal((await look()).status, 404);
    equal((await accept()).status, 404);
  }
  for (const answer of [await look(), await accept()]) {
    deepEqual([answer.status, answer.body.code], [429, "too-many-tries"]);
    ok(Number(answer.headers.get("retry-after")) > 0);
  }
  const joined = await browserAt(program, HOME).join(await ownerLink(program), OWNER);
  equal(joined.status, 201, "elsewhere nothing is noticed");
  await until(() => refusals(program).some(({ what, why }) => what === "link" && why === "wrong"));
  ok(burst > GUESS.alarmAfter);
  await until(async () =>
    (await api(program, "GET", "/alarms?active=true")).body.items.some(({ kind }: { kind: string }) =>
      kind === "wrong-passwords"
    )
  );
});

testOnEach(
  "guesses of tokens are counted with those of the service's own, and a right one is taken at once",
  async (
    database,
    stack,
  ) => {
    const { program } = await rigOn(database, stack);
    const { token } = await newToken(program, { role: "viewer" });
    const over = stack.adopt(new AbortController(), (over) => over.abort());
    const guesses = Array.from({ length: 2 * GUESS.alarmAfter }, async () => {
      const headers = { ...bearer(randomToken()), "x-forwarded-for": "203.0.0.7" };
      const init = { headers, signal: over.signal };
      const answer = await fetch(`${program.url}/api/v1/cabinets`, init).catch(() => undefined);
      await answer?.body?.cancel();
      return answer?.status ?? 401;
    });
    await until(async () =>
      (await api(program, "GET", "/alarms?active=true")).body.items.some(({ kind }: { kind: string }) =>
        kind === "wrong-tokens"
      )
    );
    // Also from the attacker's own address.
    const headers = { ...bearer(token), "x-forwarded-for": "203.0.0.7" };
    equal((await api(program, "GET", "/cabinets", { headers })).status, 200);
    ok(refusals(program).some(({ what, address }) => what === "token" && address === "203.0.0.7"));
    over.abort();
    deepEqual(new Set(await Promise.all(guesses)), new Set([401]));
  },
);

testOnEach("a flood of guesses from one address keeps no other address out", async (database, stack) => {
  const { program, owner } = await rigOn(database, stack);
  const member2 = await member(program, "second@example.com", { role: "viewer" });
  const { perSecond, burst } = LOG_IN.triesOfAddress;
  const from = performance.now();
  const attackers = new Attackers(
    { addresses: 1, tries: 40 },
    async (address, n) =>
      (await browserAt(program, address).logIn(OWNER, { password: `a wrong guess ${n}` })).status,
  );
  await until(() => attackers.count > burst);
  equal((await browserAt(program, "192.0.2.1").logIn(OWNER)).status, 201);
  equal((await browserAt(program, HOME).logIn(OWNER)).status, 201);
  await attackers.end();
  const hashedMax = burst + Math.ceil((performance.now() - from) / 1000 * perSecond);
  const hashed = attackers.statuses[401] ?? 0;
  ok(hashed >= burst && hashed <= hashedMax, `${hashed} were hashed, and ${burst} to ${hashedMax} may be`);
  equal((await owner.call("GET", "/staff")).status, 200);
  equal((await member2.call("GET", "/cabinets")).status, 200);
});
