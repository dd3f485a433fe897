import { type Command, Option } from "commander";
import { Client } from "../client.ts";
import { Failure, type Io } from "../io.ts";
import { addJson, type JsonOptions } from "../place.ts";
import { type CabinetCount, type StatusReading, statusText } from "./status_text.ts";
import { jsonText } from "../table.ts";
import { watch } from "../watch.ts";

/** Counting asks for every cabinet: with --watch it is not done at each look. */
const COUNT_EVERY_MS = 30_000;

interface StatusOptions extends JsonOptions {
  readonly watch?: boolean;
}

/** Adds `kaigui status`. */
export function addStatusCommand(program: Command, io: Io): void {
  const status = addJson(program.command("status"))
    .summary("how the service and its isolates are, and how many cabinets are online")
    .description(
      "Says whether the service is there and ready, how each of its isolates is, and how many cabinets are online.",
    )
    .addOption(new Option("--watch", "look again every 2 s until Ctrl-C").conflicts("json"))
    .addHelpText("after", "\nThe exit code is 1 when the service is not there or not ready.");
  status.action(async () => await showStatus(status.optsWithGlobals(), io));
}

async function showStatus(options: StatusOptions, io: Io): Promise<void> {
  const client = Client.of(options, io);
  const counter = new CabinetCounter(client);
  if (options.watch) return await watch(async () => statusText(await look(client, counter)), io);
  const seen = await look(client, counter);
  io.say(options.json ? jsonText(seen) : statusText(seen));
  if (!seen.alive || !seen.ready) throw new Failure(`The service at ${client.url} is not ready`);
}

async function look(client: Client, counter: CabinetCounter): Promise<StatusReading> {
  const alive = await client.probe("/healthz");
  const ready = await client.probe("/readyz");
  const seen = { service: client.url, alive, ready };
  if (!alive || !ready) return { ...seen, status: await ifTold(client), cabinets: undefined };
  return { ...seen, status: await client.call("serviceStatus", {}), cabinets: await counter.count() };
}

/** A service whose database is away tells how it is; that it is not ready is said anyway. */
async function ifTold(client: Client): Promise<StatusReading["status"]> {
  try {
    return await client.call("serviceStatus", {});
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

class CabinetCounter {
  readonly #client: Client;
  #counted: { at: number; count: CabinetCount } | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  async count(): Promise<CabinetCount> {
    const now = performance.now();
    if (!this.#counted || now - this.#counted.at >= COUNT_EVERY_MS) {
      this.#counted = { at: now, count: await this.#count() };
    }
    return this.#counted.count;
  }

  async #count(): Promise<CabinetCount> {
    const count = { online: 0, offline: 0 };
    for await (const { online } of this.#client.cabinets()) count[online ? "online" : "offline"]++;
    return count;
  }
}
