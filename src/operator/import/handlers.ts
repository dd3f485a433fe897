import { createHash } from "node:crypto";
import type { Context } from "hono";
import { BodyTooLongError } from "../../http/bounded_body.ts";
import { cameAt, untilTurn } from "../../http/request_arrival.ts";
import { IMPORT } from "../../lib/limits.ts";
import { KeyedCounts } from "../../lib/concurrency/keyed_counts.ts";
import { Confirmations } from "../confirmation.ts";
import type { OperatorContext } from "../context.ts";
import { timestamp } from "../contract/shared/fields.ts";
import { importRoutes } from "../contract/installing.ts";
import type { Mount } from "../mount.ts";
import { Problem } from "../problem.ts";
import { CabinetImport, type RowResult } from "./cabinet_import.ts";
import { tableOf, textOf, tooLong } from "./csv_table.ts";

/** All files of an isolate are counted together. */
const ALL = "all";

/** Making and changing cabinets from a file. */
export function importHandlers(mount: Mount, context: OperatorContext): void {
  const { auditLog, token, wallClock } = context;
  const confirmations = new Confirmations(token, { purpose: "kaigui import", wallClock });
  const running = new KeyedCounts(IMPORT.atOnceMax);

  mount(importRoutes.run, async ({ c, query, caller, actor }) => {
    using _place = placeIn(running);
    // A large file is looked through longer than its confirmation holds.
    const came = cameAt(c, wallClock);
    const pause = () => untilTurn(c);
    const bytes = await fileOf(c);
    const table = await tableOf(textOf(bytes, charsetOf(c)), pause);
    const work = new CabinetImport({ ...context, caller, pause });
    const planned = await work.plan(table);
    const file = createHash("sha256").update(new Uint8Array(bytes)).digest("hex");
    const what = [caller.organization, caller.who, file, planned.map(({ result }) => outlineOf(result))];
    const report = reportOf(planned.map(({ result }) => result));
    const { confirm, expiresAt } = confirmations.offer(what);
    const offer = { confirm, expiresAt: timestamp(expiresAt) };
    const isNothing = report.counts.created + report.counts.changed === 0;
    if (query.trial === "true" || isNothing) {
      const none = { confirm: null, expiresAt: null };
      return { trial: query.trial === "true", ...report, ...isNothing ? none : offer };
    }
    if (query.confirm === undefined || !confirmations.confirms(query.confirm, what, came)) {
      throw new Problem(409, "Look at what the file would do, then send it again with this `confirm`", {
        title: "Confirmation needed",
        code: "confirmation-needed",
        members: { ...offer, ...report },
      });
    }
    await auditLog.note(actor, { act: "import", cabinet: "", subject: `${planned.length} rows` });
    const done = await work.carryOut(planned, actor);
    return { trial: false, ...reportOf(done), confirm: null, expiresAt: null };
  });
}

/** @throws {Problem} if as many run as may */
function placeIn(running: KeyedCounts): Disposable {
  const place = running.enter(ALL);
  if (place) return place;
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
