/**
 * The contract of the router over NATS: programs of one isolate each.
 *
 * @module
 */
import { FleetRouter } from "../../src/router/fleet.ts";
import { LocalRouter } from "../../src/router/local.ts";
import { NatsUplink } from "../../src/router/nats/nats.ts";
import { until } from "../../testing/until.ts";
import { NatsServer } from "../../testing/servers/nats.ts";
import { whyNoNats } from "../../testing/servers/nats_rig.ts";
import { busyContract, type Fabric, routerContract } from "../../testing/router_contract.ts";
import { LocalNode, type Node, WorkerFabric } from "../../testing/programs/router_node.ts";
import { SeverableLine } from "../../testing/network/severable.ts";

type TestUplink = NatsUplink<string, string, string, string>;

/** A program and its connection to the server. */
class Member implements AsyncDisposable {
  readonly #uplink: TestUplink;
  readonly #line: SeverableLine;
  #ended: Promise<void> | undefined;

  constructor(uplink: TestUplink, line: SeverableLine) {
    this.#uplink = uplink;
    this.#line = line;
  }

  /** Cuts the connection for good. */
  end(): void {
    this.#ended ??= this.#line[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#uplink[Symbol.asyncDispose]();
    this.end();
    await this.#ended;
  }
}

/** Each member is a program with its own connection to the server. */
class NatsFabric implements Fabric {
  readonly kill = (node: Node): void => this.#members.get(node)?.end();
  readonly #server: NatsServer;
  readonly #members = new Map<Node, Member>();

  constructor(server: NatsServer) {
    this.#server = server;
  }

  async join(): Promise<Node> {
    const name = `member ${this.#members.size + 1}`;
    const apartMs = this.#members.size * 10_000_000;
    const line = new SeverableLine({ hostname: "127.0.0.1", port: this.#server.port });
    const uplink: TestUplink = await NatsUplink.open({
      url: this.#server.urlOn(line.port),
      program: name,
      isolate: name,
      failed: () => {},
      now: () => performance.now() + apartMs,
    });
    await until(() => uplink.connected && (uplink.peers > 0 || this.#members.size === 0));
    const node = new LocalNode(name, new FleetRouter(new LocalRouter(), uplink));
    this.#members.set(node, new Member(uplink, line));
    return node;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const [node, member] of this.#members) {
      await node.leave();
      await member[Symbol.asyncDispose]();
    }
    await this.#server[Symbol.asyncDispose]();
  }
}

const name = "FleetRouter over NATS";
const why = whyNoNats();
routerContract(name, async () => new NatsFabric(await NatsServer.start()), { why });
busyContract(name, async () => {
  const server = await NatsServer.start();
  const fabric = new WorkerFabric((n) => ({
    program: `program ${n}`,
    name: `member ${n}`,
    nats: server.url,
  }));
  return {
    join: () => fabric.join(),
    kill: (node) => fabric.kill(node),
    async [Symbol.asyncDispose]() {
      await fabric[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}, { why });
