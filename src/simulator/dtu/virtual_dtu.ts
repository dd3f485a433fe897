import { TaskQueue } from "../task_queue.ts";
import { WakeTimer } from "../wake_timer.ts";
import { Dialer } from "./dialer.ts";
import type { DtuDisconnectReason } from "./dtu_socket.ts";
import { DtuUplink } from "./dtu_uplink.ts";
import type { SimulatedBus } from "../bus_events.ts";
import type { DtuState, VirtualDtuOptions } from "../options_dtu.ts";
import { draw, type Random } from "../delay_range.ts";

/** A DTU: it dials the server, registers, and carries bytes between the connection and a serial bus. */
export class VirtualDtu implements AsyncDisposable {
  readonly #bus: SimulatedBus;
  readonly #options: VirtualDtuOptions;
  readonly #now: () => number;
  readonly #random: Random;
  readonly #wakeTimer: WakeTimer;
  readonly #uplink: DtuUplink;
  readonly #dialer: Dialer;
  /** Bytes on their way to the bus. */
  readonly #downstream = new TaskQueue();
  #lastArrivalAt = -Infinity;
  #receivedAt = Infinity;
  #ownRequestAt: number;
  #isEnded = false;

  constructor(bus: SimulatedBus, options: VirtualDtuOptions) {
    this.#bus = bus;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
    this.#wakeTimer = new WakeTimer(this.#now, () => this.tick());
    this.#uplink = new DtuUplink(options);
    this.#ownRequestAt = this.#now() + (options.ownRequest?.everyMs ?? Infinity);
    this.#dialer = new Dialer(options, {
      now: this.#now,
      random: this.#random,
      online: () => this.#online(),
      offline: (reason) => this.#offline(reason),
      dialFailed: (cause) => this.#options.log?.({ type: "dial-failed", at: this.#now(), cause }),
      received: (bytes) => this.#received(bytes),
      rescheduled: () => this.#reschedule(),
    });
    this.#dialer.start();
  }

  get state(): DtuState {
    return this.#dialer.state;
  }

  /**
   * Resolves while the TCP connection stands, else with the next one.
   *
   * @throws {Error} when the DTU ends before
   */
  get connected(): Promise<void> {
    return this.#dialer.connected;
  }

  /** Does what is due now. Call it after changing something on the bus, such as a door. */
  tick(): void {
    if (this.#isEnded) return;
    const now = this.#now();
    this.#forwardFrames(now);
    this.#downstream.run(now);
    if (now >= this.#ownRequestAt) this.#sendOwnRequest(now);
    this.#forwardFrames(now);
    this.#write(now);
    if (now >= this.#giveUpAt) this.#dialer.socket?.close("silence");
    this.#dialer.tick(now);
    this.#reschedule();
  }

  /** Puts bytes on the way to the server as if they had come from the bus. */
  inject(bytes: Uint8Array): void {
    this.#uplink.serial(bytes, this.#now());
    this.tick();
  }

  /**
   * The connection dies without a FIN: no byte is sent or received, and the socket stays open until
   * {@linkcode drop} or the end, also beside a newer connection.
   */
  freeze(): void {
    this.#dialer.freeze();
  }

  /** Closes the connection, also frozen ones, and redials after `awayMs`. @default the back-off */
  drop({ awayMs }: { awayMs?: number } = {}): void {
    this.#dialer.drop(awayMs);
  }

  /** Dials at once, in place of the live connection. A frozen socket stays open beside the new one. */
  redial(): void {
    this.#dialer.redial();
  }

  /** Ends the DTU: no timer, socket or task is left. Ending twice is harmless. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnded = true;
    this.#wakeTimer.clear();
    await this.#dialer[Symbol.asyncDispose]();
  }

  get #giveUpAt(): number {
    return this.#receivedAt + (this.#options.redialOnSilenceMs ?? Infinity);
  }

  #reschedule(): void {
    if (this.#isEnded) return;
    this.#wakeTimer.set(Math.min(
      this.#bus.nextAt,
      this.#downstream.nextAt,
      this.#ownRequestAt,
      this.#uplink.nextAt,
      this.#giveUpAt,
      this.#dialer.nextAt,
    ));
  }

  #online(): void {
    const now = this.#now();
    this.#receivedAt = now;
    this.#uplink.open(now);
    this.#options.log?.({ type: "online", at: now });
    this.tick();
  }

  #offline(reason: DtuDisconnectReason): void {
    this.#receivedAt = Infinity;
    this.#uplink.close();
    this.#options.log?.({ type: "offline", at: this.#now(), reason });
  }

  #received(bytes: Uint8Array): void {
    const now = this.#now();
    this.#receivedAt = now;
    this.#uplink.received(now);
    this.#options.log?.({ type: "received", at: now, bytes });
    const arrivalAt = now + draw(this.#options.latencyMs ?? 0, this.#random);
    this.#lastArrivalAt = Math.max(this.#lastArrivalAt, arrivalAt);
    this.#downstream.add(this.#lastArrivalAt, () => this.#sendToBus(bytes));
    this.tick();
  }

  #sendToBus(bytes: Uint8Array): void {
    const now = this.#now();
    if (this.#options.echo) this.#uplink.serial(bytes, now);
    this.#bus.receive(bytes, now);
  }

  #sendOwnRequest(now: number): void {
    const { ownRequest } = this.#options;
    if (ownRequest === undefined) return;
    this.#ownRequestAt = now + ownRequest.everyMs;
    this.#sendToBus(ownRequest.bytes);
  }

  #forwardFrames(now: number): void {
    for (const frame of this.#bus.poll(now)) this.#uplink.serial(frame, now);
  }

  #write(now: number): void {
    for (const bytes of this.#uplink.poll(now)) {
      this.#dialer.socket?.write(bytes);
      this.#options.log?.({ type: "sent", at: now, bytes });
    }
  }
}
