/**
 * The cost of a request to another isolate; and a check that none is lost or done twice while a third isolate is busy and
 * the receiver stalls.
 *
 *     deno run -P=test bench/router.ts
 *
 * @module
 */
import { type Rates, say } from "./_rig.ts";
import type { Counted, Order } from "./_router_worker.ts";

const FOR_MS = 3_000;
const REQUESTS = 1_000_000;

/** A member in a worker. */
class Member implements Disposable {
  readonly #worker: Worker;

  constructor(program: string, name: string) {
    this.#worker = new Worker(new URL("./_router_worker.ts", import.meta.url), {
      type: "module",
      name: JSON.stringify({ program, name }),
    });
  }

  tell<Answer = void>(order: Order): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#worker.addEventListener("message", ({ data }) => resolve(data), { once: true });
    this.#worker.postMessage(order);
    return promise;
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}

async function row(what: string, member: Member, callers: number): Promise<void> {
  const { perSecond, p50Ms, p99Ms } = await member.tell<Rates>({
    type: "ask",
    address: "cab",
    callers,
    forMs: FOR_MS,
  });
  const figures = [Math.round(perSecond), p50Ms.toFixed(3), p99Ms.toFixed(3)];
  say(`| ${what} | ${callers} | ${figures.join(" | ")} |`);
}

if (import.meta.main) {
  using alone = new Member("alone", "alone");
  await alone.tell({ type: "own", address: "cab" });
  using owner = new Member("bench", "owner");
  using asker = new Member("bench", "asker");
  await owner.tell({ type: "own", address: "cab" });
  say("| way | callers | requests/s | p50 ms | p99 ms |\n| --- | ---: | ---: | ---: | ---: |");
  for (const callers of [1, 64, 1_024]) {
    await row("the same isolate", alone, callers);
    await row("another isolate", asker, callers);
  }

  using third = new Member("bench", "third");
  await third.tell({ type: "own", address: "third" });
  // Meanwhile the third member sends requests to both others and receives some.
  const beside = Promise.all([
    third.tell({ type: "ask", address: "cab", callers: 64, forMs: 20_000 }),
    owner.tell({ type: "stall", forMs: 300, everyMs: 1_500 }),
  ]);
  const counted = await asker.tell<Counted>({
    type: "count",
    address: "cab",
    callers: 1_024,
    requests: REQUESTS,
  });
  await owner.tell({ type: "calm" });
  const { once, more } = await owner.tell<{ once: number; more: number }>({ type: "done" });
  const { answered, refused, seconds, p99Ms } = counted;
  say(`\n${REQUESTS} requests with a busy third isolate and a receiver that stalls 0.3 s of 1.5 s:`);
  say(`answered ${answered}, refused ${refused}, done once ${once}, done more often ${more},`);
  say(`${Math.round(answered / seconds)}/s, p99 ${p99Ms.toFixed(1)} ms`);
  await beside;
  if (answered + refused !== REQUESTS || once !== answered || more > 0) Deno.exit(1);
}
