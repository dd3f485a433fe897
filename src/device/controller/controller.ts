import type { SensedDoor } from "../../boards/mod.ts";
import { CONTROLLER, DEVICE } from "../../lib/limits.ts";
import type { DoorRecords } from "../cabinet.ts";
import { ControllerDoors, type ControllerPort } from "./controller_doors.ts";
import {
  type ControllerLine,
  encodeLine,
  parseLine,
  type PingLine,
  ProtocolError,
  type ServiceLine,
} from "./lines.ts";
import { ControllerDoorQueries } from "./controller_door_queries.ts";
import { ControllerOpens } from "./controller_opens.ts";
import { isSameDigest, openMac, pingMac, type ProvenController, timeMac } from "./proof.ts";
import { LineSplitter } from "./line_splitter.ts";
import type { CabinetDriver, OpenJob } from "../cabinet_driver.ts";
import type { DoorQuery } from "../door_queries.ts";

const HEARTBEAT_MS = CONTROLLER.heartbeatSeconds * 1_000;
/** How long a controller may be silent until it counts as gone. */
const SILENCE_MS = 2 * HEARTBEAT_MS;

/** What a controller needs beside its proof. */
export interface ControllerOptions {
  readonly port: ControllerPort;
  readonly records: Pick<DoorRecords, "heard">;
  /** What the welcome said: the time in milliseconds since 1970, and the last event that is stored. */
  readonly welcome: { readonly time: number; readonly acknowledged: number };
  /** When the welcome was sent, on the monotonic clock. */
  readonly now: number;
  /** Milliseconds since 1970. */
  readonly wallClock: () => number;
}

/**
 * A smart controller after its welcome, as a state machine: opens are sent to it, and it reports how they
 * ended and what its doors do. No socket and no timer, see {@linkcode CabinetDriver}.
 */
export class Controller implements CabinetDriver {
  readonly #sessionKey: Uint8Array;
  readonly #options: ControllerOptions;
  readonly #lines = new LineSplitter();
  readonly #opens: ControllerOpens;
  readonly #doors: ControllerDoors;
  readonly #queries: ControllerDoorQueries;
  /** When anything was last received. */
  #heardAt: number;
  /** When the peer's silence is so long that it is asked for a sign of life; once in each silence. */
  #pingAt: number;
  #isClosed = false;

  constructor(
    { cabinet, log, sessionKey }: Pick<ProvenController, "cabinet" | "log" | "sessionKey">,
    options: ControllerOptions,
  ) {
    const { port, records, welcome: { acknowledged }, now, wallClock } = options;
    this.#sessionKey = sessionKey;
    this.#options = options;
    this.#opens = new ControllerOpens({
      permit: (job) => port.permit(job),
      send: (job) => this.#sendOpen(job),
      ask: () => void this.probe(),
      silent: () => port.close("silent"),
    }, now);
    this.#doors = new ControllerDoors(cabinet, {
      port,
      records,
      log,
      acknowledged,
      now,
      wallClock,
      allStored: () => this.#queries.answer(),
    });
    this.#queries = new ControllerDoorQueries({
      ping: () => this.#say({ type: "ping" }),
      events: () => this.#doors.events,
      doorOf: ({ lock }) => this.#doors.doorAt(lock),
    });
    this.#heardAt = now;
    this.#pingAt = now + HEARTBEAT_MS;
  }

  get wakeAt(): number {
    return Math.min(this.#pingAt, this.#opens.wakeAt, this.#doors.wakeAt, this.#queries.wakeAt);
  }

  get askAt(): number {
    return this.#heardAt + SILENCE_MS * DEVICE.askAfterSilence;
  }

  get goneAt(): number {
    return this.#heardAt + SILENCE_MS;
  }

  get isBusy(): boolean {
    return this.#opens.isBusy;
  }

  get doors(): ReadonlyMap<number, SensedDoor> {
    return this.#doors.known;
  }

  open(job: OpenJob, now: number): void {
    this.#opens.open(job, now);
  }

  queryDoor(query: DoorQuery): void {
    this.#queries.add(query);
  }

  probeIfQuiet(now: number): void {
    if (now - this.#heardAt > DEVICE.livelyMs) this.probe();
  }

  permitted(may: boolean, now: number): void {
    this.#opens.permitted(may, now);
  }

  /** Only the controller's own firmware speaks to its locks. */
  raw(): boolean {
    return false;
  }

  received(chunk: Uint8Array, now: number): void {
    this.#pingAt = now + HEARTBEAT_MS;
    this.#heardAt = now;
    this.#opens.received(now);
    try {
      this.#lines.push(chunk);
      for (let line = this.#lines.next(); line && !this.#isClosed; line = this.#lines.next()) {
        this.#take(parseLine(line), now);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#options.port.close("protocol-violated", error);
    }
  }

  tick(now: number): void {
    if (now >= this.#pingAt) {
      this.#pingAt = Infinity;
      this.probe();
    }
    this.#opens.tick(now);
    this.#doors.tick(now);
    this.#queries.tick(now);
  }

  probe(): true {
    this.#queries.ping();
    return true;
  }

  close(): void {
    this.#isClosed = true;
    this.#opens.close();
    this.#doors.close();
    this.#queries.close();
  }

  #take(line: ControllerLine | undefined, now: number): void {
    switch (line?.type) {
      case undefined:
        return;
      case "pong":
        return this.#queries.pongReceived();
      case "ping":
        return this.#answer(line, now);
      case "result":
        return this.#opens.takeResult(line);
      case "event":
        return this.#doors.takeEvent(line, now);
      case "doors":
        return this.#doors.takeSnapshot(line.doors, now);
      default:
        throw new ProtocolError(`A ${line?.type} came after the welcome`);
    }
  }

  #answer({ n, mac }: PingLine, now: number): void {
    if (!isSameDigest(mac, pingMac(this.#sessionKey, n))) {
      throw new ProtocolError("A ping has the wrong mac");
    }
    const time = this.#timeAt(now);
    this.#say({ type: "pong", n, time, mac: timeMac(this.#sessionKey, { n, time }) });
  }

  #sendOpen({ id, lock: { channel: lock }, deadline }: OpenJob): void {
    const until = this.#timeAt(deadline);
    const mac = openMac(this.#sessionKey, { id, lock, until });
    this.#options.port.write(encodeLine({ type: "open", id, lock, until, mac }), deadline);
  }

  /**
   * The service's clock as this controller knows it. It runs on from the welcome without a step, since a step
   * would make opens late, or expire them too early.
   */
  #timeAt(now: number): number {
    const { welcome: { time }, now: welcomedAt } = this.#options;
    return Math.floor(time + now - welcomedAt);
  }

  #say(line: ServiceLine): void {
    this.#options.port.write(encodeLine(line));
  }
}
