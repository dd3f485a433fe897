import { hasRoomForDevice, hasRoomForSocket, type Occupancy, passingOfIsolate } from "../capacity.ts";
import { DeviceDirectory } from "./device_directory.ts";
import { DeviceListener, type DoorRecords, ReloadingCertificate, unknownDeviceIn } from "../../device/mod.ts";
import { senderOf } from "../../http/client_address.ts";
import { type Handler, HttpServer } from "../../http/server/mod.ts";
import { staffParts } from "./staff.ts";
import { IdleMemory, v8Heap } from "../idle_memory.ts";
import { isolatePulse } from "./pulse.ts";
import { type Ground, now, wallClock } from "./ground.ts";
import { KeyedCounts } from "../../lib/concurrency/keyed_counts.ts";
import { HTTP, PERSON } from "../../lib/limits.ts";
import { Networks } from "../../lib/networks.ts";
import { type Domain, openDomain } from "./domain.ts";
import { eventsKeptMs, keptDaysFrom, MaintenanceJobs, UnknownDeviceLog } from "../../locker/mod.ts";
import { deviceLog, hangUpLog, logCertificate, refusalLog } from "../../observability/report_log.ts";
import { countAnswer, countDevice, countRefusal } from "../../observability/report_metrics.ts";
import { collect, expose, programStatus } from "../../metrics/mod.ts";
import { CabinetEtags, Feeds } from "../../operator/mod.ts";
import { Readiness } from "../readiness.ts";
import { SharedCount } from "../../lib/concurrency/shared_count.ts";
import { Guard } from "../../http/websocket_guard.ts";
import {
  CopyLinks,
  type CredentialRefusal,
  LoginStates,
  Sessions,
  SubscriberRegistry,
} from "../../users/mod.ts";
import { webApp } from "../../web/app.ts";
import { readAssets, readReference, versionOf } from "../../web/assets.ts";

/** Where `deno task build` puts the page's files. */
const ASSETS = new URL("../../../dist", import.meta.url).pathname;

/** The parts of an isolate that take part in stopping it. */
export interface IsolateParts
  extends
    Pick<Ground, "db" | "routing" | "log">,
    Pick<Domain, "journal" | "commands" | "returns" | "doorLog" | "outbox" | "bulkRunner"> {
  readonly status: { isStopping: boolean };
  /** See {@linkcode IsolateAddresses}. */
  readonly ownerInvitation: string | undefined;
  readonly directory: DeviceDirectory;
  readonly unknownDevices: UnknownDeviceLog;
  readonly devices: DeviceListener;
  readonly guard: Guard;
  readonly server: HttpServer;
  /** The first isolate has them; `undefined` in the others. */
  readonly chores: MaintenanceJobs | undefined;
  /** Parts with a timer or a watch, which have nothing to finish. */
  readonly idle: readonly Disposable[];
}

/**
 * Puts everything together and listens.
 *
 * @throws {Deno.errors.AddrInUse} if an address is taken
 */
export async function listen(ground: Ground): Promise<IsolateParts> {
  const { options, log, failed, metrics, db, writer, routing } = ground;
  const { index, memory, publicUrl, trustedProxies, capacity } = options;
  const { router } = routing;
  const status = { isStopping: false };

  const assets = readAssets(ASSETS);
  const domain = await openDomain(ground);
  const { journal, commands, cabinets, secrets } = domain;
  const readiness = new Readiness(db, { now, wallClock });
  const directory = new DeviceDirectory(db, { journal, secrets, failed });
  const isKnown = async (said: string) =>
    typeof await directory.findByRegistration(Uint8Array.fromHex(said)) === "object";
  const unknownDevices = new UnknownDeviceLog(db, { isKnown, failed, now, wallClock });
  const occupancy = {
    devices: new SharedCount(memory.devices, index),
    sockets: new SharedCount(memory.sockets, index),
  };
  const guard = new Guard(failed, () => hasRoomForSocket(capacity, occupancy));
  const tellRefusal = refusalLog(log, now);
  const refused = (refusal: CredentialRefusal) => {
    countRefusal(metrics, refusal);
    tellRefusal(refusal);
  };
  const staff = staffParts(ground, { auditLog: domain.auditLog, refused });
  const feeds = new Feeds(db, {
    router,
    rights: staff.rights,
    guard,
    keptMs: eventsKeptMs(keptDaysFrom(options.keepDays)),
    connectionsMax: passingOfIsolate(capacity, options.isolates),
    failed,
    now,
    wallClock,
  });
  const ownerInvitation = options.invitesOwner ? await staff.invitations.firstOwner() : undefined;
  const app = webApp({
    reached: { publicUrl, trustedProxies },
    users: {
      ...domain,
      router,
      socketCounts: new KeyedCounts(PERSON.socketsMax),
      subscribers: new SubscriberRegistry(router, { cabinets, failed }),
      sessions: new Sessions({ secret: options.sessionSecret, wallClock }),
      states: new LoginStates({ secret: options.sessionSecret, wallClock }),
      copyLinks: new CopyLinks({ secret: options.sessionSecret, wallClock }),
      guard,
      guestLogin: options.guestLogin,
      assetsVersion: versionOf(assets),
      publicUrl,
      refused,
      failed,
      now,
      wallClock,
    },
    operator: {
      ...domain,
      db,
      router,
      feeds,
      etags: new CabinetEtags(options.sessionSecret),
      reference: readReference(ASSETS),
      token: options.operatorToken,
      ...staff,
      program: {
        id: options.program,
        version: options.version,
        status: async () => {
          await collect(memory.metrics);
          return programStatus(memory.metrics, wallClock());
        },
      },
      guard,
      failed,
      now,
      wallClock,
    },
    assets,
    isStopping: () => status.isStopping,
    missing: async () =>
      routing.uplink?.connected === false ? "NATS cannot be reached" : await readiness.missing(),
    metrics: {
      text: async () => {
        await collect(memory.metrics);
        return expose(memory.metrics);
      },
      from: new Networks(options.metricsFrom),
    },
    answered: (status) => countAnswer(metrics, status),
    failed,
  });
  const certificate = await readCertificate(ground);
  const devices = listenForDevices(ground, {
    directory,
    unknownDevices,
    records: domain.doorLog,
    certificate,
    occupancy,
  });
  try {
    const server = await listenForPeople(ground, { handler: app.fetch, occupancy });
    const idleMemory = new IdleMemory(v8Heap(() => commands.started + devices.accepted));
    const watched = { ...routing, devices, sockets: guard.open, server, commands, writer };
    const pulse = isolatePulse(metrics, watched, { failed, now, wallClock });
    const chores = index === 0 ? startChores(ground, domain) : undefined;
    certificate?.start();
    const idle = [idleMemory, pulse, ...certificate ? [certificate] : []];
    const told = { status, ownerInvitation, chores, idle };
    return { ...ground, ...domain, ...told, directory, unknownDevices, devices, guard, server };
  } catch (error) {
    await devices[Symbol.asyncDispose]();
    throw error;
  }
}

/** The certificate that devices are shown over TLS; `undefined`: there is no TLS. */
async function readCertificate(
  { options: { deviceTls }, log }: Ground,
): Promise<ReloadingCertificate | undefined> {
  return deviceTls && await ReloadingCertificate.read(deviceTls, {
    report: (report) => logCertificate(log, report),
    wallClock,
  });
}

function listenForDevices(
  { options, log, metrics, routing }: Ground,
  { directory, unknownDevices, records, certificate, occupancy }: {
    directory: DeviceDirectory;
    unknownDevices: UnknownDeviceLog;
    records: DoorRecords;
    certificate: ReloadingCertificate | undefined;
    occupancy: Occupancy;
  },
): DeviceListener {
  const { host: hostname, devicePort: port, deviceTls, deviceProxies: proxies, isolates, capacity } = options;
  const tls = deviceTls && certificate && { port: deviceTls.port, certificate };
  const tell = deviceLog(log, now);
  return new DeviceListener({ hostname, port, tls, proxies, reusePort: isolates > 1 }, {
    cabinets: directory,
    records,
    router: routing.router,
    open: occupancy.devices,
    hasRoom: () => hasRoomForDevice(capacity, occupancy),
    newcomersMax: Math.ceil(capacity.devices / isolates),
    report: (report) => {
      countDevice(metrics, report);
      tell(report);
      const unknown = unknownDeviceIn(report);
      if (unknown) unknownDevices.note(unknown);
    },
    now,
    wallClock,
  });
}

function listenForPeople(
  { options, log, metrics, failed }: Ground,
  { handler, occupancy }: { handler: Handler; occupancy: Occupancy },
): Promise<HttpServer> {
  const { host: hostname, port, isolates, capacity, trustedProxies } = options;
  const tell = hangUpLog(log, now);
  return HttpServer.listen(handler, {
    hostname,
    port,
    isolates,
    backlog: capacity.backlog,
    limits: {
      max: passingOfIsolate(capacity, isolates),
      // Behind proxies all connections come from the proxies' addresses.
      perNetworkMax: () => trustedProxies > 0 ? Infinity : HTTP.perAddressMax,
    },
    times: HTTP,
    addressOf: ({ socket, headers }) =>
      senderOf(
        { peer: () => socket.remoteAddress ?? "", forwardedFor: `${headers["x-forwarded-for"] ?? ""}` },
        trustedProxies,
      ),
    sockets: occupancy.sockets,
    hungUp: (network, why) => {
      metrics.add("http_hung_up_total", why);
      tell({ network, why });
    },
    failed,
    now,
  });
}

/** Starts what is done at intervals for the whole program. */
function startChores(
  { options, db, failed }: Ground,
  { returns, recovery, people, doorAlarms, secrets, notices }: Domain,
): MaintenanceJobs {
  returns.start();
  const parts = { recovery, people, doorAlarms, secrets, notices };
  return new MaintenanceJobs(db, { ...parts, keptDays: keptDaysFrom(options.keepDays), wallClock, failed });
}
