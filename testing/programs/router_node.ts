/**
 * A member of the network in the router's contract suite: in this isolate, or in a worker.
 *
 * @module
 */
import { NoAnswerError, NotAskedError, type Router } from "../../src/router/mod.ts";

/** The router under test: requests, progress, replies and events are strings. */
export type TestRouter = Router<string, string, string, string>;

/** How a request ended. */
export type Ended =
  | { readonly type: "reply"; readonly reply: string; readonly progress: readonly string[] }
  | { readonly type: "nobody" | "not-asked" | "no-answer" };

/** What the suite does with a member; arguments and results are plain data. */
export interface Node {
  /** Claims the address for an owner that answers `<name> did <request>`. @returns the claim's number */
  claim(address: string, epoch: number): Promise<number>;
  release(claim: number): Promise<void>;
  /** Which of the member's claims are held. */
  held(): Promise<readonly number[]>;
  /** How often this member's owners were told that they are displaced. */
  displacements(): Promise<number>;
  request(
    address: string,
    request: string,
    options?: { beginMs?: number; answerMs?: number },
  ): Promise<Ended>;
  /** Sends `count` requests, `atOnce` of them concurrently. @returns how they ended, counted by kind */
  flood(
    address: string,
    count: number,
    options: { prefix: string; atOnce: number; beginMs: number },
  ): Promise<
    Record<string, number>
  >;
  /** How many requests were done here, how many of them more than once, and the ones begun too late. */
  done(): Promise<{ readonly count: number; readonly twice: number; readonly late: number }>;
  watch(address: string): Promise<number>;
  unwatch(watch: number): Promise<void>;
  publish(address: string, event: string): Promise<void>;
  /** The events that were received, in order. */
  heard(): Promise<readonly string[]>;
  /** How often it was told that it may have missed events. */
  missed(): Promise<number>;
  /** Blocks its thread for so long. */
  block(ms: number): Promise<void>;
  /** Stops in good order. */
  leave(): Promise<void>;
}

/** A member in this isolate. */
export class LocalNode implements Node {
  readonly #name: string;
  readonly #router: TestRouter;
  readonly #claims: ReturnType<TestRouter["claim"]>[] = [];
  readonly #watches: Disposable[] = [];
  readonly #done = new Map<string, number>();
  readonly #heard: string[] = [];
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #late = 0;
  #displacements = 0;
  #missed = 0;

  constructor(name: string, router: TestRouter) {
    this.#name = name;
    this.#router = router;
  }

  claim(address: string, epoch: number): Promise<number> {
    const claim = this.#router.claim(address, {
      handle: async (request, { leftMs, progress }) => {
        this.#done.set(request, (this.#done.get(request) ?? 0) + 1);
        if (leftMs <= 0 || Date.now() > deadlineOf(request)) this.#late++;
        const [, slowMs] = /slow (\d+)/.exec(request) ?? [];
        progress(`${this.#name} works on ${request}`);
        if (slowMs) await this.#pause(Number(slowMs));
        return `${this.#name} did ${request}`;
      },
      displaced: () => this.#displacements++,
    }, epoch);
    return Promise.resolve(this.#claims.push(claim) - 1);
  }

  release(claim: number): Promise<void> {
    return Promise.resolve(this.#claims[claim]?.[Symbol.dispose]());
  }

  held(): Promise<readonly number[]> {
    return Promise.resolve(this.#claims.flatMap((claim, number) => claim.held ? [number] : []));
  }

  displacements(): Promise<number> {
    return Promise.resolve(this.#displacements);
  }

  async request(
    address: string,
    request: string,
    options: { beginMs?: number; answerMs?: number } = {},
  ): Promise<Ended> {
    const heard: string[] = [];
    const progress = (progress: string) => heard.push(progress);
    try {
      const reply = await this.#router.request(address, request, { ...options, progress });
      return reply === undefined ? { type: "nobody" } : { type: "reply", reply, progress: heard };
    } catch (error) {
      if (error instanceof NotAskedError) return { type: "not-asked" };
      if (error instanceof NoAnswerError) return { type: "no-answer" };
      throw error;
    }
  }

  async flood(
    address: string,
    count: number,
    { prefix, atOnce, beginMs }: { prefix: string; atOnce: number; beginMs: number },
  ): Promise<Record<string, number>> {
    const ended: Record<string, number> = {};
    let next = 0;
    await Promise.all(Array.from({ length: atOnce }, async () => {
      while (next < count) {
        const request = `${prefix} ${next++} before ${Date.now() + beginMs + 250}`;
        const { type } = await this.request(address, request, { beginMs, answerMs: 60_000 });
        ended[type] = (ended[type] ?? 0) + 1;
      }
    }));
    return ended;
  }

  done(): Promise<{ count: number; twice: number; late: number }> {
    const twice = [...this.#done.values()].filter((times) => times > 1).length;
    return Promise.resolve({ count: this.#done.size, twice, late: this.#late });
  }

  watch(address: string): Promise<number> {
    const watch = this.#router.watch(address, (event) => this.#heard.push(event), () => this.#missed++);
    return Promise.resolve(this.#watches.push(watch) - 1);
  }

  unwatch(watch: number): Promise<void> {
    return Promise.resolve(this.#watches[watch]?.[Symbol.dispose]());
  }

  publish(address: string, event: string): Promise<void> {
    return Promise.resolve(this.#router.publish(address, event));
  }

  heard(): Promise<readonly string[]> {
    return Promise.resolve(this.#heard);
  }

  missed(): Promise<number> {
    return Promise.resolve(this.#missed);
  }

  block(ms: number): Promise<void> {
    for (const until = Date.now() + ms; Date.now() < until;);
    return Promise.resolve();
  }

  leave(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    return Promise.resolve(this.#router[Symbol.dispose]());
  }

  async #pause(ms: number): Promise<void> {
    await new Promise((resolve) => this.#timers.add(setTimeout(resolve, ms)));
  }
}

/** A request may contain the time until which it may be begun, on the clock that all tests share, with a margin. */
function deadlineOf(request: string): number {
  const [, before] = / before (\d+)$/.exec(request) ?? [];
  return before === undefined ? Infinity : Number(before);
}

/** A call of a member's method in a worker, and its result. */
export type Call = { readonly n: number; readonly method: keyof Node; readonly args: readonly unknown[] };
export type Return = { readonly n: number; readonly value: unknown } | {
  readonly n: number;
  readonly error: string;
};

/** The name of a worker's member. */
export interface WorkerName {
  /** Members of one program are isolates of it. */
  readonly program: string;
  readonly name: string;
  /** URL of NATS; unset: there are no other programs. */
  readonly nats?: string;
}

/** Members in workers. */
export class WorkerFabric implements AsyncDisposable {
  readonly kill = (node: Node): void => this.#members.find((member) => member.node === node)?.worker.kill();
  readonly #nameOf: (n: number) => WorkerName;
  readonly #members: { node: Node; worker: WorkerNode }[] = [];

  /** @param nameOf names member `n`, from 1 on */
  constructor(nameOf: (n: number) => WorkerName) {
    this.#nameOf = nameOf;
  }

  async join(): Promise<Node> {
    const worker = new WorkerNode(this.#nameOf(this.#members.length + 1));
    const { node } = worker;
    this.#members.push({ node, worker });
    await node.held();
    return node;
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const { worker } of this.#members) worker.kill();
    return Promise.resolve();
  }
}

/** Drives a member in a worker. */
export class WorkerNode {
  readonly #worker: Worker;
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>();
  #n = 0;

  constructor(who: WorkerName) {
    this.#worker = new Worker(new URL("./router_worker.ts", import.meta.url), {
      type: "module",
      name: JSON.stringify(who),
    });
    this.#worker.onmessage = ({ data }: MessageEvent<Return>) => {
      const call = this.#calls.get(data.n);
      this.#calls.delete(data.n);
      if ("error" in data) call?.reject(new Error(data.error));
      else call?.resolve(data.value);
    };
  }

  /** The member, whose methods are called in the worker. */
  get node(): Node {
    return new Proxy({} as Node, {
      get: (_target, method) =>
        // It must not look like a promise.
        method === "then" ? undefined : (...args: unknown[]) => this.#call(method as keyof Node, args),
    });
  }

  /** Ends it without notice to the others. */
  kill(): void {
    this.#worker.terminate();
    for (const call of this.#calls.values()) call.resolve({ type: "killed" });
  }

  #call(method: keyof Node, args: readonly unknown[]): Promise<unknown> {
    const call = Promise.withResolvers<unknown>();
    this.#calls.set(++this.#n, call);
    this.#worker.postMessage({ n: this.#n, method, args } satisfies Call);
    return call.promise;
  }
}
