import { createHash } from "node:crypto";
import type { Context } from "hono";
import { BodyTooLongError } from "../../http/bounded_body.ts";
import { cameAt, untilTurn } from "../../http/request_arrival.ts";
import { IMPORT } from "../../lib/limits.ts";
import { Slots } from "../../lib/concurrency/slots.ts";
import { confirmationNeeded, Confirmations, offerAnswer } from "../confirmation.ts";
import type { OperatorContext } from "../context.ts";
import { importRoutes } from "../contract/installing.ts";
import type { Mount } from "../mount.ts";
import { Problem } from "../problem.ts";
import { CabinetImport } from "./cabinet_import.ts";
import { tableOf, textOf, tooLong } from "./csv_table.ts";
import type { RowResult } from "./row_result.ts";

/** Of a hash in hex: no two files of one caller have the same by chance. */
const HASH_CHARACTERS = 16;

/** Making and changing cabinets from a file. */
export function importHandlers(mount: Mount, context: OperatorContext): void {
  const { auditLog, token, wallClock } = context;
  const confirmations = new Confirmations(token, { purpose: "kaigui import", wallClock });
  const running = new Slots(IMPORT.atOnceMax);

  mount(importRoutes.run, async ({ c, query, caller, actor }) => {
    using _slot = slotOf(running);
    const turn = () => turnOf(c);
    const bytes = await fileOf(c);
    const table = await tableOf(textOf(bytes, charsetOf(c)), turn);
    const plan = await new CabinetImport({ ...context, caller, pause: turn }).plan(table);
    const results = plan.rows.map(({ result }) => result);
    const file = createHash("sha256").update(new Uint8Array(bytes)).digest("hex");
    const what = [caller.organization, caller.who, file, results.map(outlineOf)];
    const report = reportOf(results);
    const offer = confirmations.offer(what);
    const isNothing = report.counts.created + report.counts.changed === 0;
    if (query.trial || isNothing) {
      const none = { confirm: null, expiresAt: null };
      return { trial: query.trial, ...report, ...isNothing ? none : offerAnswer(offer) };
    }
    // The trial may take longer than a confirmation holds.
    const at = cameAt(c, wallClock);
    if (query.confirm === undefined || !confirmations.confirms(query.confirm, what, { at })) {
      throw confirmationNeeded(offer, report);
    }
    // The act's id stands for this file: with another one it is refused.
    const subject = `${results.length} rows, SHA-256 ${file.slice(0, HASH_CHARACTERS)}`;
    await auditLog.note(actor, { act: "import", cabinet: "", subject });
    // From here on it goes on when the caller hangs up.
    const pause = () => untilTurn(c);
    const done = await new CabinetImport({ ...context, caller, pause }).carryOut(plan, actor);
    return { trial: false, ...reportOf(done), confirm: null, expiresAt: null };
  });
}

/**
 * Waits until work may begin of which nothing remains.
 *
 * @throws {Problem} if the caller has hung up
 */
async function turnOf(c: Context): Promise<void> {
  await untilTurn(c);
  if (c.req.raw.signal.aborted) throw new Problem(400, "The caller hung up: nothing was done");
}

/** @throws {Problem} if as many run as may */
function slotOf(running: Slots): Disposable {
  const slot = running.enter();
  if (slot) return slot;
  const code = "busy";
  throw new Problem(429, "Other files are being imported: try again in 5 s", { code, retryAfterSeconds: 5 });
}

/** @throws {Problem} if it is longer than it may be */
async function fileOf(c: Context): Promise<ArrayBuffer> {
  try {
    return await c.req.arrayBuffer();
  } catch (error) {
    throw error instanceof BodyTooLongError ? tooLong() : error;
  }
}

function charsetOf(c: Context): string | undefined {
  return /charset\s*=\s*"?([\w-]+)/i.exec(c.req.header("content-type") ?? "")?.[1];
}

function outlineOf({ row, id, result, changes }: RowResult): unknown {
  return [row, id, result, changes];
}

function reportOf(rows: RowResult[]) {
  const counts = { created: 0, changed: 0, unchanged: 0, wrong: 0 };
  for (const { result } of rows) counts[result]++;
  return { counts, rows };
}
