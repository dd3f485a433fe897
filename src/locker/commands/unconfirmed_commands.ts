import { COMMAND } from "../../lib/limits.ts";
import type { CabinetEvent, CabinetRouter } from "../../cabinet/requests.ts";
import { readDoor } from "../cabinets/door_requests.ts";
import type { CellCommand } from "../../cabinet/commands.ts";

/** A command that ended without evidence. */
export interface UnconfirmedCommand extends CellCommand {
  /** Called once, when the door is seen open while the command is still young enough. */
  readonly seenOpen: () => void;
  /** Is told that the door could not be read for a reason that is a mistake of the program. */
  readonly failed: (error: unknown) => void;
}

/**
 * Watches the doors of unconfirmed commands. A command is settled by the cabinet's connection saying that this very command
 * opened the door, or by a reading that is asked for from then on. Any other news of the door only has it read: they may
 * be older than the command.
 */
export class UnconfirmedCommands implements Disposable {
  readonly #router: CabinetRouter;
  readonly #watched = new Set<Disposable>();

  constructor(router: CabinetRouter) {
    this.#router = router;
  }

  /**
   * Watches that door for a while; past the limit nothing is watched, and the command stays unconfirmed.
   *
   * @returns to be called when the door was seen open elsewhere
   */
  add(command: UnconfirmedCommand): () => void {
    if (this.#watched.size >= COMMAND.settlingMax) return () => {};
    const seenOpen = () => {
      if (!this.#watched.has(end)) return;
      end[Symbol.dispose]();
      command.seenOpen();
    };
    const read = () =>
      void isOpenedBy(this.#router, command).then((isOpened) => isOpened && seenOpen(), command.failed);
    const hear = (event: CabinetEvent) => {
      const door = event.type === "doors" && event.cells.find(({ cell }) => cell === command.cell);
      if (!door || door.door !== "open") return;
      if (door.command === command.id) seenOpen();
      else if (door.command === undefined) read();
    };
    // That it opened may be what was missed.
    const watch = this.#router.watch(command.cabinet, hear, read);
    const timer = setTimeout(() => end[Symbol.dispose](), COMMAND.settleMs);
    const end: Disposable = {
      [Symbol.dispose]: () => {
        clearTimeout(timer);
        watch[Symbol.dispose]();
        this.#watched.delete(end);
      },
    };
    this.#watched.add(end);
    return seenOpen;
  }

  [Symbol.dispose](): void {
    for (const watched of this.#watched) watched[Symbol.dispose]();
  }
}

/** Whether the door stands open, and not by another command. */
async function isOpenedBy(
  router: CabinetRouter,
  { id, cabinet, cell }: CellCommand,
): Promise<boolean> {
  const { door, command = id } = await readDoor(router, { cabinet, cell });
  return door === "open" && command === id;
}
