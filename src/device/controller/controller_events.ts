import { CONTROLLER } from "../../lib/limits.ts";
import { encodeLine, ProtocolError } from "./lines.ts";
import type { CabinetDriverPort } from "../cabinet_driver.ts";
import type { NumberedDoorMove } from "../../cabinet/doors.ts";

export interface ReceivedEvent {
  readonly move: NumberedDoorMove;
  readonly lock: number;
  /** It happened before this connection began. */
  readonly isPast: boolean;
}

export interface ControllerEventsOptions {
  readonly port: Pick<CabinetDriverPort, "write" | "reschedule" | "close">;
  /** The last event that is stored; 0: none. */
  readonly acknowledged: number;
  /** Stores events; rejects if that is not possible now. */
  readonly store: (moves: readonly NumberedDoorMove[]) => Promise<void>;
  /** Is told which events are stored now. */
  readonly stored: (events: readonly ReceivedEvent[]) => void;
}

/**
 * The numbered events of a smart controller: each is stored once, in order, and then acknowledged. Events that come
 * while one batch is being stored are the next batch; a batch that cannot be stored is tried again. No socket and no
 * timer; all times are milliseconds of one monotonic clock unless they are said to be since 1970.
 */
export class ControllerEvents {
  readonly #options: ControllerEventsOptions;
  #stored: number;
  #received: number;
  #waiting: ReceivedEvent[] = [];
  #isStoring = false;
  #retryAt = -Infinity;
  #isClosed = false;

  constructor(options: ControllerEventsOptions) {
    this.#options = options;
    this.#stored = options.acknowledged;
    this.#received = options.acknowledged;
  }

  /** When {@linkcode tick} has to be called next. */
  get wakeAt(): number {
    return this.#waiting.length > 0 && !this.#isStoring ? this.#retryAt : Infinity;
  }

  /** Whether all received events are stored. */
  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  /** The number of the last event received; earlier ones were received too, or are lost. */
  get received(): number {
    return this.#received;
  }

  /** The number of the last event that is stored and acknowledged. */
  get stored(): number {
    return this.#stored;
  }

  /**
   * Takes an event. One that came before is acknowledged once more, or will be.
   *
   * @returns whether the event is new
   * @throws {ProtocolError} if too many events are not acknowledged
   */
  take(event: ReceivedEvent, now: number): boolean {
    const { seq } = event.move;
    if (seq <= this.#stored) this.#acknowledge();
    if (seq <= this.#received) return false;
    if (this.#waiting.length >= CONTROLLER.unacknowledgedMax) {
      throw new ProtocolError(`More than ${CONTROLLER.unacknowledgedMax} events are not acknowledged`);
    }
    this.#received = seq;
    this.#waiting.push(event);
    this.tick(now);
    return true;
  }

  /** Stores the waiting events, unless a batch is being stored or the pause after a failure is not over. */
  tick(now: number): void {
    if (this.#isStoring || this.isIdle || now < this.#retryAt) return;
    this.#isStoring = true;
    this.#storeAll(now).catch((error) => this.#options.port.close("failed", error));
  }

  /** The connection is gone. Events that are not acknowledged come again on the next one. */
  close(): void {
    this.#isClosed = true;
    this.#waiting = [];
  }

  async #storeAll(now: number): Promise<void> {
    const { store, port } = this.#options;
    while (this.#waiting.length > 0) {
      const batch = [...this.#waiting];
      try {
        await store(batch.map(({ move }) => move));
      } catch {
        this.#retryAt = now + CONTROLLER.storeRetryMs;
        break;
      }
      if (this.#isClosed) return;
      this.#markStored(batch);
    }
    this.#isStoring = false;
    port.reschedule();
  }

  #markStored(batch: readonly ReceivedEvent[]): void {
    this.#waiting = this.#waiting.slice(batch.length);
    this.#stored = batch.at(-1)?.move.seq ?? this.#stored;
    this.#acknowledge();
    this.#options.stored(batch);
  }

  #acknowledge(): void {
    this.#options.port.write(encodeLine({ type: "ack", seq: this.#stored }));
  }
}
