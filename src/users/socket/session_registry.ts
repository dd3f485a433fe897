/**
 * The people who are here: their sockets and their unfinished taps, in this isolate and in all others. People are
 * nearly always in one isolate only; then nothing is said about what they do.
 *
 * @module
 */
import { PERSON } from "../../lib/limits.ts";
import type { TapsElsewhere } from "../../locker/mod.ts";
import { Presence } from "../../router/mod.ts";
import type { CabinetEvent, CabinetRouter, PersonHere } from "../../cabinet/requests.ts";
import { presenceTopic } from "../../cabinet/requests.ts";
import { RegisteredPerson } from "./attendee.ts";

/** See the module. */
export class SessionRegistry implements TapsElsewhere, Disposable {
  readonly #presence: Presence<CabinetEvent, PersonHere>;
  readonly #wallClock: () => number;
  readonly #attendees = new Map<string, RegisteredPerson>();

  /**
   * @param options.me the isolate's own name, never used before
   * @param options.now milliseconds that only go forward
   * @param options.wallClock milliseconds since 1970
   */
  constructor(router: CabinetRouter, options: { me: string; now: () => number; wallClock: () => number }) {
    const { me, now, wallClock } = options;
    this.#wallClock = wallClock;
    this.#presence = new Presence(router, {
      me,
      now,
      wrap: (present) => ({ type: "present", present }),
      unwrap: (event) => event.type === "present" ? event.present : undefined,
    });
  }

  /** Whether this person may open one more socket, as far as is known here. */
  hasRoom(person: string): boolean {
    return (this.#attendees.get(person)?.sockets ?? 0) < PERSON.socketsMax;
  }

  /**
   * The person has one more socket, until that is disposed of. Disposing twice is harmless.
   *
   * @param tooMany called, soon or later, once older sockets of the person are as many as there may be
   */
  join(person: string, tooMany: () => void): Disposable {
    const attendee = this.#attendeeOf(person);
    const id = crypto.randomUUID();
    attendee.add({ id, openedAt: this.#wallClock(), tooMany });
    return {
      [Symbol.dispose]: () => {
        attendee.delete(id);
        this.#letGo(person, attendee);
      },
    };
  }

  tapsElsewhere(person: string): number {
    return this.#attendees.get(person)?.tapsElsewhere ?? 0;
  }

  tapsHere(person: string, count: number): void {
    const attendee = this.#attendeeOf(person);
    attendee.setTaps(count);
    this.#letGo(person, attendee);
  }

  [Symbol.dispose](): void {
    this.#presence[Symbol.dispose]();
  }

  #attendeeOf(person: string): RegisteredPerson {
    let attendee = this.#attendees.get(person);
    if (!attendee) {
      attendee = new RegisteredPerson((here, changed) =>
        this.#presence.enter(presenceTopic(person), here, changed)
      );
      this.#attendees.set(person, attendee);
    }
    return attendee;
  }

  /** Who has neither sockets nor taps here is not here any more. */
  #letGo(person: string, attendee: RegisteredPerson): void {
    if (!attendee.isGone || this.#attendees.get(person) !== attendee) return;
    this.#attendees.delete(person);
    attendee[Symbol.dispose]();
  }
}
