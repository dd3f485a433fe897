import { BUS, COMMAND } from "../../lib/limits.ts";
import type { SeenDoor } from "../cabinet_driver.ts";

/** A command whose open was sent. */
interface SentCommand {
  readonly id: string;
  readonly sentAt: number;
  /** The command ended without evidence, so its door may still be seen opening. */
  isUnconfirmed: boolean;
}

/** Why doors opened. All times are milliseconds of one monotonic clock. */
export class OpeningAttribution {
  /** The last command of each cell; made when the first is sent. */
  #commands: Map<number, SentCommand> | undefined;
  /** The command that opened each door that stands open; made when the first one opens. */
  #openers: Map<number, string> | undefined;
  #rawAt = -Infinity;

  commandSent(cell: number, { id, now }: { id: string; now: number }): void {
    (this.#commands ??= new Map()).set(cell, { id, sentAt: now, isUnconfirmed: false });
  }

  /** The command ended without evidence: the next reading that shows its door open is the evidence. */
  markUnconfirmed(cell: number, id: string): void {
    const command = this.#commands?.get(cell);
    if (command?.id === id) command.isUnconfirmed = true;
  }

  /** Whether a command was sent after that time: what holds since then may be older than the command. */
  isSentAfter(cell: number, asOf: number): boolean {
    return (this.#commands?.get(cell)?.sentAt ?? -Infinity) > asOf;
  }

  /** The door's move was reported as caused by that command, or by none. */
  doorReported(cell: number, command: string | undefined): void {
    if (command === undefined) this.#openers?.delete(cell);
    else (this.#openers ??= new Map()).set(cell, command);
  }

  /** The command that opened the door, if the door stands open. */
  openerOf(cell: number): string | undefined {
    return this.#openers?.get(cell);
  }

  /** The operator's own bytes are sent; nothing here knows what they do. */
  rawSent(now: number): void {
    this.#rawAt = now;
  }

  /**
   * Why the door is where it was seen.
   *
   * @param seen.wasUnknown nothing was known of the door before
   * @param seen.asOf since when it is there at the latest
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
