/**
 * The balancer of `examples/haproxy.cfg`, run by the installed HAProxy.
 *
 * @module
 */
import { until } from "../until.ts";
import { freePort } from "./ports.ts";
import { whyLeftOut } from "../test_run.ts";

/** The configuration as it is shipped. */
export const HAPROXY_CONFIG = await Deno.readTextFile(new URL("../../examples/haproxy.cfg", import.meta.url));

/** The ports of an instance, which stands in for the container of that name. */
export interface Instance {
  readonly httpPort: number;
  readonly devicePort: number;
  /** `NaN`: it has no TLS. */
  readonly deviceTlsPort: number;
}

/** The balancer's ports. */
export interface BalancerPorts {
  readonly people: number;
  readonly operator: number;
  readonly devices: number;
  readonly devicesTls: number;
}

/** Why HAProxy's tests are left out; `undefined`: they run. */
export function whyNoHaproxy(): string | undefined {
  return whyLeftOut(binary() === undefined ? "haproxy is not installed" : undefined);
}

/** A running balancer in front of these instances. */
export class Balancer implements AsyncDisposable {
  readonly ports: BalancerPorts;
  readonly #process: Deno.ChildProcess;

  private constructor(process: Deno.ChildProcess, ports: BalancerPorts) {
    this.#process = process;
    this.ports = ports;
  }

  /**
   * Starts it and waits until both instances accept people and devices.
   *
   * @param options.change makes limits smaller, so that a test can reach them
   */
  static async start(
    instances: readonly [Instance, Instance],
    { folder, change = (config) => config }: { folder: string; change?: (config: string) => string },
  ): Promise<Balancer> {
    const ports = { people: freePort(), operator: freePort(), devices: freePort(), devicesTls: freePort() };
    const stats = freePort();
    const file = `${folder}/haproxy.cfg`;
    await Deno.writeTextFile(file, change(configFor(instances, { ports, stats })));
    const process = new Deno.Command(binary() ?? "haproxy", {
      args: ["-db", "-f", file],
      stdout: "null",
      stderr: "null",
    }).spawn();
    const balancer = new Balancer(process, ports);
    try {
      let servers: readonly string[] = [];
      await until(async () => {
        servers = await states(stats);
        return areUp(servers, instances);
      }, { saw: () => servers });
      return balancer;
    } catch (error) {
      await balancer[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#process.status;
  }
}

/** The shipped configuration, with other addresses, fewer descriptors, and a port that reports which instances are up. */
function configFor(
  instances: readonly [Instance, Instance],
  { ports, stats }: { ports: BalancerPorts; stats: number },
): string {
  const binds = { 8080: ports.people, 8081: ports.operator, 8282: ports.devices, 8283: ports.devicesTls };
  let config = HAPROXY_CONFIG.replace(/^global$/m, `global\n  stats socket ipv4@127.0.0.1:${stats}`).replace(
    "maxconn 60000",
    "maxconn 1000",
  )
    .replace(/^resolvers docker\n( .*\n)+/m, "")
    .replaceAll(" resolvers docker init-addr none", "");
  for (const [bound, port] of Object.entries(binds)) {
    config = config.replace(` bind :${bound}`, ` bind 127.0.0.1:${port}`);
  }
  for (const [index, { httpPort, devicePort, deviceTlsPort }] of instances.entries()) {
    const name = `kaigui-${index + 1}`;
    config = config.replaceAll(
      new RegExp(`(${name} )${name}:(\\d+ check)( port 8080)?`, "g"),
      (_, ...parts) => {
        const [before, containers, check] = parts as string[];
        const port = {
          8080: httpPort,
          8282: devicePort,
          8283: deviceTlsPort || devicePort,
        }[Number.parseInt(containers ?? "")];
        return `${before}127.0.0.1:${port} check${check === undefined ? "" : ` port ${httpPort}`}`;
      },
    );
  }
  return config;
}

/** The states of HAProxy's servers. */
async function states(port: number): Promise<string[]> {
  try {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await conn.write(new TextEncoder().encode("show stat\n"));
    const text = await new Response(conn.readable).text();
    return text.split("\n").filter((line) => line.includes(",kaigui-"));
  } catch {
    return [];
  }
}

function areUp(servers: readonly string[], instances: readonly Instance[]): boolean {
  // One backend for people, and one each for devices with and without TLS.
  return servers.length === 3 * instances.length && servers.every((line) => /,UP,/.test(line));
}

/** Debian puts it where only root's path leads. */
function binary(): string | undefined {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/sbin"];
  return folders.map((folder) => `${folder}/haproxy`).find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}
