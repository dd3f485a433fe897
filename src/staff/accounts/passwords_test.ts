import { equal, match, rejects, throws } from "node:assert/strict";
import { until } from "../../../testing/until.ts";
import { CHEAP, cheapHasher, PASSWORD } from "../../../testing/rigs/staff.ts";
import { SharedLock } from "../../lib/concurrency/shared_lock.ts";
import { LOG_IN } from "../../lib/limits.ts";
import { checkedPassword, HasherBusyError, InvalidPasswordError, PasswordHasher } from "./passwords.ts";

/** Work that is done when the test says so, in the order in which it began. */
function heldLock() {
  const held: (() => void)[] = [];
  const lock = async <T>(work: () => Promise<T>): Promise<T> => {
    await new Promise<void>((resolve) => held.push(resolve));
    return await work();
  };
  return { held, lock };
}

Deno.test("PasswordHasher.hash() stores scrypt with N=2^17, and verify() knows the password again", async () => {
  const hasher = new PasswordHasher({ lock: (work) => work() });
  const stored = await hasher.hash(PASSWORD);
  match(stored, /^scrypt\$131072\$8\$1\$[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=$/);
  equal(await hasher.verify(PASSWORD, stored), true);
});

Deno.test("PasswordHasher.hash() gives the same password another salt each time", async () => {
  const hasher = cheapHasher();
  const [one, other] = [await hasher.hash(PASSWORD), await hasher.hash(PASSWORD)];
  equal(new Set([one, other]).size, 2);
  for (const stored of [one, other]) equal(await hasher.verify(PASSWORD, stored), true);
});

Deno.test("PasswordHasher.verify() says no to another password, and to any where there is none", async () => {
  const hasher = cheapHasher();
  const stored = await hasher.hash(PASSWORD);
  for (const wrong of [`${PASSWORD}!`, PASSWORD.toUpperCase(), PASSWORD.slice(1)]) {
    equal(await hasher.verify(wrong, stored), false, wrong);
  }
  equal(await hasher.verify(PASSWORD, undefined), false);
  await rejects(hasher.verify(PASSWORD, PASSWORD), TypeError);
});

Deno.test("PasswordHasher.verify() uses the cost that is stored with the hash", async () => {
  const stored = await cheapHasher().hash(PASSWORD);
  const grown = new PasswordHasher({ lock: (work) => work(), cost: { ...CHEAP, n: 1024, p: 2 } });
  equal(await grown.verify(PASSWORD, stored), true);
  match(await grown.hash(PASSWORD), /^scrypt\$1024\$1\$2\$/);
});

Deno.test("PasswordHasher hashes nothing that cannot be a password", async () => {
  let hashed = 0;
  const hasher = new PasswordHasher({
    lock: (work) => {
      hashed++;
      return work();
    },
    cost: CHEAP,
  });
  const megabyte = "a".repeat(1024 * 1024);
  await rejects(hasher.hash(megabyte), InvalidPasswordError);
  await rejects(hasher.verify(megabyte, undefined), InvalidPasswordError);
  equal(hashed, 0);
});

Deno.test("PasswordHasher with two shared locks hashes two passwords at once in all isolates", async () => {
  const isolates = 5;
  const memories = [SharedLock.memory(isolates), SharedLock.memory(isolates)];
  const { held, lock } = heldLock();
  let [running, most] = [0, 0];
  const hashers = Array.from({ length: isolates }, (_, isolate) => {
    const shared = new SharedLock(memories[isolate % 2] ?? SharedLock.memory(0), isolate);
    const counted = <T>(work: () => Promise<T>) =>
      shared.run(async () => {
        most = Math.max(most, ++running);
        try {
          return await lock(work);
        } finally {
          running--;
        }
      });
    return new PasswordHasher({ lock: counted, cost: CHEAP });
  });
  const all = hashers.flatMap((hasher) => [hasher.hash(PASSWORD), hasher.hash(PASSWORD)]);
  for (let done = 0; done < all.length; done++) {
    await until(() => held.length > done, { saw: () => held.length });
    held[done]?.();
  }
  equal((await Promise.all(all)).length, 2 * isolates);
  equal(most, 2);
});

Deno.test("PasswordHasher lets kinds of callers take turns, and limits how many of each wait", async () => {
  const { held, lock } = heldLock();
  const hasher = new PasswordHasher({ lock, cost: CHEAP });
  const done: string[] = [];
  const come = (kind: "known" | "stranger", block: string) =>
    hasher.hash(PASSWORD, [kind, block]).then(() => done.push(`${kind} ${block}`));
  const flood = Array.from({ length: LOG_IN.hashesWaitingMax }, (_, n) => come("stranger", `${n % 2}`));
  await rejects(hasher.hash(PASSWORD, ["stranger", "another"]), HasherBusyError);
  const known = come("known", "home");
  for (let n = 0; n < LOG_IN.hashesWaitingMax + 1; n++) {
    await until(() => held.length > n, { saw: () => held.length });
    held[n]?.();
  }
  await Promise.all([...flood, known]);
  equal(done.indexOf("known home") <= 2, true, `it was number ${done.indexOf("known home")}`);
  const after = hasher.hash(PASSWORD, ["stranger", "another"]);
  await until(() => held.length > LOG_IN.hashesWaitingMax + 1, { saw: () => held.length });
  held.at(-1)?.();
  await after;
});

Deno.test({
  name: "checkedPassword() takes 10 to 200 characters, in one form",
  permissions: "none",
  fn() {
    equal(checkedPassword("passe\u0301 compose\u0301"), "pass\u00e9 compos\u00e9");
    equal(checkedPassword("ten\u3000letters\u00a0"), "ten letters ");
    equal(checkedPassword("\uff11".repeat(10)), "\uff11".repeat(10), "not what it looks like");
    equal([...checkedPassword("😀".repeat(200))].length, 200);
    for (
      const [wrong, why] of [
        ["nine char", /too short: a password has 10 to 200 characters/],
        ["e\u0301".repeat(9), /too short/],
        ["a".repeat(201), /too long: a password has 10 to 200 characters/],
        ["ten letters\n", /control character/],
        ["ten letters\ud800", /half a character/],
      ] as const
    ) throws(() => checkedPassword(wrong), why);
  },
});
