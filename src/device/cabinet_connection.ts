import { subscriberAt } from "../lib/ip_address.ts";
import { BUS, DEVICE } from "../lib/limits.ts";
import type { CabinetReply, CabinetRequest } from "../cabinet/requests.ts";
import type { IncomingRequest, Owner, OwnershipClaim } from "../router/mod.ts";
import { rawTopic, type SentProgress } from "../cabinet/requests.ts";
import type { BusPort } from "./bus/bus.ts";
import type { DeviceCabinet } from "./cabinet.ts";
import type { CloseReason, DeviceContext } from "./context.ts";
import type { CabinetDriver, OpenJob, SeenDoor } from "./cabinet_driver.ts";
import type { DoorReading, LineMoment } from "../cabinet/doors.ts";
import type { CabinetOwner } from "../cabinet/commands.ts";

/** What a cabinet's connection needs of the device's connection. */
export interface CabinetConnectionHost {
  readonly hostname: string;
  /** When the peer last sent something, in the context's milliseconds. */
  readonly lastHeard: number;
  /** The bytes must not be changed afterwards. Bytes that could only be sent later than `by` are not sent. */
  send(bytes: Uint8Array, by?: number): void;
  /** {@linkcode CabinetConnection.wakeAt} may have changed. */
  reschedule(): void;
  close(reason: CloseReason, error?: unknown): void;
}

/** A cabinet, the epoch in which it is served, and how its driver is made. */
export interface ServedCabinet {
  readonly cabinet: DeviceCabinet;
  readonly epoch: number;
  /** @param at.firstReadAt when the doors are to be read for the first time */
  readonly createDriver: (port: BusPort, at: { now: number; firstReadAt: number }) => CabinetDriver;
}

/** An identified device's connection: for the router its cabinet's owner, for the driver the socket. */
export class CabinetConnection implements BusPort, Owner<CabinetRequest, SentProgress, CabinetReply> {
  readonly cabinet: DeviceCabinet;
  readonly #host: CabinetConnectionHost;
  readonly #context: DeviceContext;
  readonly #driver: CabinetDriver;
  readonly #owner: CabinetOwner;
  readonly #claim: OwnershipClaim;
  readonly #connectedAt: number;
  /** Where received bytes are published, once a raw line was opened on this cabinet. */
  #rawTopic: string | undefined;
  /** Who is told that an open is about to be sent; made with the first open. */
  #progress: Map<OpenJob["done"], IncomingRequest<SentProgress>["progress"]> | undefined;
  /** How many reports were made of the cabinet. */
  #count = 0;
  #isDisplaced = false;
  #isRetired = false;
  #isReleased = false;
  /**
   * Another device claims the cabinet: this peer has to send something before `until`, and is asked once more
   * at `againAt`.
   */
  #lifeCheck: { until: number; againAt: number; readonly answer: PromiseWithResolvers<boolean> } | undefined;
  /** Until when the peer is not asked again: it has answered when another device claimed the cabinet. */
  #provenAliveUntil = -Infinity;

  /** Claims the cabinet and reports it online, unless another connection has it with a higher epoch. */
  constructor(
    { cabinet, epoch, createDriver }: ServedCabinet,
    host: CabinetConnectionHost,
    context: DeviceContext,
  ) {
    this.cabinet = cabinet;
    this.#host = host;
    this.#context = context;
    this.#connectedAt = context.wallClock();
    const now = context.now();
    // The first readings of a whole fleet would delay the opens that people wait for.
    const firstReadAt = context.isCrowded() ? now + Math.random() * BUS.firstReadSpreadMs : now;
    this.#driver = createDriver(this, { now, firstReadAt });
    this.#owner = { cabinet: cabinet.id, epoch };
    this.#claim = context.router.claim(cabinet.id, this, epoch);
    // Another connection has it with a higher epoch, and the router is about to call `displaced`.
    if (!this.#claim.held) return;
    context.cabinets.seen(this.#owner, this.#connectedAt, { online: true });
    context.router.publish(cabinet.id, { type: "online", asOf: this.#nextMoment() });
  }

  /** When {@linkcode tick} has to be called next. */
  get wakeAt(): number {
    const { until, againAt } = this.#lifeCheck ?? { until: Infinity, againAt: Infinity };
    return Math.min(this.#driver.wakeAt, until, againAt);
  }

  /** See {@linkcode CabinetDriver.askAt}. */
  get askAt(): number {
    return this.#driver.askAt;
  }

  /** See {@linkcode CabinetDriver.goneAt}. */
  get goneAt(): number {
    return this.#driver.goneAt;
  }

  get isBusy(): boolean {
    return this.#driver.isBusy;
  }

  /** From now on opens are refused: the connection is about to end. */
  retire(): void {
    this.#isRetired = true;
  }

  tick(now: number): void {
    if (this.#lifeCheck && now >= this.#lifeCheck.until) this.#endLifeCheck(false);
    if (this.#lifeCheck && now >= this.#lifeCheck.againAt) {
      this.#lifeCheck.againAt += DEVICE.askAgainMs;
      this.#driver.probe(now, { again: true });
    }
    this.#driver.tick(now);
  }

  receive(chunk: Uint8Array, now: number): void {
    this.#endLifeCheck(true);
    this.#driver.received(chunk, now);
    this.#host.reschedule();
  }

  probe(now: number): void {
    this.#driver.probe(now);
    this.#host.reschedule();
  }

  /** Gives the cabinet up: opens that were not answered become unconfirmed. Harmless when called twice. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    const isLast = this.#claim.held && !this.#isDisplaced;
    this.#claim[Symbol.dispose]();
    this.#endLifeCheck(false);
    this.#driver.close();
    // A newer owner keeps the cabinet online.
    if (!isLast) return;
    this.#context.cabinets.seen(this.#owner, this.#lastSeenAt(), { online: false });
    this.#context.router.publish(this.cabinet.id, { type: "offline", asOf: this.#nextMoment() });
  }

  /** Answers a request to the cabinet. */
  async handle(request: CabinetRequest, asked: IncomingRequest<SentProgress>): Promise<CabinetReply> {
    switch (request.type) {
      case "open":
        return await this.#open(request, asked);
      case "status":
        if (request.wake) this.#probeIfQuiet();
        return {
          type: "status",
          asOf: this.#currentMoment(),
          connectedAt: this.#connectedAt,
          lastSeenAt: this.#lastSeenAt(),
          doors: this.#driver.doors,
        };
      case "look":
        return await this.#queryDoor(request.cell);
      case "raw":
        return { type: "raw", taken: this.#sendRaw(request.bytes) };
      case "prove-alive":
        return { type: "prove-alive", isAlive: await this.#proveAlive(request.from) };
      case "hang-up":
        this.close("cabinet-changed");
        return { type: "hang-up" };
    }
  }

  displaced(): void {
    this.#isDisplaced = true;
    this.close("displaced");
  }

  write(bytes: Uint8Array, by?: number): void {
    this.#host.send(bytes, by);
  }

  serial(bytes: Uint8Array): void {
    if (this.#rawTopic === undefined) return;
    this.#context.router.publish(this.#rawTopic, { type: "raw", bytes: bytes.slice() });
  }

  reschedule(): void {
    this.#host.reschedule();
  }

  /**
   * Ends the device's connection, unless the cabinet was released because the device is another one: requests
   * to this cabinet may still be answered later.
   */
  close(reason: CloseReason, error?: unknown): void {
    if (!this.#isReleased) this.#host.close(reason, error);
  }

  permit(job: OpenJob): void {
    this.#context.cabinets.sending(job, this.#owner).then((answer) => {
      // The closed driver refuses what it has not sent.
      if (answer === "fenced") return this.displaced();
      const may = answer === "may";
      this.#driver.permitted(may, this.#context.now());
      // If the connection or the job ended meanwhile, nothing is sent, and `progress` does not have the job any more.
      if (may) this.#progress?.get(job.done)?.({ type: "sent" });
      this.#host.reschedule();
    }).catch((error) => this.close("failed", error));
  }

  doorsSeen(doors: readonly SeenDoor[]): void {
    const cells = doors.map(({ cell, door, command }) => ({ cell, door, ...(command ? { command } : {}) }));
    this.#context.router.publish(this.cabinet.id, { type: "doors", asOf: this.#nextMoment(), cells });
  }

  flutters(cell: number): void {
    this.#context.records.fluttered(this.cabinet.id, cell, this.#context.wallClock());
  }

  doorsMoved(moved: readonly SeenDoor[]): void {
    this.doorsSeen(moved);
    const at = Math.round(this.#context.wallClock());
    const moment = this.#nextMoment();
    const known = moved.flatMap(({ door, ...seen }) =>
      door === "unknown" ? [] : [{ ...seen, ...moment, door, at }]
    );
    if (known.length > 0) this.#context.records.moved(this.cabinet.id, known);
  }

  #open(
    request: CabinetRequest & { type: "open" },
    asked: IncomingRequest<SentProgress>,
  ): Promise<CabinetReply & { type: "open" }> {
    const { id, origin } = request;
    return new Promise((resolve) => {
      const done: OpenJob["done"] = (evidence) => {
        this.#progress?.delete(done);
        const at = Math.round(this.#context.wallClock());
        const isSeen = evidence.state === "opened";
        resolve({ type: "open", evidence, ...isSeen && { seen: { ...this.#nextMoment(), at } } });
      };
      const { layout } = this.cabinet;
      const lock = layout.cells[layout.indexOfCell(request.cell) ?? -1];
      if (!lock) return done({ state: "refused", reason: "unsupported" });
      if (this.#isRetired) return done({ state: "refused", reason: "stopping" });
      const now = this.#context.now();
      (this.#progress ??= new Map()).set(done, asked.progress);
      this.#driver.open({ id, origin, lock, deadline: now + asked.leftMs, done }, now);
      this.#host.reschedule();
    });
  }

  #probeIfQuiet(): void {
    this.#driver.probeIfQuiet(this.#context.now());
    this.#host.reschedule();
  }

  #queryDoor(cell: number): Promise<CabinetReply & { type: "look" }> {
    const { layout } = this.cabinet;
    const lock = layout.cells[layout.indexOfCell(cell) ?? -1];
    if (!lock) return Promise.resolve({ type: "look" });
    const now = this.#context.now();
    return new Promise((resolve) => {
      const done = (seen: DoorReading | undefined) => resolve({ type: "look", ...seen });
      this.#driver.queryDoor({ lock, deadline: now + BUS.doorQueryMs, done }, now);
      this.#host.reschedule();
    });
  }

  /** The moment of a new report, later than all before. */
  #nextMoment(): LineMoment {
    this.#count++;
    return this.#currentMoment();
  }

  #currentMoment(): LineMoment {
    return { epoch: this.#owner.epoch, count: this.#count };
  }

  #sendRaw(bytes: Uint8Array): boolean {
    this.#rawTopic ??= rawTopic(this.cabinet.id);
    if (bytes.length === 0) return true;
    const taken = this.#driver.raw(bytes, this.#context.now());
    this.#host.reschedule();
    return taken;
  }

  /**
   * Whether the peer is alive while another device claims its cabinet: whether it sends anything when it is
   * asked. A peer that does not is disconnected. A peer that cannot be asked, or has answered such a claim
   * lately, counts as alive until its silence ends it.
   *
   * @param from the address that the claim comes from
   */
  async #proveAlive(from: string | undefined): Promise<boolean> {
    const now = this.#context.now();
    if (now - this.#host.lastHeard <= DEVICE.livelyMs) return true;
    if (now < this.#provenAliveUntil || !this.#lifeCheck && !this.#driver.probe(now)) return true;
    const isNear = from === undefined || isSameNetwork(from, this.#host.hostname);
    const until = now + (isNear ? DEVICE.signOfLifeMs : DEVICE.signOfLifeElsewhereMs);
    this.#lifeCheck ??= { until, againAt: now + DEVICE.askAgainMs, answer: Promise.withResolvers() };
    this.#lifeCheck.until = Math.min(this.#lifeCheck.until, until);
    this.#host.reschedule();
    const isAlive = await this.#lifeCheck.answer.promise;
    if (isAlive) this.#provenAliveUntil = this.#context.now() + DEVICE.contestedMs;
    else this.close("silent");
    return isAlive;
  }

  #endLifeCheck(isAlive: boolean): void {
    this.#lifeCheck?.answer.resolve(isAlive);
    this.#lifeCheck = undefined;
  }

  /** When the peer last sent something, in milliseconds since 1970. */
  #lastSeenAt(): number {
    return Math.round(this.#context.wallClock() - (this.#context.now() - this.#host.lastHeard));
  }
}

function isSameNetwork(a: string, b: string): boolean {
  return subscriberAt(a).network === subscriberAt(b).network;
}
