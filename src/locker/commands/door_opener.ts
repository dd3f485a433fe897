import { delay } from "../../lib/concurrency/delay.ts";
import { COMMAND } from "../../lib/limits.ts";
import { NoAnswerError, NotAskedError } from "../../router/mod.ts";
import type { CabinetReply, CabinetRouter } from "../../cabinet/requests.ts";
import type { Journal } from "../journal.ts";
import type { CommandOutcome } from "../rentals/outcomes.ts";
import type { OpenCommand } from "../../cabinet/commands.ts";

/** Has the lock opened by the cabinet's connection, wherever in the fleet that is. */
export class DoorOpener {
  readonly #router: CabinetRouter;
  readonly #journal: Journal;
  readonly #now: () => number;

  /** @param options.now milliseconds that only go forward */
  constructor(options: { router: CabinetRouter; journal: Journal; now: () => number }) {
    this.#router = options.router;
    this.#journal = options.journal;
    this.#now = options.now;
  }

  /** Whether the connection is in this very isolate. */
  isHere(cabinet: string): boolean {
    return this.#router.owns(cabinet);
  }

  /**
   * Asks once and says how it went.
   *
   * @param options.beginBy nothing is sent from then on, by the clock that only goes forward
   * @param options.sent is told that the bytes are about to leave, which is on disk by then
   */
  async open(
    wish: OpenCommand,
    { beginBy, sent }: { beginBy: number; sent: () => void },
  ): Promise<CommandOutcome> {
    const { cabinet, ...command } = wish;
    const leftMs = () => beginBy - this.#now();
    const beginMs = leftMs();
    if (beginMs <= 0) return { state: "refused", reason: "expired" };
    try {
      const options = { beginMs, answerMs: COMMAND.answerMs, progress: sent };
      return outcomeOf(await this.#router.request(cabinet, { type: "open", ...command }, options));
    } catch (error) {
      if (error instanceof NotAskedError) {
        return { state: "refused", reason: leftMs() > 0 ? "unavailable" : "expired" };
      }
      if (!(error instanceof NoAnswerError)) throw error;
      return await this.#lookUp(wish.id, leftMs());
    }
  }

  /**
   * The connection's isolate does not answer. After the deadline it sends nothing any more, and what it sent is in the
   * journal.
   */
  async #lookUp(id: string, leftMs: number): Promise<CommandOutcome> {
    await delay(Math.max(leftMs, 0) + COMMAND.deadlineMarginMs);
    const row = await this.#journal.find(id);
    return row?.state === "requested"
      ? { state: "refused", reason: "unavailable" }
      : { state: "unconfirmed", reason: "link-lost" };
  }
}

function outcomeOf(reply: CabinetReply | undefined): CommandOutcome {
  if (reply?.type !== "open") return { state: "refused", reason: "offline" };
  return { ...reply.evidence, ...reply.seen && { seen: reply.seen } };
}
