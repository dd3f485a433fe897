/** A slot is one word, so that it changes atomically. Its lowest bits are the ticket. */
const TICKET_BITS = 22;
const TICKET = (1 << TICKET_BITS) - 1;
/** The next two bits say what the isolate does; neither is set while it does nothing with the lock. */
const TAKING = 1 << TICKET_BITS;
const WAITING_OR_IN = 2 << TICKET_BITS;
const STATE = TAKING | WAITING_OR_IN;
/** The other eight bits count the isolates that had the slot before: they make what a given-up isolate still does fail. */
const GENERATION = 1 << (TICKET_BITS + 2);
const GENERATIONS = -GENERATION;

/** Index of the word with the number of the next ticket; the slots follow it. */
const NEXT = 0;

/** A slot that has to change before this isolate can have the lock. */
interface Ahead {
  readonly slot: number;
  readonly word: number;
}

/**
 * A lock that the isolates of one process share: one holder at a time, first come, first served, without blocking any
 * event loop.
 *
 * It is a ticket lock that keeps no count of whose turn it is. Each isolate has a slot, which says what ticket the
 * isolate waits with or holds, and an isolate has the lock when no slot has an earlier ticket. So no isolate waits for a
 * ticket that was lost when its isolate died: as in Lamport's bakery algorithm, a dead isolate has an empty slot. While
 * an isolate takes its ticket its slot says so, and the others wait until it has one, as it may be earlier than theirs.
 */
export class SharedLock {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #slot: number;
  /** What the slot says while this isolate does nothing with the lock. */
  readonly #idle: number;
  /** Settles when the last caller in this isolate has released the lock. */
  #last: Promise<unknown> = Promise.resolve();

  /** Memory of a lock for so many isolates; it is handed to each of them. */
  static memory(isolates: number): SharedArrayBuffer {
    return new SharedArrayBuffer((NEXT + 1 + isolates) * Int32Array.BYTES_PER_ELEMENT);
  }

  /**
   * Empties the slot of an isolate that has died or was terminated, at whatever point: if it held the lock, the next
   * isolate gets it. A terminated isolate may run on for a moment: it cannot change the lock any more, but if it held
   * the lock, what the lock guards has to bear its last steps.
   *
   * Call it before the isolate's successor is started.
   *
   * @param isolate the number that the isolate had
   */
  static abandon(memory: SharedArrayBuffer, isolate: number): void {
    const words = new Int32Array(memory);
    const slot = slotOf(words, isolate);
    let found = Atomics.load(words, slot);
    while (true) {
      const seen = Atomics.compareExchange(words, slot, found, (found & GENERATIONS) + GENERATION | 0);
      if (seen === found) break;
      found = seen;
    }
    // Also where the slot was empty: its isolate may have died before it could wake the next.
    Atomics.notify(words, slot);
  }

  /**
   * @param memory of {@linkcode SharedLock.memory}
   * @param isolate 0, 1, …; at any time one isolate has the number, and one lock with it
   * @throws {RangeError} if the memory was not made for so many
   */
  constructor(memory: SharedArrayBuffer, isolate: number) {
    this.#words = new Int32Array(memory);
    this.#slot = slotOf(this.#words, isolate);
    this.#idle = Atomics.load(this.#words, this.#slot) & GENERATIONS;
  }

  /**
   * Does the work while it holds the lock. The work must not take the same lock: it would wait for itself. Waiting does
   * not keep the event loop alive.
   *
   * @throws {Error} what the work throws, or that the isolate was given up
   */
  run<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#last.then(() => this.#runLocked(work));
    this.#last = run.catch(() => {});
    return run;
  }

  async #runLocked<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#takeTicket();
    try {
      for (let ahead = this.#ahead(mine); ahead; ahead = this.#ahead(mine)) await this.#changeOf(ahead);
      if (Atomics.load(this.#words, this.#slot) !== mine) throw givenUp();
      return await work();
    } finally {
      this.#change(mine, this.#idle);
    }
  }

  /** Takes a ticket. @returns what the slot says then */
  #takeTicket(): number {
    const taking = this.#idle | TAKING;
    if (!this.#change(this.#idle, taking)) throw givenUp();
    const mine = this.#idle | WAITING_OR_IN | (Atomics.add(this.#words, NEXT, 1) & TICKET);
    if (!this.#change(taking, mine)) throw givenUp();
    return mine;
  }

  /**
   * Changes the slot and wakes the isolates that wait for that. Does nothing when the slot is no longer this isolate's.
   *
   * @returns whether it changed
   */
  #change(from: number, to: number): boolean {
    if (Atomics.compareExchange(this.#words, this.#slot, from, to) !== from) return false;
    Atomics.notify(this.#words, this.#slot);
    return true;
  }

  /**
   * The slot to wait for: one whose isolate is taking a ticket, else the one with the last ticket before this isolate's,
   * so that no isolate is woken in vain. A slot that was passed over once need not be looked at again: any ticket that it
   * gets is a later one.
   */
  #ahead(mine: number): Ahead | undefined {
    let ahead: Ahead | undefined;
    for (let slot = NEXT + 1; slot < this.#words.length; slot++) {
      const word = Atomics.load(this.#words, slot);
      if (slot === this.#slot || (word & STATE) === 0) continue;
      if ((word & STATE) === TAKING) return { slot, word };
      if (isBefore(word, mine) && (!ahead || isBefore(ahead.word, word))) ahead = { slot, word };
    }
    return ahead;
  }

  async #changeOf({ slot, word }: Ahead): Promise<void> {
    await Atomics.waitAsync(this.#words, slot, word).value;
  }
}

function givenUp(): Error {
  return new Error("Cannot take the lock: this isolate was given up");
}

function slotOf(words: Int32Array, isolate: number): number {
  const slot = NEXT + 1 + isolate;
  if (!(isolate >= 0 && slot < words.length)) {
    throw new RangeError(`Cannot lock for isolate ${isolate}: the lock is for ${words.length - NEXT - 1}`);
  }
  return slot;
}

/** Whether the first ticket is the earlier one. Tickets start again at 0; no two in use are half of their range apart. */
function isBefore(word: number, other: number): boolean {
  return (word - other) << (32 - TICKET_BITS) < 0;
}
