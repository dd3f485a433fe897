/**
 * One direction each way between two isolates, made reliable over a transport that loses, doubles and reorders:
 * batches are numbered, one at a time is on its way, it is sent again until it is acknowledged, and what came
 * already is dropped. No timer and no socket: whoever drives it hands in the time.
 *
 * @module
 */
import { ROUTER } from "../../lib/limits.ts";

/** What of the other direction has arrived, last. */
export interface ReceivedBatch {
  readonly link: number;
  readonly seq: number;
}

/** Messages that travel together. The first batch of a link, number 1, only says that it begins. */
export interface Batch<Item> {
  readonly type: "batch";
  readonly from: string;
  /** Counts how often the sender began anew; it never goes back. */
  readonly link: number;
  readonly seq: number;
  /** When it was sent first, in milliseconds since 1970: isolates of one program share that clock. */
  readonly at: number;
  readonly items: readonly Item[];
  readonly heard: ReceivedBatch | undefined;
}

/** The time, in milliseconds that only go forward, and since 1970. */
export interface Moment {
  readonly now: number;
  readonly at: number;
}

/** What became of a batch that came in. */
export type BatchResult =
  /** Its messages are new; `begins`: all that was heard before on this way is forgotten by the sender. */
  | "new"
  | "begins"
  /** It came before: only the acknowledgement was lost. */
  | "again"
  /** It belongs to a link whose beginning never came. */
  | "unknown";

/** See the module. */
export class ReliableLink<Item> {
  readonly #me: string;
  #queue: Item[] = [];
  #outstanding: { batch: Batch<Item>; againAt: number; waitMs: number } | undefined;
  #link: number;
  #seq = 0;
  #acknowledged = 0;
  #in: { link: number; seq: number } | undefined;
  /** Whether the other side waits for an acknowledgement. */
  #owesHeard = false;
  /** How many batches were sent again, in all. */
  resent = 0;

  /** @param link higher than any that was used towards this peer before */
  constructor(me: string, link: number) {
    this.#me = me;
    this.#link = link;
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Whether something waits for an acknowledgement. */
  get isUnderWay(): boolean {
    return this.#outstanding !== undefined;
  }

  push(item: Item): void {
    this.#queue.push(item);
  }

  /** Forgets what waits and what is under way, and begins anew. @returns what was waiting */
  restart(link: number): Item[] {
    const waiting = this.#queue;
    this.#queue = [];
    this.#outstanding = undefined;
    this.#link = link;
    this.#seq = this.#acknowledged = 0;
    return waiting;
  }

  /**
   * What is to be sent now, if anything: the next batch when none is under way, else an acknowledgement that is owed.
   *
   * @param pack makes messages ready to leave; may leave some out
   */
  flush(
    moment: Moment,
    pack: (items: Item[]) => Item[],
  ): Batch<Item> | (ReceivedBatch & { type: "heard" }) | undefined {
    const batch = this.#outstanding ? undefined : this.#next(moment, pack);
    if (batch) {
      this.#owesHeard = false;
      return batch;
    }
    if (!this.#owesHeard || !this.#in) return undefined;
    this.#owesHeard = false;
    return { type: "heard", ...this.#in };
  }

  /** The batch under way, when it is time to send it again. */
  due(now: number): Batch<Item> | undefined {
    const outstanding = this.#outstanding;
    if (!outstanding || now < outstanding.againAt) return undefined;
    outstanding.waitMs = Math.min(outstanding.waitMs * 2, ROUTER.resendMaxMs);
    outstanding.againAt = now + outstanding.waitMs;
    this.resent++;
    return { ...outstanding.batch, heard: this.#heardNow() };
  }

  /** The other side has heard this of us. */
  acknowledge({ link, seq }: ReceivedBatch): void {
    if (link !== this.#link || seq !== this.#outstanding?.batch.seq) return;
    this.#acknowledged = seq;
    this.#outstanding = undefined;
  }

  /** A batch came in. */
  take({ link, seq, heard }: Batch<Item>): BatchResult {
    if (heard) this.acknowledge(heard);
    if (this.#in?.link === link) {
      if (seq !== this.#in.seq + 1 && seq > this.#in.seq) return "unknown";
      this.#owesHeard = true;
      if (seq <= this.#in.seq) return "again";
      this.#in.seq = seq;
      return "new";
    }
    if (seq !== 1 || link < (this.#in?.link ?? 0)) return "unknown";
    this.#in = { link, seq };
    this.#owesHeard = true;
    return "begins";
  }

  /** Whether a beginning with this acknowledgement shows that the other side has forgotten what we told it. */
  isForgotten(heard: ReceivedBatch | undefined): boolean {
    return this.#acknowledged > 0 && heard?.link !== this.#link;
  }

  /** Whether our link is the one of which the other side does not know the beginning. */
  isLink(link: number): boolean {
    return this.#link === link;
  }

  #next({ now, at }: Moment, pack: (items: Item[]) => Item[]): Batch<Item> | undefined {
    let items: Item[] = [];
    if (this.#seq > 0) {
      while (items.length === 0) {
        if (this.#queue.length === 0) return undefined;
        const { batchMax } = ROUTER;
        const all = this.#queue;
        const some = all.length <= batchMax ? all : all.slice(0, batchMax);
        this.#queue = all.length <= batchMax ? [] : all.slice(batchMax);
        items = pack(some);
      }
    }
    const heard = this.#heardNow();
    const [from, link, seq] = [this.#me, this.#link, ++this.#seq];
    const batch: Batch<Item> = { type: "batch", from, link, seq, at, items, heard };
    this.#outstanding = { batch, againAt: now + ROUTER.resendMs, waitMs: ROUTER.resendMs };
    return batch;
  }

  #heardNow(): ReceivedBatch | undefined {
    return this.#in && { ...this.#in };
  }
}
