import { COMMAND } from "../limits.ts";
import type { CabinetEvent, CabinetRouter } from "../router/mod.ts";
import { askDoor } from "./asking.ts";

/** A command that ended without evidence. */
export interface Unsettled {
  readonly id: string;
  readonly cabinet: string;
  readonly cell: number;
  /** Called once, when the door is seen open while the command is still young enough. */
  readonly seenOpen: () => void;
}

/** Watches the doors of unconfirmed commands: the next reading that shows one open settles it. */
export class Settling implements Disposable {
  readonly #router: CabinetRouter;
  readonly #watched = new Set<Disposable>();

  constructor(router: CabinetRouter) {
    this.#router = router;
  }

  /**
   * Watches that door for a while; past the limit nothing is watched, and the command stays unconfirmed.
   *
   * @returns says that the door was seen open by somebody else
   */
  add(command: Unsettled): () => void {
    if (this.#watched.size >= COMMAND.settlingMax) return () => {};
    const seenOpen = () => {
      if (!this.#watched.has(end)) return;
      end[Symbol.dispose]();
      command.seenOpen();
    };
    const hear = (event: CabinetEvent) => {
      if (event.type !== "doors") return;
      const isSeen = event.cells.some(({ cell, door, command: by = command.id }) =>
        cell === command.cell && door === "open" && by === command.id
      );
      if (isSeen) seenOpen();
    };
    // That it opened may be what was missed.
    const missed = async () => {
      if (await askDoor(this.#router, command) === "open") seenOpen();
    };
    const watch = this.#router.watch(command.cabinet, hear, missed);
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
