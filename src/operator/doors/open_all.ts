import { createHash } from "node:crypto";
import type { z } from "zod";
import { Semaphore } from "../../lib/concurrency/semaphore.ts";
import { OPEN_ALL } from "../../lib/limits.ts";
import type { Cabinet, Commands } from "../../locker/mod.ts";
import { confirmationNeeded, Confirmations } from "../confirmation.ts";
import type { OperatorContext } from "../context.ts";
import { doorRoutes, type openedCell } from "../contract/installing.ts";
import type { Mount } from "../mount.ts";
import { uuidFromKey } from "../requests.ts";
import { noCommandReason } from "./no_command.ts";

type OpenedCell = z.infer<typeof openedCell>;

/** What opens a cell. */
interface Opening {
  readonly cabinet: Cabinet;
  readonly by: string;
  readonly note: string;
  /** Each cell's command comes from this: the same one opens nothing twice. */
  readonly seed: string;
}

/** Opening all cells of a cabinet in an emergency. */
export function openAllHandlers(mount: Mount, context: OperatorContext): void {
  const { cabinets, commands, auditLog, token, wallClock } = context;
  const confirmations = new Confirmations(token, { purpose: "kaigui open-all", wallClock });

  mount(
    doorRoutes.openAll,
    async ({ c, path: { id: cabinet }, body: { confirm, reason }, actor, caller }) => {
      const what = [cabinet.id, cabinet.cells.map(({ cell, board, channel }) => [cell, board, channel])];
      if (confirm === undefined || !confirmations.confirms(confirm, what)) {
        const cells = cabinet.cells.map(({ cell }) => cell);
        const held = await cabinets.heldCells(caller, cabinet.id);
        throw confirmationNeeded(confirmations.offer(what), { cells, held });
      }
      // The same confirmation, or key, is the same act: it opens each lock once, however often it is sent.
      const hasKey = c.req.header("idempotency-key") !== undefined;
      const seed = hasKey ? actor.id : createHash("sha256").update(confirm).digest("hex");
      const id = hasKey ? actor.id : await uuidFromKey(`open-all ${seed}`, caller.organization);
      await auditLog.note({ ...actor, id }, { act: "open-all", cabinet: cabinet.id });
      const cells = await openAll(commands, { cabinet, by: actor.who, note: reason, seed });
      const opened = cells.filter(({ state }) => state === "opened" || state === "accepted").length;
      return { cabinet: cabinet.id, opened, notOpened: cells.length - opened, cells };
    },
  );
}

/** Opens each cell once. It goes on when the caller hangs up. */
async function openAll(commands: Commands, opening: Opening): Promise<OpenedCell[]> {
  const atOnce = new Semaphore(OPEN_ALL.atOnceMax);
  return await Promise.all(
    opening.cabinet.cells.map(({ cell }) => atOnce.run(() => openOne(commands, cell, opening))),
  );
}

async function openOne(
  commands: Commands,
  cell: number,
  { cabinet, by, note, seed }: Opening,
): Promise<OpenedCell> {
  const id = await uuidFromKey(`open-all ${seed} ${cell}`, cabinet.organization);
  try {
    const { state, reason = null } = await commands.run({ command: "open", id, cabinet, cell, by, note });
    return { cell, command: id, state, reason };
  } catch (error) {
    const reason = noCommandReason(error);
    if (reason === undefined) throw error;
    return { cell, command: null, state: "refused", reason };
  }
}
