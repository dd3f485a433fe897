import { ROUTER } from "../../lib/limits.ts";

/** The last batch that arrived, of all that the other side sent. */
export interface Acknowledgement {
  readonly link: number;
  readonly seq: number;
}

/** Messages that travel together. The first batch of a link, number 1, carries none: it only begins the link. */
export interface Batch<Item> {
  readonly type: "batch";
  readonly from: string;
  /** Counts how often the sender began anew; it never goes back. */
  readonly link: number;
  readonly seq: number;
  /** When it was sent first, in milliseconds since 1970: isolates of one program share that clock. */
  readonly at: number;
  readonly items: readonly Item[];
  readonly ack: Acknowledgement | undefined;
}

/** One moment on two clocks: milliseconds that only go forward, and milliseconds since 1970. */
export interface LinkTime {
  readonly now: number;
  readonly at: number;
}

/** How a received batch counts. */
export type BatchResult =
  /** Its messages are new. */
  | "new"
  /** It begins a link: the sender has forgotten all that it said before. */
  | "begins"
  /** It was received before: only its acknowledgement was lost. */
  | "repeated"
  /** It belongs to a link whose first batch never came. */
  | "unknown";

/**
 * This isolate's end of a link to another one: makes both directions reliable over a transport that loses, doubles and
 * reorders. Batches are numbered, one at a time is outstanding, it is sent again until it is acknowledged, and a
 * repeated one is dropped. It has no timer and no socket: its caller hands in the time and sends what it returns.
 */
export class ReliableLink<Item> {
  readonly #name: string;
  #queue: Item[] = [];
  #outstanding: { batch: Batch<Item>; resendAt: number; waitMs: number } | undefined;
  #link: number;
  #seq = 0;
  #acknowledged = 0;
  #received: { link: number; seq: number } | undefined;
  #owesAck = false;

  /**
   * @param name of this isolate
   * @param link higher than any that was used towards this peer before
   */
  constructor(name: string, link: number) {
    this.#name = name;
    this.#link = link;
  }

  /** How many messages are queued. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Whether a batch waits for its acknowledgement. */
  get isOutstanding(): boolean {
    return this.#outstanding !== undefined;
  }

  push(item: Item): void {
    this.#queue.push(item);
  }

  /** Forgets the queue and the outstanding batch, and begins a new link. @returns what was queued */
  restart(link: number): Item[] {
    const queued = this.#queue;
    this.#queue = [];
    this.#outstanding = undefined;
    this.#link = link;
    this.#seq = this.#acknowledged = 0;
    return queued;
  }

  /**
   * What is to be sent now, if anything: the next batch when none is outstanding, else an acknowledgement that is owed.
   *
   * @param pack makes messages ready to leave; may leave some out
   */
  flush(
    time: LinkTime,
    pack: (items: Item[]) => Item[],
  ): Batch<Item> | (Acknowledgement & { type: "ack" }) | undefined {
    const batch = this.#outstanding ? undefined : this.#nextBatch(time, pack);
    const received = this.#owesAck ? this.#received : undefined;
    if (batch ?? received) this.#owesAck = false;
    return batch ?? (received && { type: "ack", ...received });
  }

  /** The outstanding batch, when it is time to send it again. */
  resend(now: number): Batch<Item> | undefined {
    const outstanding = this.#outstanding;
    if (!outstanding || now < outstanding.resendAt) return undefined;
    outstanding.waitMs = Math.min(outstanding.waitMs * 2, ROUTER.resendMaxMs);
    outstanding.resendAt = now + outstanding.waitMs;
    return { ...outstanding.batch, ack: this.#ack() };
  }

  /** The other side has received this of what was sent. */
  acknowledge({ link, seq }: Acknowledgement): void {
    if (link !== this.#link || seq !== this.#outstanding?.batch.seq) return;
    this.#acknowledged = seq;
    this.#outstanding = undefined;
  }

  receive({ link, seq, ack }: Batch<Item>): BatchResult {
    if (ack) this.acknowledge(ack);
    if (this.#received?.link === link) {
      if (seq !== this.#received.seq + 1 && seq > this.#received.seq) return "unknown";
      this.#owesAck = true;
      if (seq <= this.#received.seq) return "repeated";
      this.#received.seq = seq;
      return "new";
    }
    if (seq !== 1 || link < (this.#received?.link ?? 0)) return "unknown";
    this.#received = { link, seq };
    this.#owesAck = true;
    return "begins";
  }

  /** Whether a link's beginning with this acknowledgement shows that the other side has forgotten what was sent to it. */
  isForgotten(ack: Acknowledgement | undefined): boolean {
    return this.#acknowledged > 0 && ack?.link !== this.#link;
  }

  /** Whether this is the number of the link over which this side sends. */
  isLink(link: number): boolean {
    return this.#link === link;
  }

  #nextBatch({ now, at }: LinkTime, pack: (items: Item[]) => Item[]): Batch<Item> | undefined {
    let items: Item[] = [];
    while (this.#seq > 0 && items.length === 0) {
      if (this.#queue.length === 0) return undefined;
      items = pack(this.#dequeue());
    }
    const [from, link, seq, ack] = [this.#name, this.#link, ++this.#seq, this.#ack()];
    const batch: Batch<Item> = { type: "batch", from, link, seq, at, items, ack };
    this.#outstanding = { batch, resendAt: now + ROUTER.resendMs, waitMs: ROUTER.resendMs };
    return batch;
  }

  #dequeue(): Item[] {
    const { batchMax } = ROUTER;
    const all = this.#queue;
    this.#queue = all.length <= batchMax ? [] : all.slice(batchMax);
    return all.length <= batchMax ? all : all.slice(0, batchMax);
  }

  #ack(): Acknowledgement | undefined {
    return this.#received && { ...this.#received };
  }
}
