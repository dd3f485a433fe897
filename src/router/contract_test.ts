/**
 * What every engine of the router must do. One suite, run over each engine.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { LocalRouter } from "./local.ts";
import type { Owner, Router } from "./router.ts";

type TestRouter = Router<string, string, string, string>;

const engines: readonly (readonly [name: string, make: () => TestRouter])[] = [
  ["LocalRouter", () => new LocalRouter()],
];

/** An owner that answers with its name and remembers whether it was displaced. */
class Answering implements Owner<string, string, string> {
  wasDisplaced = false;
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  handle(request: string, progress: (progress: string) => void): Promise<string> {
    progress(`${this.#name} works on ${request}`);
    return Promise.resolve(`${this.#name} did ${request}`);
  }

  displaced(): void {
    this.wasDisplaced = true;
  }
}

for (const [name, make] of engines) {
  const test = (what: string, fn: (router: TestRouter) => Promise<void>): void =>
    Deno.test({ name: `${name} ${what}`, permissions: "none", fn: () => fn(make()) });

  test("answers nobody's address with undefined, at once", async (router) => {
    equal(await router.request("cab", "x"), undefined);
  });

  test("passes a request to the owner, and progress and reply back", async (router) => {
    using _claim = router.claim("cab", new Answering("first"));
    const heard: string[] = [];
    equal(await router.request("cab", "x", (progress) => heard.push(progress)), "first did x");
    deepEqual(heard, ["first works on x"]);
    equal(await router.request("other", "x"), undefined);
  });

  test("gives the address to whoever claimed last, and tells the one before", async (router) => {
    const before = new Answering("before");
    const claim = router.claim("cab", before);
    using now = router.claim("cab", new Answering("now"));
    deepEqual([before.wasDisplaced, claim.held, now.held], [true, false, true]);
    equal(await router.request("cab", "x"), "now did x");
    claim[Symbol.dispose]();
    equal(await router.request("cab", "x"), "now did x", "a lost claim gives nothing back");
  });

  test("forgets an address when its claim ends, twice included", async (router) => {
    const claim = router.claim("cab", new Answering("first"));
    claim[Symbol.dispose]();
    claim[Symbol.dispose]();
    equal(claim.held, false);
    equal(await router.request("cab", "x"), undefined);
  });

  test("publishes to all who watch, until they stop", (router) => {
    const heard: string[] = [];
    const listener = (event: string) => heard.push(event);
    const first = router.watch("cab", listener);
    const second = router.watch("cab", listener);
    router.publish("cab", "a");
    router.publish("other", "b");
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    router.publish("cab", "c");
    second[Symbol.dispose]();
    router.publish("cab", "d");
    deepEqual(heard, ["a", "a", "c"]);
    return Promise.resolve();
  });
}
