import { BUS, COMMAND } from "../../lib/limits.ts";
import type { SeenDoor } from "../cabinet_driver.ts";

/** A command whose pulse left. */
interface SentCommand {
  readonly id: string;
  readonly sentAt: number;
  /** It ended without evidence, so that its door may still be seen opening. */
  isUnconfirmed: boolean;
}

/** What a door's opening came of. All times are milliseconds of one monotonic clock. */
export class OpeningAttribution {
  /** The last command of each cell; made when the first is sent. */
  #commands: Map<number, SentCommand> | undefined;
  /** By which command each door opened that stands open; made when the first does. */
  #openers: Map<number, string> | undefined;
  #rawAt = -Infinity;

  /** A command's open leaves. */
  commandSent(cell: number, { id, now }: { id: string; now: number }): void {
    (this.#commands ??= new Map()).set(cell, { id, sentAt: now, isUnconfirmed: false });
  }

  /** The command ended without evidence: the next reading that shows its door open is the evidence. */
  markUnconfirmed(cell: number, id: string): void {
    const command = this.#commands?.get(cell);
    if (command?.id === id) command.isUnconfirmed = true;
  }

  /** Whether a command left after that time, so that what holds from then on may be older. */
  isSentAfter(cell: number, asOf: number): boolean {
    return (this.#commands?.get(cell)?.sentAt ?? -Infinity) > asOf;
  }

  /** The door moved, by that command or none. */
  doorReported(cell: number, command: string | undefined): void {
    if (command === undefined) this.#openers?.delete(cell);
    else (this.#openers ??= new Map()).set(cell, command);
  }

  /** The command that the door opened by, if it stands open. */
  openerOf(cell: number): string | undefined {
    return this.#openers?.get(cell);
  }

  /** Bytes of the operator leave, and what they do nobody here knows. */
  rawSent(now: number): void {
    this.#rawAt = now;
  }

  /**
   * Why the door is where it was seen.
   *
   * @param seen.wasUnknown nothing was known of it before
   * @param seen.asOf from when on the sight holds
   */
  attribute(
    cell: number,
    { door, wasUnknown, asOf }: { door: SeenDoor["door"]; wasUnknown: boolean; asOf: number },
  ): Pick<SeenDoor, "command" | "how"> {
    const command = this.#commands?.get(cell);
    const withinMs = command?.isUnconfirmed ? COMMAND.settleMs : BUS.openedByMs;
    const isBy = door === "open" && command && asOf >= command.sentAt && asOf - command.sentAt <= withinMs;
    if (isBy) return { command: command.id };
    if (wasUnknown) return { how: "found" };
    return door === "open" && asOf - this.#rawAt <= BUS.openedByRawMs ? { how: "raw" } : {};
  }
}
