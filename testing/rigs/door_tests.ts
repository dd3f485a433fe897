/**
 * What the tests of several doors share: simulated cabinets, and calls that come to all isolates of a program.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { simulateCabinet, type SimulatedCabinetOptions } from "../../src/simulator/mod.ts";
import { type TestLine, testLine } from "../../src/operator/contract/installing.ts";
import { api, putCabinet } from "../api.ts";
import type { Message } from "../page.ts";
import { type Program, TOKEN } from "../program.ts";
import { until } from "../until.ts";

/** Cells of a cabinet, where nothing else is said. */
export const CELLS = 4;

/** Requests that come to one isolate of two only once in a million times: the kernel draws one for each connection. */
export const CONNECTIONS = 20;

/** Each request has a connection of its own. */
const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });

/** A simulated cabinet of that id, online and with its doors read. */
export async function cabinetAt(
  program: Program,
  { id, more = {}, described = {} }: {
    id: string;
    more?: Partial<SimulatedCabinetOptions>;
    described?: Record<string, unknown>;
  },
): Promise<ReturnType<typeof simulateCabinet>> {
  await putCabinet(program, id, { cells: { count: CELLS }, ...described });
  const cabinet = simulateCabinet({
    hostname: "127.0.0.1",
    port: program.devicePort,
    registration: new TextEncoder().encode(`REG-${id}`),
    ...more,
  });
  await until(async () => {
    const { online, cells } = (await api(program, "GET", `/cabinets/${id}`)).body;
    return online &&
      (described["wiring"] === "none" || cells.every(({ door }: Message) => door !== "unknown"));
  });
  return cabinet;
}

/** Begins a test, on a connection of its own. */
export function start(
  program: Program,
  id: string,
  body: Message = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${program.url}/api/v1/cabinets/${id}/test`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json", ...headers },
    body: JSON.stringify({ pauseMs: 0, ...body }),
    client,
  });
}

/** The lines of a whole answer. */
export function linesIn(text: string): TestLine[] {
  return text.trimEnd().split("\n").map((line) => testLine.parse(JSON.parse(line)));
}

/** What a whole test says. */
export interface Tested {
  readonly cells: readonly Extract<TestLine, { type: "cell" }>[];
  readonly end: Extract<TestLine, { type: "end" }>;
  /** Of each cell its number and its finding. */
  readonly findings: readonly string[];
}

/** What the test says: of each cell its finding, and in the end the advice. */
export async function tested(program: Program, id: string, body: Message = {}): Promise<Tested> {
  const response = await start(program, id, body);
  equal(response.status, 200, `${response.status}`);
  const lines = linesIn(await response.text());
  const cells = lines.flatMap((line) => line.type === "cell" ? [line] : []);
  const end = lines.find((line) => line.type === "end");
  if (end?.type !== "end") throw new TypeError("The test has no end");
  return { cells, end, findings: cells.map(({ cell, finding }) => `${cell} ${finding}`) };
}

/** How often each coil fired. */
export function pulses(cabinet: ReturnType<typeof simulateCabinet>): number[] {
  return Array.from({ length: CELLS }, (_, index) => cabinet.pulseCount(1, index + 1));
}
