import { z } from "zod";
import { jobsPage, jobWithin, partsAfter } from "../../db/queries/bulk/jobs.ts";
import { cabinetsAmong, cellsAmong, cellsOfCabinets } from "../../db/queries/bulk/targets.ts";
import { type CabinetFilter, cabinetIds } from "../../db/queries/lists/cabinets.ts";
import type { OrganizationView } from "../../db/organization_view.ts";
import { type CellAddress, cellKey } from "../../cabinet/commands.ts";
import { merged } from "../../lib/schemas/merge_patch.ts";
import { DEFAULT_RULES, rules as rulesSchema } from "../../cabinet/rules.ts";
import { BULK } from "../../lib/limits.ts";
import type { BulkRequest } from "../../locker/mod.ts";
import { type Caller, scopeColumn } from "../../staff/mod.ts";
import type { OperatorContext } from "../context.ts";
import { cabinetFilterOf } from "./cabinets/cabinet_filter.ts";
import { isOnCells, jobAnswer, type JobBody, jobPartAnswer, jobRoutes } from "../contract/jobs.ts";
import { answered, cursorText, type ListBinding, listed, noCursor, positionIn } from "../lists.ts";
import type { Mount } from "../mount.ts";
import { Problem } from "../problem.ts";
import { checked, found } from "../requests.ts";

/** Rules are checked one by one, so whether they can be changed so does not depend on what a cabinet has. */
const CHANGED = z.object({ rules: rulesSchema });

/** Acts on many cabinets or cells at once. */
export function jobHandlers(mount: Mount, { db, bulkJobs }: OperatorContext): void {
  const find = async (caller: Caller, id: string) =>
    found(await db.view(caller, (view) => jobWithin(view, id)), "job", id);

  mount(jobRoutes.start, async ({ c, body, actor, caller }) => {
    const request = await requestOf(body);
    const known = await bulkJobs.startedBy(actor, request);
    if (known) return jobAnswer(await find(caller, known.id));
    if (body.rules) checked(CHANGED, { rules: merged(DEFAULT_RULES, body.rules, rulesSchema) }, "body");
    const targets = await db.view(caller, (view) => targetsOf(view, body));
    const job = await bulkJobs.start(actor, { request, targets, tags: scopeColumn(caller.tags) });
    c.header("location", `/api/v1/jobs/${job.id}`);
    return jobAnswer(job);
  });
  mount(jobRoutes.list, ({ query, caller }) => {
    const read = (filter: Parameters<typeof jobsPage>[1]) =>
      db.view(caller, (view) => jobsPage(view, filter));
    return listed(query, { list: "jobs", read, answer: jobAnswer });
  });
  mount(jobRoutes.get, async ({ path: { id }, caller }) => jobAnswer(await find(caller, id)));
  mount(jobRoutes.parts, async ({ path: { id }, query: { after, result, limit }, caller }) => {
    const job = await find(caller, id);
    const binding = { list: "job-parts", filter: { job: id, result } };
    const from = after === undefined ? -1 : partIn(binding, after);
    return await db.view(caller, async (view) => {
      const rows = await partsAfter(view, { job: job.id, after: from, result, limit: limit + 1 });
      const page = rows.slice(0, limit);
      // Who started it saw its cabinets then, of which some may be gone by now.
      const shown = page.filter(({ cabinet }) =>
        job.who === caller.who || view.cabinets?.has(cabinet) !== false
      );
      const last = rows.length > limit ? page.at(-1) : undefined;
      const next = last && cursorText(binding, [last.n]);
      return answered(shown.map(jobPartAnswer), { next, count: undefined });
    });
  });
  mount(jobRoutes.cancel, async ({ path: { id }, actor, caller }) => {
    await find(caller, id);
    await bulkJobs.cancel(actor, id);
    return jobAnswer(await find(caller, id));
  });
}

/** @throws {Problem} if no page of this list ends there */
function partIn(binding: ListBinding, after: string): number {
  const [n, ...rest] = positionIn(binding, after);
  const isPart = typeof n === "number" && n >= 0 && n < BULK.targetsMax;
  if (!isPart || rest.length > 0) throw noCursor();
  return n;
}

/** The request without the cabinets or cells that it names, of which there may be thousands, but with a hash of them. */
async function requestOf({ act, match, tags, rules, cabinets, cells }: JobBody): Promise<BulkRequest> {
  if (match) return { act, match, tags, rules };
  const text = new TextEncoder().encode(JSON.stringify({ cabinets, cells }));
  const named = new Uint8Array(await crypto.subtle.digest("SHA-256", text)).toHex();
  return { act, named, tags, rules };
}

/**
 * What the job is done to, in its order: each cabinet or cell once.
 *
 * @throws {Problem} if a named one is not within reach, if none matches, or if there are too many
 */
async function targetsOf(view: OrganizationView, body: JobBody): Promise<CellAddress[]> {
  const { act, match, cells } = body;
  const limit = BULK.targetsMax + 1;
  const named = cells ? cells.map(({ cabinet }) => cabinet) : body.cabinets;
  const wanted = named ? [...new Set(named)] : await cabinetIds(view, matchOf(match), { limit });
  if (wanted.length === 0) throw new Problem(422, "match: no cabinet matches");
  if (named) await checkThere(view, wanted);
  const targets = isOnCells(act)
    ? await cellsIn(view, { cabinets: wanted, cells })
    : wanted.map((cabinet) => ({ cabinet, cell: 0 }));
  // A cabinet may have no cells, so as many cabinets may be too many where their cells are not.
  if (wanted.length < limit && targets.length < limit) return targets;
  throw new Problem(422, `A job concerns up to ${BULK.targetsMax} cabinets or cells: make several of it`, {
    code: "limit",
  });
}

function matchOf({ all: _all, ...narrowed }: NonNullable<JobBody["match"]> = {}): CabinetFilter {
  return cabinetFilterOf(narrowed);
}

/** @throws {Problem} if one of the cabinets is not within reach */
async function checkThere(view: OrganizationView, ids: readonly string[]): Promise<void> {
  const found = await cabinetsAmong(view, ids);
  const missing = ids.find((id) => !found.has(id));
  if (missing !== undefined) throw new Problem(404, `There is no cabinet ${missing}`);
}

/** @throws {Problem} if a cell that is named is not there, or the cabinets have none */
async function cellsIn(
  view: OrganizationView,
  { cabinets, cells }: { cabinets: readonly string[]; cells: readonly CellAddress[] | undefined },
): Promise<CellAddress[]> {
  if (cells) return await namedCells(view, cells);
  const all = await cellsOfCabinets(view, cabinets, { max: BULK.targetsMax });
  if (all.length === 0) throw new Problem(422, "match, cabinets: they have no cells");
  return all;
}

/**
 * The cells that are named, each once.
 *
 * @throws {Problem} if a cabinet lacks one of them
 */
async function namedCells(view: OrganizationView, cells: readonly CellAddress[]): Promise<CellAddress[]> {
  const known = await cellsAmong(view, cells);
  const missing = cells.find((one) => !known.has(cellKey(one)));
  if (!missing) return [...new Map(cells.map((one) => [cellKey(one), one])).values()];
  throw new Problem(404, `There is no cell ${missing.cell} in cabinet ${missing.cabinet}`);
}
