import { createHash } from "node:crypto";
import type { Context } from "hono";
import type { z } from "zod";
import { Semaphore } from "../../lib/concurrency/semaphore.ts";
import { OPEN_ALL } from "../../lib/limits.ts";
import type { Actor, Cabinet } from "../../locker/mod.ts";
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
  /** Of the confirmation. Each cell's command comes from it: the same one opens nothing twice. */
  readonly hash: string;
}

/** Of a hash in hex: no two confirmations of the service have the same by chance. */
const HASH_CHARACTERS = 16;

/** Opening all cells of a cabinet in an emergency. */
export function openAllHandlers(mount: Mount, context: OperatorContext): void {
  const { cabinets, auditLog, token, wallClock } = context;
  const confirmations = new Confirmations(token, { purpose: "kaigui open-all", wallClock });

  mount(
    doorRoutes.openAll,
    async ({ c, path: { id: cabinet }, body: { confirm, reason }, actor, caller }) => {
      const locks = cabinet.cells.map(({ cell, board, channel }) => [cell, board, channel]);
      const what = [cabinet.id, caller.who, locks];
      const confirmed = confirm !== undefined && confirmations.confirms(confirm, what)
        ? hashOf(confirm)
        : undefined;
      const hash = await knownHash(c, { auditLog, actor }) ?? confirmed;
      // A fire does not wait for those who store something: people may be given cells between the two calls.
      const held = await cabinets.heldCells(caller, cabinet.id);
      if (hash === undefined) {
        const cells = cabinet.cells.map(({ cell }) => cell);
        throw confirmationNeeded(confirmations.offer(what), { cells, held });
      }
      const id = isKeyed(c) ? actor.id : await uuidFromKey(`open-all ${hash}`, caller.organization);
      await auditLog.note({ ...actor, id }, { act: "open-all", cabinet: cabinet.id, subject: hash });
      const opening = { cabinet, by: actor.who, note: reason, hash };
      // A confirmation that holds no more begins nothing.
      const outcomeOf = hash === confirmed ? openOne : openedBefore;
      const cells = await eachCell(opening, (cell) => outcomeOf(cell, opening, context));
      const opened = cells.filter(({ state }) => state === "opened" || state === "accepted").length;
      return { cabinet: cabinet.id, opened, notOpened: cells.length - opened, held, cells };
    },
  );
}

/** The same for the same confirmation: each lock is opened once, however often and with whatever key it is sent. */
function hashOf(confirm: string): string {
  const hash = createHash("sha256").update(confirm).digest("hex");
  return `confirmation ${hash.slice(0, HASH_CHARACTERS)}`;
}

/** Of the confirmation that the request's key was used with, whether it still holds or not; `undefined`: with none. */
async function knownHash(
  c: Context,
  { actor, auditLog }: { actor: Actor } & Pick<OperatorContext, "auditLog">,
): Promise<string | undefined> {
  const act = isKeyed(c) ? await auditLog.find(actor.id) : undefined;
  return act?.subject ?? undefined;
}

/** Does it for some cells at once. It goes on when the caller hangs up. */
async function eachCell(
  { cabinet }: Opening,
  work: (cell: number) => Promise<OpenedCell>,
): Promise<OpenedCell[]> {
  const atOnce = new Semaphore(OPEN_ALL.atOnceMax);
  return await Promise.all(cabinet.cells.map(({ cell }) => atOnce.run(() => work(cell))));
}

async function commandIdOf(cell: number, { cabinet, hash }: Opening): Promise<string> {
  return await uuidFromKey(`open-all ${hash} ${cell}`, cabinet.organization);
}

/** Opens the cell once. */
async function openOne(
  cell: number,
  opening: Opening,
  { commands }: Pick<OperatorContext, "commands">,
): Promise<OpenedCell> {
  const { cabinet, by, note } = opening;
  const id = await commandIdOf(cell, opening);
  try {
    const { state, reason = null } = await commands.run({ command: "open", id, cabinet, cell, by, note });
    return { cell, command: id, state, reason };
  } catch (error) {
    const reason = noCommandReason(error);
    if (reason === undefined) throw error;
    return { cell, command: null, state: "refused", reason };
  }
}

/** How far the opening of the cell has come. One that was not begun may still be, by a call that is not over. */
async function openedBefore(
  cell: number,
  opening: Opening,
  { journal }: Pick<OperatorContext, "journal">,
): Promise<OpenedCell> {
  const command = await journal.find(await commandIdOf(cell, opening));
  if (!command) return { cell, command: null, state: "unconfirmed", reason: null };
  const { id, state, reason } = command;
  return { cell, command: id, state, reason };
}
