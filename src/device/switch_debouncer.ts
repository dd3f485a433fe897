import type { SensedDoor } from "../boards/mod.ts";
import { BUS } from "../lib/limits.ts";

/** A door switch that moved lately. */
interface SwitchState {
  /** Where it was seen last. */
  door: SensedDoor;
  at: number;
  /** When the door counts as being there; `Infinity`: that is told already. */
  stillAt: number;
  /** Moves lately; they are forgotten with time. */
  moves: number;
  flutters: boolean;
  /** When it was told last that it flutters. */
  toldAt: number;
}

/**
 * Door switches that bounce: a move that a board reports by itself counts once the switch has stayed there, and a switch
 * that moves again and again counts as fluttering: where it is, is told when it rests. No timer; times are milliseconds
 * of one monotonic clock, and doors go by their index in the layout.
 */
export class SwitchDebouncer {
  /** Made when the first switch moves. */
  #contacts: Map<number, SwitchState> | undefined;
  #fluttering: number[] = [];

  /** When {@linkcode rested} has something to tell. */
  get wakeAt(): number {
    let at = Infinity;
    for (const { stillAt } of this.#contacts?.values() ?? []) at = Math.min(at, stillAt);
    return at;
  }

  /** A board reports by itself where the door is; `known` is where it was told to be. */
  reported(
    index: number,
    { door, known, now }: { door: SensedDoor; known: SensedDoor | undefined; now: number },
  ): void {
    if (door === (this.#held(index)?.door ?? known)) return;
    const contact = this.#moved(index, door, now);
    contact.stillAt = now + (contact.flutters ? BUS.stillMs : BUS.bounceMs);
  }

  /** Since when the door is there, if a board has reported that and it is not told yet. */
  heldSince(index: number, door: SensedDoor): number | undefined {
    const held = this.#held(index);
    return held?.door === door ? held.at : undefined;
  }

  /** A reading shows the door elsewhere than it was told to be. Whether to tell so now: not of one that flutters. */
  passes(index: number, { door, now }: { door: SensedDoor; now: number }): boolean {
    const contact = this.#moved(index, door, now);
    contact.stillAt = contact.flutters ? now + BUS.stillMs : Infinity;
    return !contact.flutters;
  }

  /** A reading shows the door where it was told to be, or is the first: what was reported before is over. */
  stays(index: number, { door, now }: { door: SensedDoor; now: number }): void {
    const held = this.#held(index);
    if (held && held.door !== door) this.passes(index, { door, now });
  }

  /** The doors that have been where they are for long enough, each once. */
  rested(now: number): { readonly index: number; readonly door: SensedDoor; readonly since: number }[] {
    const rested: { index: number; door: SensedDoor; since: number }[] = [];
    for (const [index, contact] of this.#contacts ?? []) {
      if (now < contact.stillAt) continue;
      contact.stillAt = Infinity;
      contact.flutters = false;
      rested.push({ index, door: contact.door, since: contact.at });
    }
    return rested;
  }

  /** The doors that flutter: each when it begins, and now and then while it goes on. */
  takeFluttering(): number[] {
    return this.#fluttering.splice(0);
  }

  /** The switch, if it moved and that is not told yet. Of all others it is known elsewhere where the door is. */
  #held(index: number): SwitchState | undefined {
    const contact = this.#contacts?.get(index);
    return contact && contact.stillAt < Infinity ? contact : undefined;
  }

  #moved(index: number, door: SensedDoor, now: number): SwitchState {
    const contacts = this.#contacts ??= new Map();
    const before = contacts.get(index);
    const forgotten = before ? (now - before.at) / BUS.moveForgottenMs : 0;
    const moves = Math.max(0, (before?.moves ?? 0) - forgotten) + 1;
    const flutters = moves > BUS.movesMax || before?.flutters === true;
    const contact = {
      door,
      at: now,
      stillAt: Infinity,
      moves,
      flutters,
      toldAt: before?.toldAt ?? -Infinity,
    };
    if (flutters && now - contact.toldAt >= BUS.flutterEveryMs) {
      contact.toldAt = now;
      this.#fluttering.push(index);
    }
    contacts.set(index, contact);
    return contact;
  }
}
