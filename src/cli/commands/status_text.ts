import type { Status } from "kaigui-client";
import { number, size, span } from "../amounts.ts";
import { fields, table, time } from "../table.ts";

/** What one look at the service has shown. */
export interface StatusReading {
  readonly service: string;
  readonly alive: boolean;
  readonly ready: boolean;
  /** Unknown where the service does not say. */
  readonly status: Status | undefined;
  readonly cabinets: CabinetCount | undefined;
}

/** How many cabinets there are. */
export interface CabinetCount {
  readonly online: number;
  readonly offline: number;
}

/** An isolate that keeps all else waiting for so long is as good as gone. */
const HANGING_MS = 5_000;

const HEADINGS = [
  "ISOLATE",
  "STATE",
  "DEVICES",
  "PEOPLE",
  "RUNNING",
  "COMMANDS",
  "PER SECOND",
  "HEAP",
  "LAG",
  "RESTARTS",
  "UP SINCE",
];

/** How the service is, as text. */
export function statusText({ service, alive, ready, status, cabinets }: StatusReading): string {
  const lines = fields([
    ["service", service],
    ["alive", alive ? "yes" : "no"],
    ["ready", ready ? "yes" : "no"],
    ...status ? programFields(status) : [],
    ...cabinets ? [["cabinets", cabinetsText(cabinets)] as const] : [],
  ]);
  return status ? `${lines}\n\n${isolateTable(status)}` : lines;
}

function programFields(status: Status): [name: string, value: string][] {
  const { version, startedAt, uptimeSeconds, database, totals } = status;
  return [
    ["version", version],
    ["up", startedAt === null ? "unknown" : `${span(uptimeSeconds)}, since ${time(startedAt)}`],
    ["database", database],
    ["router", routerText(status)],
    ["memory", size(totals.residentBytes)],
    ["devices", devicesText(status)],
    ["commands", commandsText(totals.commands)],
    ["failures", number(totals.failures)],
  ];
}

function routerText({ router, isolates }: Status): string {
  const others = isolates.length - 1;
  const linked = others === 0 ? "one isolate" : `each isolate sees ${router.peers} of ${others} others`;
  return `${linked}, ${router.broker === "none" ? "no broker" : `broker ${router.broker}`}`;
}

function devicesText({ totals: { connections, devices } }: Status): string {
  return `${number(connections)} connected, ${number(devices)} of them as a cabinet`;
}

function commandsText(commands: Readonly<Record<string, number>>): string {
  const some = Object.entries(commands).filter(([, count]) => count > 0);
  return some.length === 0
    ? "none yet"
    : some.map(([state, count]) => `${number(count)} ${state}`).join(", ");
}

function cabinetsText({ online, offline }: CabinetCount): string {
  return `${online + offline} (${online} online, ${offline} offline)`;
}

function isolateTable({ isolates, totals }: Status): string {
  const sum = isolates.reduce((sum, { commands }) => sum + commands, 0);
  const all = [
    "all",
    `${totals.isolatesUp} of ${isolates.length}`,
    number(totals.devices),
    number(totals.people),
    number(totals.commandsRunning),
    number(sum),
    number(totals.commandsPerSecond),
  ];
  return table(HEADINGS, [...isolates.map(isolateRow), all]);
}

function isolateRow(isolate: Status["isolates"][number]): string[] {
  return [
    String(isolate.isolate),
    stateOf(isolate),
    number(isolate.devices),
    number(isolate.people),
    number(isolate.commandsRunning),
    number(isolate.commands),
    number(isolate.commandsPerSecond),
    size(isolate.heapBytes),
    `${number(isolate.lagMs)} ms`,
    number(isolate.restarts),
    isolate.up ? time(isolate.startedAt) : "",
  ];
}

function stateOf({ up, lagMs }: Status["isolates"][number]): string {
  if (!up) return "down";
  return lagMs >= HANGING_MS ? "hangs" : "up";
}
