/**
 * `deno task demo`: the real service on a throw-away database, with simulated cabinets and guest login.
 *
 * @module
 */
import { delay } from "../../lib/concurrency/delay.ts";
import { httpUrl, localHost } from "../../app/listening_url.ts";
import { describeStartupError } from "../../app/startup_errors.ts";
import { qrText } from "../../lib/qr_code.ts";
import { type Service, startService } from "../../app/service.ts";
import { readSettings, type Settings } from "../../app/settings/settings.ts";
import { simulateFleet } from "../../simulator/mod.ts";
import { KAIGUI } from "../../lib/command_line.ts";
import { Client } from "../client.ts";
import { DEMO_CABINETS, demoBehaviour, demoBody, type DemoCabinet, demoRegistration } from "./cabinets.ts";
import { freePort, reachableHost, throwAwayFolder } from "./place.ts";
import { Failure, type Io, realIo } from "../io.ts";
import { printingIo } from "../printing_io.ts";
import { table } from "../table.ts";

/** How long the slowest cabinet may take to come online. */
const ONLINE_MS = 15_000;
const LOOK_MS = 100;
/** Settings that a demo leaves to the person; the others would make it less of a demo. */
const KEPT: ReadonlySet<string> = new Set(["HOST", "PORT", "DEVICE_PORT", "PUBLIC_URL", "OPERATOR_TOKEN"]);

/**
 * Runs the demo until it is interrupted, and leaves nothing behind.
 *
 * @param folders where its own folder is made and removed
 * @param options.descriptorsMax how many files and sockets it may have open @default {PROCESS.descriptorsMax}
 */
export async function runDemo(
  io: Io,
  folders = "./data",
  options: { descriptorsMax?: number } = {},
): Promise<void> {
  const interrupted = io.interrupted();
  const settings = demoSettings(io);
  if (io.env("DATA_DIR")) {
    io.say(`DATA_DIR is left alone: the demo keeps its data below ${folders}, and removes them at its end`);
  }
  await using folder = await throwAwayFolder(folders);
  // The cabinets outlive the service, so that it can finish with them what it has begun.
  await using cabinets = new AsyncDisposableStack();
  await using service = await startService({ ...settings, dataDir: folder.path }, {
    ...options,
    logs: "taps",
  });
  const demo = { settings: { ...settings, dataDir: folder.path }, service, cabinets, io };
  const presenting = present(demo);
  cabinets.defer(() => presenting.catch(() => {}));
  await Promise.race([presenting, interrupted]);
  await interrupted;
  io.say("The demo ends");
}

interface Demo {
  readonly settings: Settings;
  readonly service: Service;
  readonly cabinets: AsyncDisposableStack;
  readonly io: Io;
}

/** Guests may come in, and where a default port is taken another one is used. */
function demoSettings(io: Io): Settings {
  const settings = readSettings((name) => KEPT.has(name) ? io.env(name) : undefined);
  const portFor = (name: string, port: number) => {
    if (io.env(name)) return port;
    const free = freePort(settings.host, port);
    if (free !== port) io.say(`port ${port} is taken, so the demo takes a free one; ${name} can say another`);
    return free;
  };
  return {
    ...settings,
    guestLogin: true,
    port: portFor("PORT", settings.port),
    devicePort: portFor("DEVICE_PORT", settings.devicePort),
  };
}

async function present({ settings, service, cabinets, io }: Demo): Promise<void> {
  const here = httpUrl(localHost(settings.host), service.http.port);
  const client = new Client(here, {
    findToken: () => Promise.resolve({ token: service.operatorToken, from: "of the service" }),
  });
  for (const cabinet of DEMO_CABINETS) {
    await client.call("cabinetsPut", { path: { id: cabinet.id }, body: demoBody(cabinet) });
  }
  const address = { hostname: localHost(settings.host), port: service.device.port };
  // Interrupted meanwhile.
  if (cabinets.disposed) return;
  cabinets.use(simulateFleet(DEMO_CABINETS.length, (index) => simulated(DEMO_CABINETS[index], address)));
  await untilOnline(client, io);
  await show({ settings, here, port: service.http.port, io });
}

function simulated(cabinet: DemoCabinet | undefined, address: { hostname: string; port: number }) {
  if (!cabinet) throw new RangeError("Cannot simulate more cabinets than the demo has");
  return {
    ...demoBehaviour(cabinet),
    ...address,
    registration: new TextEncoder().encode(demoRegistration(cabinet)),
  };
}

async function untilOnline(client: Client, io: Io): Promise<void> {
  const deadline = Date.now() + ONLINE_MS;
  while (true) {
    const cabinets = await Array.fromAsync(client.cabinets());
    const offline = cabinets.filter(({ online }) => !online).map(({ id }) => id);
    if (offline.length === 0) return;
    if (Date.now() > deadline) return io.warn(`not online yet: ${offline.join(", ")}`);
    await delay(LOOK_MS);
  }
}

async function show(
  { settings, here, port, io }: { settings: Settings; here: string; port: number; io: Io },
): Promise<void> {
  const there = httpUrl(reachableHost(settings.host, Deno.networkInterfaces()), port);
  const linkOf = (id: string) => `${settings.publicUrl ?? there}/c/${id}`;
  const rows = DEMO_CABINETS.map(({ id, about }) => [id, about, linkOf(id)]);
  const first = linkOf(DEMO_CABINETS[0]?.id ?? "");
  const secret = settings.operatorToken ? "OPERATOR_TOKEN=…" : `DATA_DIR=${settings.dataDir}`;
  io.say(`\n${table(["CABINET", "WHAT IS SPECIAL", "LINK"], rows)}\n`);
  io.draw(await qrText(first, { colors: io.columns !== undefined }));
  io.say(`\nScan it with a phone in the same network, or open ${first}`);
  io.say(`The operator's side: ${secret} ${KAIGUI} cabinet list --url ${here}`);
  io.say("Ctrl-C ends the demo and removes its data.");
}

if (import.meta.main) {
  try {
    await runDemo(printingIo(realIo));
    Deno.exit(0);
  } catch (error) {
    realIo.warn(error instanceof Failure ? error.message : describeStartupError(error));
    Deno.exit(1);
  }
}
