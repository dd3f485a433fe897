import { type Command, Option } from "commander";
import type { Cabinet } from "kaigui-client";
import { KAIGUI } from "../../lib/command_line.ts";
import { type BoardName, BOARDS, type CharacterName, simulateFleet } from "../../simulator/mod.ts";
import { idArgument, wholeNumber } from "../arguments.ts";
import { MODES } from "./cabinet_options.ts";
import { Client } from "../client.ts";
import { Failure, type Io, UsageError } from "../io.ts";
import { type ServiceOptions, serviceUrl, settingsOf } from "../place.ts";
import {
  cellsOn,
  changesFor,
  CHARACTER_NAMES,
  characterNamed,
  charactersOf,
  eventLine,
  installedAs,
  type Needs,
  SIMULATED_BOARDS,
} from "./simulated.ts";

/** What one process may hold open. */
const COUNT_MAX = 20_000;
/** From dial to dial, so that thousands do not dial in one moment. */
const DIAL_GAP_MS = 2;
/** Links of cabinets that were made which are shown. */
const LINKS_MAX = 10;
/** Requests at once while cabinets are made. */
const MAKERS = 8;

const EXAMPLES = `
Examples:
  ${KAIGUI} simulate --create
  ${KAIGUI} simulate --create --board wkly --count 9 --character mixed
  ${KAIGUI} simulate --count 1000 --prefix load --device 192.0.2.7:8282

Cabinet n is called {prefix}-{n} and registers as SIM-{prefix}-{n}. Ctrl-C ends all of them. Where --create finds one of
its cabinets, it changes no more than its boards and cells, and its --mode where that is said: tags, rules, a name of your
own and all else stay.`;

interface SimulateOptions extends ServiceOptions {
  readonly count: number;
  readonly prefix: string;
  readonly board: BoardName;
  readonly character: CharacterName | "mixed";
  readonly mode?: Cabinet["mode"];
  readonly device?: string;
  readonly create?: boolean;
}

interface Simulated {
  readonly id: string;
  readonly board: BoardName;
  readonly character: CharacterName;
}

/** Adds `kaigui simulate`. */
export function addSimulateCommand(program: Command, io: Io): void {
  const simulate = program.command("simulate")
    .summary("cabinets made of nothing but bytes, for a running service")
    .description("Runs simulated cabinets that dial a running service.")
    .option("--count <n>", "how many", wholeNumber(1, COUNT_MAX), 1)
    .option("--prefix <text>", "what their ids begin with", prefixArgument, "sim")
    .addOption(
      new Option("--board <name>", "the family of their lock boards").choices(SIMULATED_BOARDS).default("8a"),
    )
    .addOption(
      new Option("--character <name>", "how they behave; mixed takes one after the other")
        .choices([...CHARACTER_NAMES, "mixed"]).default("normal"),
    )
    .option("--device <host:port>", "where they dial (default: the service's host and DEVICE_PORT, 8282)")
    .addOption(
      new Option("--mode <mode>", `of those that --create makes (default: open): ${MODES}`)
        .choices(["open", "storage", "assigned"]),
    )
    .option("--create", "first make the cabinets in the service, or bring them up to date")
    .addHelpText("after", EXAMPLES);
  simulate.action(async () => await runCabinets(simulate.optsWithGlobals(), io));
}

async function runCabinets(options: SimulateOptions, io: Io): Promise<void> {
  const cabinets = cabinetsOf(options);
  const address = deviceAddress(options, io);
  if (options.create) {
    const links = await makeAll(cabinets, { client: Client.of(options, io), mode: options.mode });
    for (const link of links.slice(0, LINKS_MAX)) io.say(link);
  }
  await using _fleet = simulateFleet(cabinets.length, (index) => {
    const { id, board, character } = cabinets[index] as Simulated;
    return {
      ...characterNamed(character),
      board,
      ...address,
      registration: new TextEncoder().encode(registrationOf(id)),
      dialAfterMs: index * DIAL_GAP_MS,
      log: (event) => {
        const line = eventLine(id, event);
        if (line !== undefined) io.say(line);
      },
    };
  });
  io.say(`${cabinets.length} simulated, dialling ${address.hostname}:${address.port}; Ctrl-C ends`);
  await io.interrupted();
}

/** Leaves room for the longest number. */
function prefixArgument(text: string): string {
  idArgument(`${text}-${COUNT_MAX}`);
  return text;
}

function cabinetsOf({ count, prefix, board, character }: SimulateOptions): Simulated[] {
  const possible = charactersOf(board);
  const chosen = character === "mixed" ? possible : possible.filter((name) => name === character);
  if (chosen.length === 0) {
    throw new UsageError(`Cannot simulate ${character} with ${board} boards: a bus has but one of them`);
  }
  return Array.from({ length: count }, (_, index) => {
    return { id: `${prefix}-${index + 1}`, board, character: chosen[index % chosen.length] ?? "normal" };
  });
}

function deviceAddress({ device, ...options }: SimulateOptions, io: Io): { hostname: string; port: number } {
  const here = () => `${new URL(serviceUrl(options, io)).hostname}:${settingsOf(io).devicePort}`;
  const text = device ?? here();
  const { hostname, port } = URL.parse(`tcp://${text}`) ?? { hostname: "", port: "" };
  if (hostname === "" || port === "" || port === "0") {
    throw new UsageError(`"${text}" is not an address for devices: say --device with host:port`);
  }
  return { hostname: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port) };
}

function registrationOf(id: string): string {
  return `SIM-${id}`;
}

/** Where they are made, and who may open what there; `mode: undefined` leaves it; a new cabinet is open. */
interface Making {
  readonly client: Client;
  readonly mode: Cabinet["mode"] | undefined;
}

/** Makes all of them and says where people find each. */
async function makeAll(cabinets: readonly Simulated[], making: Making): Promise<string[]> {
  const queue = cabinets.entries();
  const links: string[] = [];
  await Promise.all(Array.from({ length: MAKERS }, async () => {
    for (const [index, cabinet] of queue) links[index] = await make(cabinet, making);
  }));
  return links;
}

/** Whether the cabinet says first what a simulated one of its id says. */
function isSimulated({ id, registration }: Cabinet): boolean {
  const said = registration ?? {};
  return "text" in said && said.text === registrationOf(id);
}

/** Makes it and says where people find it. A real cabinet that happens to have the id must not be overwritten. */
async function make({ id, board, character }: Simulated, { client, mode }: Making): Promise<string> {
  const before = await client.find(id);
  if (before && !isSimulated(before)) {
    throw new Failure(`Cabinet ${id} is there and is not a simulated one: take another --prefix`);
  }
  const behaviour = characterNamed(character);
  const { boards = 1 } = behaviour;
  const wanted = {
    name: `${id} ${board} ${character}`,
    ...installedAs(behaviour, board),
    cells: cellsOn(board, { boards, count: boards * BOARDS[board].locks }),
  };
  if (before) return await adapt(before, { ...wanted, ...mode && { mode } }, client);
  const body = {
    mode: "open" as const,
    ...mode && { mode },
    registration: { text: registrationOf(id) },
    ...wanted,
  };
  const { link } = await client.call("cabinetsPut", { path: { id }, body });
  return link;
}

/** Changes what is not as the simulated cabinet needs it, and says where people find it. */
async function adapt(before: Cabinet, wanted: Needs, client: Client): Promise<string> {
  const changes = changesFor(before, wanted);
  if (Object.keys(changes).length === 0) return before.link;
  const { link } = await client.call("cabinetsPatch", { path: { id: before.id }, body: changes });
  return link;
}
