import type { SensedDoor } from "../boards/mod.ts";
import { BUS } from "../lib/limits.ts";

/** A door switch that moved lately. */
interface SwitchState {
  /** Where it was seen last. */
  door: SensedDoor;
  at: number;
  /** When the door counts as being there; `Infinity`: that is told already. */
  settlesAt: number;
  /** Moves lately; they are forgotten with time. */
  moves: number;
  isFluttering: boolean;
  /** When it was told last that it isFluttering. */
  reportedAt: number;
}

/**
 * Door switches that bounce: a move that a board reports by itself counts once the switch has stayed there, and a switch
 * that moves again and again counts as fluttering: where it is, is told when it rests. No timer; times are milliseconds
 * of one monotonic clock, and doors go by their index in the layout.
 */
export class SwitchDebouncer {
  /** Made when the first switch moves. */
  #switches: Map<number, SwitchState> | undefined;
  #fluttering: number[] = [];

  /** When {@linkcode takeSettled} has something to tell. */
  get wakeAt(): number {
    let at = Infinity;
    for (const { settlesAt } of this.#switches?.values() ?? []) at = Math.min(at, settlesAt);
    return at;
  }

  /** A board reports by itself where the door is; `known` is where it was told to be. */
  report(
    index: number,
    { door, known, now }: { door: SensedDoor; known: SensedDoor | undefined; now: number },
  ): void {
    if (door === (this.#pending(index)?.door ?? known)) return;
    const state = this.#recordMove(index, door, now);
    state.settlesAt = now + (state.isFluttering ? BUS.stillMs : BUS.bounceMs);
  }

  /** Since when the door is there, if a board has reported that and it is not told yet. */
  pendingSince(index: number, door: SensedDoor): number | undefined {
    const pending = this.#pending(index);
    return pending?.door === door ? pending.at : undefined;
  }

  /** A reading shows the door elsewhere than it was told to be. Whether to tell so now: not of one that isFluttering. */
  acceptMove(index: number, { door, now }: { door: SensedDoor; now: number }): boolean {
    const state = this.#recordMove(index, door, now);
    state.settlesAt = state.isFluttering ? now + BUS.stillMs : Infinity;
    return !state.isFluttering;
  }

  /** A reading shows the door where it was told to be, or is the first: what was reported before is over. */
  confirm(index: number, { door, now }: { door: SensedDoor; now: number }): void {
    const pending = this.#pending(index);
    if (pending && pending.door !== door) this.acceptMove(index, { door, now });
  }

  /** The doors that have been where they are for long enough, each once. */
  takeSettled(now: number): { readonly index: number; readonly door: SensedDoor; readonly since: number }[] {
    const settled: { index: number; door: SensedDoor; since: number }[] = [];
    for (const [index, state] of this.#switches ?? []) {
      if (now < state.settlesAt) continue;
      state.settlesAt = Infinity;
      state.isFluttering = false;
      settled.push({ index, door: state.door, since: state.at });
    }
    return settled;
  }

  /** The doors that flutter: each when it begins, and now and then while it goes on. */
  takeFluttering(): number[] {
    return this.#fluttering.splice(0);
  }

  /** The switch, if it moved and that is not told yet. Of all others it is known elsewhere where the door is. */
  #pending(index: number): SwitchState | undefined {
    const state = this.#switches?.get(index);
    return state && state.settlesAt < Infinity ? state : undefined;
  }

  #recordMove(index: number, door: SensedDoor, now: number): SwitchState {
    const switches = this.#switches ??= new Map();
    const before = switches.get(index);
    const forgotten = before ? (now - before.at) / BUS.moveForgottenMs : 0;
    const moves = Math.max(0, (before?.moves ?? 0) - forgotten) + 1;
    const isFluttering = moves > BUS.movesMax || before?.isFluttering === true;
    const state = {
      door,
      at: now,
      settlesAt: Infinity,
      moves,
      isFluttering,
      reportedAt: before?.reportedAt ?? -Infinity,
    };
    if (isFluttering && now - state.reportedAt >= BUS.flutterEveryMs) {
      state.reportedAt = now;
      this.#fluttering.push(index);
    }
    switches.set(index, state);
    return state;
  }
}
