import { BUS } from "../limits.ts";
import type { SeenDoor } from "./line.ts";

/** What a door's opening came of. All times are milliseconds of one monotonic clock. */
export class Causes {
  /** The last command of each cell; made when the first is sent. */
  #commands: Map<number, { readonly id: string; readonly sentAt: number }> | undefined;
  #rawAt = -Infinity;

  /** A command's open leaves. */
  command(cell: number, { id, now }: { id: string; now: number }): void {
    (this.#commands ??= new Map()).set(cell, { id, sentAt: now });
  }

  /** Bytes of the operator leave, and what they do nobody here knows. */
  raw(now: number): void {
    this.#rawAt = now;
  }

  /**
   * Why the door is where it was seen.
   *
   * @param seen.found nothing was known of it before
   * @param seen.asOf from when on the sight holds
   */
  of(
    cell: number,
    { door, found, asOf }: { door: SeenDoor["door"]; found: boolean; asOf: number },
  ): Pick<SeenDoor, "command" | "how"> {
    const command = this.#commands?.get(cell);
    const isBy = door === "open" && command && asOf >= command.sentAt &&
      asOf - command.sentAt <= BUS.openedByMs;
    if (isBy) return { command: command.id };
    if (found) return { how: "found" };
    return door === "open" && asOf - this.#rawAt <= BUS.openedByRawMs ? { how: "raw" } : {};
  }
}
