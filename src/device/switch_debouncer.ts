import type { SensedDoor } from "../boards/mod.ts";
import { BUS } from "../lib/limits.ts";

/** A door switch that moved lately. */
interface SwitchState {
  /** Where the door was seen last. */
  door: SensedDoor;
  at: number;
  /** When the move counts; `Infinity`: it is reported already. */
  settlesAt: number;
  /** How often the switch moved lately; it decreases with time. */
  moves: number;
  isFluttering: boolean;
  /** When the fluttering was last reported. */
  reportedAt: number;
}

/**
 * Debounces door switches: a move that a board reports by itself counts once the switch has stayed there, and
 * a switch that moves again and again flutters: the door's state is reported once it rests. No timer; times
 * are milliseconds of one monotonic clock, and doors are named by their index in the layout.
 */
export class SwitchDebouncer {
  /** Made when the first switch moves. */
  #switches: Map<number, SwitchState> | undefined;
  #fluttering: number[] = [];

  /** When {@linkcode takeSettled} has something to return. */
  get wakeAt(): number {
    let at = Infinity;
    for (const { settlesAt } of this.#switches?.values() ?? []) at = Math.min(at, settlesAt);
    return at;
  }

  /** A board reports by itself where the door is; `known` is where it was reported to be. */
  report(
    index: number,
    { door, known, now }: { door: SensedDoor; known: SensedDoor | undefined; now: number },
  ): void {
    if (door === (this.#pending(index)?.door ?? known)) return;
    const state = this.#recordMove(index, door, now);
    state.settlesAt = now + (state.isFluttering ? BUS.stillMs : BUS.bounceMs);
  }

  /** Since when the door is there, if a board has reported that and it does not count yet. */
  pendingSince(index: number, door: SensedDoor): number | undefined {
    const pending = this.#pending(index);
    return pending?.door === door ? pending.at : undefined;
  }

  /**
   * A reading shows the door elsewhere than it was reported to be.
   *
   * @returns whether the move counts now, which that of a fluttering switch does not
   */
  acceptMove(index: number, { door, now }: { door: SensedDoor; now: number }): boolean {
    const state = this.#recordMove(index, door, now);
    state.settlesAt = state.isFluttering ? now + BUS.stillMs : Infinity;
    return !state.isFluttering;
  }

  /** A reading shows the door where it was reported to be, or is the first: earlier reports are void. */
  confirm(index: number, { door, now }: { door: SensedDoor; now: number }): void {
    const pending = this.#pending(index);
    if (pending && pending.door !== door) this.acceptMove(index, { door, now });
  }

  /** The doors that have stayed where they are for long enough, each once. */
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

  /** The doors that flutter: each when that begins, and at intervals while it goes on. */
  takeFluttering(): number[] {
    return this.#fluttering.splice(0);
  }

  /** The switch, if it moved and the move does not count yet. */
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
