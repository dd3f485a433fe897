/**
 * A member of the contract suite's network in a worker: an isolate of a program, or a program connected to NATS.
 *
 * @module
 */
/// <reference lib="deno.worker" />
import { BroadcastTransport, FleetRouter, LocalRouter, MeshRouter } from "../../src/router/mod.ts";
import { NatsUplink } from "../../src/router/nats/nats.ts";
import { until } from "../until.ts";
import { type Call, LocalNode, type Return, type TestRouter, type WorkerName } from "./router_node.ts";

declare const self: DedicatedWorkerGlobalScope;

const who = JSON.parse(self.name) as WorkerName;
const joining = join(who).then((router) => new LocalNode(who.name, router));

self.onmessage = async ({ data: { n, method, args } }: MessageEvent<Call>) => {
  try {
    const node = await joining;
    // deno-lint-ignore no-explicit-any
    const value = await (node[method] as any)(...args);
    self.postMessage({ n, value } satisfies Return);
  } catch (error) {
    self.postMessage({ n, error: String(error) } satisfies Return);
  }
};

async function join({ program, name, nats }: WorkerName): Promise<TestRouter> {
  const now = () => performance.now();
  const wallClock = Date.now;
  if (nats === undefined) return new MeshRouter(new BroadcastTransport(program, name), { now, wallClock });
  const uplink = await NatsUplink.open<string, string, string, string>({
    url: nats,
    program,
    isolate: name,
    failed: () => {},
    now,
  });
  await until(() => uplink.connected);
  return new FleetRouter(new LocalRouter<string, string, string, string>(), uplink);
}
