/**
 * A member of a mesh for `router.ts`: owns an address, sends requests, or keeps its thread busy.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { BroadcastTransport, LocalRouter, MeshRouter, NotAskedError } from "../src/router/mod.ts";
import { type Rates, rates } from "./_rig.ts";

declare const self: DedicatedWorkerGlobalScope;

/** An order to a member. */
export type Order =
  | { readonly type: "own"; readonly address: string }
  /** Sends requests in many concurrent loops. */
  | { readonly type: "ask"; readonly address: string; readonly callers: number; readonly forMs: number }
  /** Sends this many requests, each with its own number. */
  | { readonly type: "count"; readonly address: string; readonly callers: number; readonly requests: number }
  /** Blocks its thread for so long, again and again. */
  | { readonly type: "stall"; readonly forMs: number; readonly everyMs: number }
  | { readonly type: "calm" }
  /** Counts how often each numbered request was done. */
  | { readonly type: "done" };

/** How the numbered requests ended. */
export interface Counted {
  readonly answered: number;
  readonly refused: number;
  readonly seconds: number;
  readonly p99Ms: number;
}

const { program, name } = JSON.parse(self.name) as { program: string; name: string };
const now = () => performance.now();
const router = program === "alone"
  ? new LocalRouter<number, never, number, never>()
  : new MeshRouter<number, never, number, never>(new BroadcastTransport(program, name), {
    now,
    wallClock: Date.now,
  });
/** How often each numbered request was done. */
const done = new Uint8Array(4_000_000);
let stalling: ReturnType<typeof setInterval> | undefined;

self.onmessage = async ({ data }: MessageEvent<Order>) => self.postMessage(await obey(data));

async function obey(order: Order): Promise<unknown> {
  switch (order.type) {
    case "own":
      return own(order.address);
    case "ask":
      return await ask(order);
    case "count":
      return await count(order);
    case "stall":
      stalling = setInterval(() => block(order.forMs), order.everyMs);
      return;
    case "calm":
      return clearInterval(stalling);
    case "done":
      return {
        once: done.filter((times) => times === 1).length,
        more: done.filter((times) => times > 1).length,
      };
  }
}

function own(address: string): void {
  const handle = (request: number) => {
    if (request > 0) done[request] = (done[request] ?? 0) + 1;
    return Promise.resolve(request);
  };
  router.claim(address, { handle, displaced: () => {} }, 1);
}

async function ask({ address, callers, forMs }: Order & { type: "ask" }): Promise<Rates> {
  while (await router.request(address, 0) === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return await rates(callers, forMs, async () => void await router.request(address, 0, { beginMs: 60_000 }));
}

async function count({ address, callers, requests }: Order & { type: "count" }): Promise<Counted> {
  const took: number[] = [];
  let [next, answered, refused] = [0, 0, 0];
  const from = now();
  await Promise.all(Array.from({ length: callers }, async () => {
    while (next < requests) {
      const request = ++next;
      const began = now();
      try {
        if (await router.request(address, request, { beginMs: 60_000 }) === request) answered++;
      } catch (error) {
        if (!(error instanceof NotAskedError)) throw error;
        refused++;
      }
      took.push(now() - began);
    }
  }));
  const seconds = (now() - from) / 1000;
  took.sort((a, b) => a - b);
  return { answered, refused, seconds, p99Ms: took[Math.floor(took.length * 0.99)] ?? 0 };
}

function block(ms: number): void {
  for (const until = now() + ms; now() < until;);
}
