import { createHash } from "node:crypto";
import type { Context } from "hono";
import type { z } from "zod";
import { Semaphore } from "../../lib/concurrency/semaphore.ts";
import { OPEN_ALL } from "../../lib/limits.ts";
import type { Actor, AuditLog, Cabinet, Commands } from "../../locker/mod.ts";
import { confirmationNeeded, Confirmations } from "../confirmation.ts";
import type { OperatorContext } from "../context.ts";
import { doorRoutes, type openedCell } from "../contract/installing.ts";
import type { Mount } from "../mount.ts";
import { isKeyed, uuidFromKey } from "../requests.ts";
import { noCommandReason } from "./no_command.ts";

type OpenedCell = z.infer<typeof openedCell>;

/** What opens a cell. */
interface Opening {
  readonly cabinet: Cabinet;
  readonly by: string;
  readonly note: string;
  /** Each cell's command comes from this: the same one opens nothing twice. */
  readonly run: string;
  /** As that of a tap. */
  readonly at: number | undefined;
}

/** Of a hash in hex: no two confirmations of the service have the same by chance. */
const HASH_CHARACTERS = 16;

/** Opening all cells of a cabinet in an emergency. */
export function openAllHandlers(mount: Mount, context: OperatorContext): void {
  const { cabinets, commands, auditLog, token, wallClock } = context;
  const confirmations = new Confirmations(token, { purpose: "kaigui open-all", wallClock });

  mount(
    doorRoutes.openAll,
    async ({ c, path: { id: cabinet }, body: { confirm, reason }, actor, caller }) => {
      const locks = cabinet.cells.map(({ cell, board, channel }) => [cell, board, channel]);
      const what = [cabinet.id, caller.who, locks];
      const confirmed = confirm !== undefined && confirmations.confirms(confirm, what)
        ? runOf(confirm)
        : undefined;
      const known = await knownRun(c, { actor, auditLog });
      const run = known ?? confirmed;
      // A fire does not wait for those who store something: people may be given cells between the two calls.
      const held = await cabinets.heldCells(caller, cabinet.id);
      if (run === undefined) {
        const cells = cabinet.cells.map(({ cell }) => cell);
        throw confirmationNeeded(confirmations.offer(what), { cells, held });
      }
      const id = isKeyed(c) ? actor.id : await uuidFromKey(`open-all ${run}`, caller.organization);
      await auditLog.note({ ...actor, id }, { act: "open-all", cabinet: cabinet.id, subject: run });
      // What a confirmation that holds no more has not begun is not begun any more: it is as old as can be.
      const at = run === confirmed ? undefined : 0;
      const cells = await openAll(commands, { cabinet, by: actor.who, note: reason, run, at });
      const opened = cells.filter(({ state }) => state === "opened" || state === "accepted").length;
      return { cabinet: cabinet.id, opened, notOpened: cells.length - opened, held, cells };
    },
  );
}

/** What a confirmation does: each lock is opened once, however often and with whatever key it is sent. */
function runOf(confirm: string): string {
  const hash = createHash("sha256").update(confirm).digest("hex");
  return `confirmation ${hash.slice(0, HASH_CHARACTERS)}`;
}

/** What was done with the request's key, whether its confirmation still holds or not; `undefined`: nothing. */
async function knownRun(
  c: Context,
  { actor, auditLog }: { actor: Actor; auditLog: AuditLog },
): Promise<string | undefined> {
  const act = isKeyed(c) ? await auditLog.find(actor.id) : undefined;
  return act?.subject ?? undefined;
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
  { cabinet, by, note, run, at }: Opening,
): Promise<OpenedCell> {
  const id = await uuidFromKey(`open-all ${run} ${cell}`, cabinet.organization);
  try {
    const { state, reason = null } = await commands.run({ command: "open", id, cabinet, cell, by, note, at });
    return { cell, command: id, state, reason };
  } catch (error) {
    const reason = noCommandReason(error);
    if (reason === undefined) throw error;
    return { cell, command: null, state: "refused", reason };
  }
}
