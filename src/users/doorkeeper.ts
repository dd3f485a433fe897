import { PERSON } from "../limits.ts";
import { TokenBucket } from "../rate.ts";

/** Counts who comes in: sockets of a person and of all, and new guests of an address. */
export class Doorkeeper {
  readonly #now: () => number;
  readonly #sockets = new Map<string, number>();
  readonly #guests = new Map<string, TokenBucket>();
  #total = 0;

  /** @param now milliseconds that only go forward */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether this person may open one more socket. */
  hasRoom(person: string): boolean {
    return this.#total < PERSON.socketsTotalMax && (this.#sockets.get(person) ?? 0) < PERSON.socketsMax;
  }

  entered(person: string): void {
    this.#total++;
    this.#sockets.set(person, (this.#sockets.get(person) ?? 0) + 1);
  }

  left(person: string): void {
    this.#total--;
    const others = (this.#sockets.get(person) ?? 1) - 1;
    if (others > 0) this.#sockets.set(person, others);
    else this.#sockets.delete(person);
  }

  /** Whether one more guest may come from that address. */
  admitsGuest(address: string): boolean {
    const now = this.#now();
    const bucket = this.#guests.get(address) ??
      new TokenBucket({ perSecond: PERSON.guestsPerMinute / 60, burst: PERSON.guestsBurst }, now);
    this.#guests.delete(address);
    this.#guests.set(address, bucket);
    if (this.#guests.size > PERSON.addressesMax) this.#forgetOldest();
    return bucket.level(now) >= 1 && bucket.take(now) >= 0;
  }

  #forgetOldest(): void {
    for (const address of this.#guests.keys()) {
      this.#guests.delete(address);
      return;
    }
  }
}
