/**
 * A member of a BroadcastChannel fabric in a worker of its own.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { BroadcastTransport, MeshRouter } from "../src/router/mod.ts";
import { type Call, LocalNode, type Return } from "./router_node.ts";

declare const self: DedicatedWorkerGlobalScope;

const { program, name } = JSON.parse(self.name) as { program: string; name: string };
const router = new MeshRouter<string, string, string, string>(new BroadcastTransport(program, name), {
  now: () => performance.now(),
});
const node = new LocalNode(name, router);

self.onmessage = async ({ data: { n, method, args } }: MessageEvent<Call>) => {
  try {
    // deno-lint-ignore no-explicit-any
    const value = await (node[method] as any)(...args);
    self.postMessage({ n, value } satisfies Return);
  } catch (error) {
    self.postMessage({ n, error: String(error) } satisfies Return);
  }
};
