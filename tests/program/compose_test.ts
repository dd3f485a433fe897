/**
 * That the one list of settings (`src/app/settings/settings.ts`) is everywhere where settings are named, and that the containers of
 * `compose.yaml` have no more rights and no more open ports than they need.
 *
 * @module
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { parse } from "yaml";
import config from "../../deno.json" with { type: "json" };
import { readSettings } from "../../src/app/settings/settings.ts";
import { parseTcpRetries, tcpRetriesWarning } from "../../src/app/settings/tcp_retries.ts";

interface Service {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly networks: readonly string[] | Readonly<Record<string, { readonly ipv4_address: string }>>;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly volumes?: readonly string[];
  readonly sysctls?: Readonly<Record<string, number>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: {
    readonly data: { readonly internal: boolean };
    readonly front: { readonly ipam: { readonly config: readonly { subnet: string; ip_range: string }[] } };
  };
}

const read = (name: string) => Deno.readTextFile(new URL(`../../${name}`, import.meta.url));
const { services, networks }: Compose = parse(await read("compose.yaml"), { merge: true });
const [one, two] = [services["kaigui-1"], services["kaigui-2"]] as [Service, Service];

/** All settings. */
const asked = new Set<string>();
readSettings((name) => void asked.add(name));
const names = [...asked];

/** What the container itself decides or finds out: the balancer and the volume know these. */
const INSIDE = ["HOST", "PORT", "DEVICE_PORT", "DATA_DIR", "KERNEL_TCP_RETRIES"];

Deno.test("compose.yaml passes every setting to both instances, and nothing else", () => {
  const wanted = names.filter((name) => !INSIDE.includes(name)).toSorted();
  deepEqual(Object.keys(one.environment ?? {}).toSorted(), wanted);
  deepEqual(two.environment, one.environment);
});

Deno.test("what compose.yaml passes on has the setting's own name", () => {
  for (const [name, value] of Object.entries(one.environment ?? {})) {
    const [, from] = /^\$\{(\w+):?[-?]/.exec(value) ?? [];
    if (from !== undefined) equal(from, name);
  }
});

Deno.test("the README, or a document that it names, tells every setting", async () => {
  const readme = await read("README.md");
  const documents = `${readme} ${await read("docs/wechat.md")} ${await read("docs/operations.md")}`;
  // `DEVICE_TLS_PORT`, `_CERT`, `_KEY` stand in one row.
  const shortened = (name: string) => documents.includes("`_CERT`, `_KEY`") && name.startsWith("DEVICE_TLS_");
  const told = (name: string) => new RegExp(`\`${name}\\b`).test(documents) || shortened(name);
  deepEqual(names.filter((name) => !told(name)), []);
  const table = readme.slice(readme.indexOf("| setting"), readme.indexOf("All mistakes in the settings"));
  const named = [...table.matchAll(/`([A-Z][A-Z_]{3,})`/g)].map(([, name]) => name);
  deepEqual(named.filter((name) => name === undefined || !names.includes(name)), []);
});

Deno.test("the permissions name every setting once, and nothing that nobody reads", () => {
  const { service, cli, demo } = config.permissions;
  for (const { env } of [service, cli, demo]) equal(new Set(env).size, env.length);
  const drivers = /^(PG|NODE_PG_|WS_|USER$)/;
  deepEqual(service.env.filter((name) => !drivers.test(name)).toSorted(), names.toSorted());
  // What the command line reads beside the service's settings: where to, for whom, and where `login` keeps its token.
  const known = new Set<string>([
    ...names,
    ...["KAIGUI_URL", "KAIGUI_ORGANIZATION", "XDG_CONFIG_HOME", "HOME", "USERPROFILE"],
  ]);
  deepEqual([...cli.env, ...demo.env].filter((name) => !drivers.test(name) && !known.has(name)), []);
});

Deno.test("the containers write nowhere but in their volumes, and gain no rights", () => {
  for (const [name, service] of Object.entries(services)) {
    deepEqual([service.read_only, service.cap_drop], [true, ["ALL"]], name);
    deepEqual(service.security_opt, ["no-new-privileges:true"], name);
    // Postgres becomes its own user.
    deepEqual(service.cap_add === undefined, name !== "postgres", name);
    for (const volume of service.volumes ?? []) ok(/^[\w-]+:\/|:ro$/.test(volume), volume);
  }
});

Deno.test("only the balancer is open outside, and the operator's port on this machine alone", () => {
  const open = Object.entries(services).filter(([, { ports }]) => ports !== undefined).map(([name]) => name);
  deepEqual(open, ["balancer"]);
  deepEqual(services["balancer"]?.ports, ["8080:8080", "127.0.0.1:8081:8081", "8282:8282", "8283:8283"]);
  equal(networks.data.internal, true);
  deepEqual([services["postgres"]?.networks, services["nats"]?.networks], [["data"], ["data"]]);
});

Deno.test("only the balancer's address is believed, and nothing else can have it", () => {
  const { front } = services["balancer"]?.networks as Record<string, { ipv4_address: string }>;
  equal(one.environment?.["DEVICE_PROXIES"], front?.ipv4_address);
  const [{ subnet, ip_range }] = networks.front.ipam.config as [{ subnet: string; ip_range: string }];
  match(subnet, /^10\.83\.0\.0\/24$/);
  match(front?.ipv4_address ?? "", /^10\.83\.0\.(\d|\d\d)$/);
  match(ip_range, /^10\.83\.0\.128\/25$/);
});

Deno.test("the kernel gives up a dead line soon, at the program's end and at the balancer's", () => {
  for (const name of ["kaigui-1", "kaigui-2", "balancer"]) {
    const { sysctls = {} } = services[name] ?? {};
    const numbers = [sysctls["net.ipv4.tcp_retries2"], sysctls["net.ipv4.tcp_orphan_retries"]];
    equal(tcpRetriesWarning(parseTcpRetries(numbers.join(" ")) ?? { open: 15, closed: 8 }), undefined, name);
  }
});

Deno.test("the broker and the instances have one password", () => {
  const from = (text = "") => /\$\{NATS_PASSWORD:\?[^}]*\}/.exec(text)?.[0];
  const url = one.environment?.["NATS_URL"] ?? "";
  const said = services["nats"]?.environment?.["NATS_PASSWORD"] ?? "";
  equal(url, `nats://kaigui:${from(url)}@nats:4222`);
  equal(said, `'${from(url)}'`);
});
