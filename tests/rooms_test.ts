/**
 * The arrows between the rooms, as `docs/architecture.md` draws them: who may import whom.
 *
 * @module
 */
import { deepEqual } from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);

/** What each room may import besides itself. Files directly in `src/` are rooms of their own. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  address: ["ip_address"],
  ip_address: [],
  newcomers: [],
  utf8: [],
  plain_text: [],
  secret_box: [],
  allowance: ["ip_address", "limits", "rate"],
  bytes: [],
  limits: [],
  networks: ["ip_address"],
  settings: ["networks", "tcp_retries", "wechat_settings"],
  tcp_retries: ["limits"],
  wechat_settings: [],
  rate: [],
  turns: [],
  fair_queue: [],
  slices: [],
  secrets: [],
  data_folder: [],
  idle_memory: [],
  signals: [],
  uuid: [],
  sockets: [],
  arrival: [],
  bounded_body: [],
  compression: [],
  capacity: ["limits", "shared_count"],
  descriptors: [],
  unhandled: [],
  edge: ["arrival", "fair_queue", "ip_address", "limits", "newcomers", "rate", "shared_count", "slices"],
  shared_count: [],
  shared_lock: [],
  departure: ["limits"],
  boards: [],
  command_line: [],
  router: ["limits"],
  migrations: [],
  db: ["limits", "migrations", "turns", "uuid"],
  device: [
    "boards",
    "command_line",
    "fair_queue",
    "ip_address",
    "networks",
    "newcomers",
    "rate",
    "router",
    "limits",
    "shared_count",
    "slices",
  ],
  locker: ["db", "router", "boards", "ip_address", "limits", "secret_box", "uuid"],
  wechat: ["limits", "plain_text"],
  qr_code: [],
  posters: ["locker", "qr_code"],
  page: ["locker", "users", "uuid"],
  users: [
    "address",
    "allowance",
    "arrival",
    "compression",
    "locker",
    "router",
    "page",
    "limits",
    "plain_text",
    "rate",
    "sockets",
    "utf8",
    "wechat",
  ],
  operator: [
    "address",
    "allowance",
    "arrival",
    "bounded_body",
    "locker",
    "router",
    "db",
    "boards",
    "limits",
    "metrics",
    "plain_text",
    "posters",
    "qr_code",
    "sockets",
    "utf8",
  ],
  web: ["address", "bounded_body", "compression", "db", "limits", "networks", "users", "operator"],
  database_thread: ["db", "locker"],
  readiness: ["db", "limits"],
  device_directory: ["boards", "db", "device", "locker", "limits", "secret_box", "turns"],
  runtime_log: ["log"],
  log: ["db", "device", "edge", "locker", "plain_text", "router", "secret_box", "users", "wechat"],
  measures: ["db", "device", "locker", "metrics", "router", "secret_box", "users", "wechat"],
  isolate_pulse: ["metrics"],
  measured_router: ["metrics", "router"],
  measured_writer: ["db", "metrics"],
  metrics: ["limits"],
  simulator: [],
};

/** Rooms that put others together and may import all. */
const COMPOSITION = [
  "isolate",
  "isolate_domain",
  "isolate_ground",
  "isolate_parts",
  "isolate_thread",
  "isolate_tokens",
  "isolate_wechat",
  "isolate_worker",
  "routing",
  "explain",
  "port_check",
  "shared_memory",
  "supervisor",
  "service",
  "cli",
  "main",
  "bench",
];

Deno.test("every import goes along an arrow", async () => {
  const wrong: string[] = [];
  for await (const file of sources(ROOT)) {
    const from = roomOf(file);
    if (COMPOSITION.includes(from)) continue;
    const text = await Deno.readTextFile(new URL(file, ROOT));
    for (const [, path = ""] of text.matchAll(/^(?:import|export)[^;]*?from "(\.[^"]+\.tsx?)"/gms)) {
      const to = roomOf(new URL(path, new URL(file, ROOT)).href.slice(ROOT.href.length));
      if (to !== from && !ARROWS[from]?.includes(to)) wrong.push(`${file} -> ${to}`);
    }
  }
  deepEqual(wrong, []);
});

Deno.test("browser code and its rooms share types only", async () => {
  const wrong: string[] = [];
  for await (const file of sources(new URL("src/page/", ROOT))) {
    const text = await Deno.readTextFile(new URL(file, ROOT));
    for (const [line] of text.matchAll(/^import(?! type)[^;]*?from "\.\.\/(?:locker|users)[^"]*"/gms)) {
      wrong.push(`${file}: ${line}`);
    }
  }
  deepEqual(wrong, []);
});

async function* sources(folder: URL): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = new URL(name, folder).href.slice(ROOT.href.length);
    if (isDirectory && (path.startsWith("src") || path.startsWith("migrations"))) {
      yield* sources(new URL(`${name}/`, folder));
    } else if (/^(src|migrations)\/.*\.tsx?$/.test(path) && !/_test\.tsx?$/.test(path)) yield path;
  }
}

function roomOf(path: string): string {
  const parts = path.replace(/^src\//, "").split("/");
  return (parts[0] as string).replace(/\.tsx?$/, "");
}
