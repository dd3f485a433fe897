import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import type { DescribedCabinet } from "../../cabinet/description_body.ts";
import { bytesOf } from "../../cabinet/registration/written_bytes.ts";
import { IMPORT } from "../../lib/limits.ts";
import type { Actor, Cabinet, CabinetBefore } from "../../locker/mod.ts";
import type { Caller } from "../../staff/mod.ts";
import type { OperatorContext } from "../context.ts";
import type { importedRow } from "../contract/installing.ts";
import type { ProblemCode } from "../contract/shared/problem_codes.ts";
import { Problem, problemOf } from "../problem.ts";
import { mayDescribe } from "../special_rights.ts";
import type { CsvTable } from "./csv_table.ts";
import { changesOf, describedBy, type RowMistake, saidIn, type SaidRow } from "./row_description.ts";

/** What becomes of a row. */
export type RowResult = z.infer<typeof importedRow>;

/** A row, what would become of it, and what it would make of which cabinet. */
export interface PlannedRow {
  readonly result: RowResult;
  readonly wanted?: DescribedCabinet;
  readonly before?: Cabinet | undefined;
}

/** What an import works with. */
interface ImportContext extends Pick<OperatorContext, "cabinets" | "auditLog" | "failed"> {
  readonly caller: Caller;
  /** Waits until a piece of work may begin. */
  readonly pause: () => Promise<void>;
  /** Rows of such a piece. @default {IMPORT.sliceRows} */
  readonly sliceRows?: number;
}

/** A file of cabinets, row by row. Each row is done as a whole or not at all. */
export class CabinetImport {
  readonly #context: ImportContext;

  constructor(context: ImportContext) {
    this.#context = context;
  }

  /** What each row would do; nothing is done. */
  async plan({ columns, rows }: CsvTable): Promise<PlannedRow[]> {
    const { cabinets, caller, pause, sliceRows = IMPORT.sliceRows } = this.#context;
    const planned: PlannedRow[] = [];
    const seen = { ids: new Map<string, number>(), registrations: new Map<string, number>() };
    for (let at = 0; at < rows.length; at += sliceRows) {
      await pause();
      const said = rows.slice(at, at + sliceRows).map((row) => saidIn(row, columns));
      const sound = said.filter(({ mistakes }) => mistakes.length === 0);
      const known = await cabinets.findAll(caller, sound.map(({ id }) => id));
      const slice = said.map((row) => this.#planned(row, { before: known.get(row.id), columns, seen }));
      planned.push(...await Promise.all(slice.map((row) => this.#tried(row))));
    }
    return planned;
  }

  #planned(
    row: SaidRow,
    { before, columns, seen }: {
      before: Cabinet | "taken" | undefined;
      columns: CsvTable["columns"];
      seen: { ids: Map<string, number>; registrations: Map<string, number> };
    },
  ): PlannedRow {
    const twin = seen.ids.get(row.id);
    if (row.mistakes.length > 0) return wrong(row, row.mistakes);
    if (twin !== undefined) return wrong(row, [{ column: "id", message: `row ${twin} has the same id` }]);
    seen.ids.set(row.id, row.row);
    if (before === "taken") return wrong(row, [{ column: "id", message: "the id is taken" }], "taken");
    const wanted = describedBy(row, { before, columns });
    if (Array.isArray(wanted)) return wrong(row, wanted);
    const registration = wanted.registration && bytesOf(wanted.registration).toHex();
    const other = registration === null ? undefined : seen.registrations.get(registration);
    if (other !== undefined) {
      const message = `row ${other} has the same registration`;
      return wrong(row, [{ column: "registration", message }]);
    }
    if (registration !== null) seen.registrations.set(registration, row.row);
    const changes = changesOf(wanted, before);
    const kind = before ? changes.length > 0 ? "changed" : "unchanged" : "created";
    return { result: resultOf(row, kind, { changes }), wanted, before };
  }

  /** Whether the row could be done. */
  async #tried(planned: PlannedRow): Promise<PlannedRow> {
    return { ...planned, result: await this.#attempt(planned, { isTrial: true }) };
  }

  /** Does the rows, each if its cabinet is as it was when that was planned. */
  async carryOut(planned: readonly PlannedRow[], actor: Actor): Promise<RowResult[]> {
    const { pause, sliceRows = IMPORT.sliceRows } = this.#context;
    const done: RowResult[] = [];
    for (let at = 0; at < planned.length; at += sliceRows) {
      await pause();
      const slice = planned.slice(at, at + sliceRows);
      done.push(...await Promise.all(slice.map((row) => this.#carriedOut(row, actor))));
    }
    return done;
  }

  async #carriedOut(planned: PlannedRow, actor: Actor): Promise<RowResult> {
    try {
      return await this.#attempt(planned, { isTrial: false, actor });
    } catch (error) {
      if (!(error instanceof MadeMeanwhileError)) throw error;
      // This time the cabinet is seen from the beginning.
      return await this.#attempt(planned, { isTrial: false, actor });
    }
  }

  async #attempt(
    { result, wanted, before }: PlannedRow,
    { isTrial, actor }: { isTrial: boolean; actor?: Actor },
  ): Promise<RowResult> {
    const isNothing = result.result === "wrong" || result.result === "unchanged";
    if (isNothing || !wanted || result.id === null) return result;
    const { cabinets, caller, auditLog } = this.#context;
    const description = { ...wanted, id: result.id, organization: caller.organization };
    try {
      await cabinets.put(description, {
        isTrial,
        confirm: async (trx, now) => {
          await actor?.confirm?.(trx);
          mayDescribe(caller, { wanted: description, ...now });
          if (!actor) return;
          isAsPlanned(wanted, { before, now });
          const act = { act: "put", cabinet: description.id } as const;
          await auditLog.noteWithin(trx, { ...actor, id: crypto.randomUUID() }, act);
        },
        settle: (done) => {
          if (done === "replaced" && result.result === "created" && !isTrial) throw new MadeMeanwhileError();
        },
      });
      return result;
    } catch (error) {
      if (error instanceof MadeMeanwhileError) throw error;
      if (error instanceof DoneMeanwhileError) return { ...result, result: "unchanged", changes: [] };
      return this.#refused(result, error as Error);
    }
  }

  /** @throws {Error} what is none of the row's doing, as that the database is away */
  #refused(result: RowResult, error: Error): RowResult {
    const { status, message, code } = problemOf(error, () => {});
    if (status >= 500) throw error;
    const mistakes = [{ column: null, message }];
    return { ...result, result: "wrong", changes: [], code, mistakes };
  }
}

/** The cabinet was made by another transaction at the same moment. */
class MadeMeanwhileError extends Error {}

/** Another import has done the same. */
class DoneMeanwhileError extends Error {}

/**
 * @throws {DoneMeanwhileError} if nothing is left to do
 * @throws {Problem} if the cabinet is another one than the trial saw
 */
function isAsPlanned(
  wanted: DescribedCabinet,
  { before, now }: { before: Cabinet | undefined; now: CabinetBefore },
): void {
  if (isDeepStrictEqual(described(before), described(now.before))) return;
  if (now.before && changesOf(wanted, now.before).length === 0) throw new DoneMeanwhileError();
  throw new Problem(409, "The cabinet has changed since the trial", { code: "changed" });
}

function described(cabinet: Cabinet | undefined): unknown {
  return cabinet && { ...cabinet, lastSeenAt: undefined };
}

function wrong(row: SaidRow, mistakes: readonly RowMistake[], code: ProblemCode = "invalid"): PlannedRow {
  return { result: resultOf(row, "wrong", { mistakes, code }) };
}

function resultOf(
  { row, id }: SaidRow,
  result: RowResult["result"],
  { changes = [], mistakes = [], code = null }: {
    changes?: string[];
    mistakes?: readonly RowMistake[];
    code?: ProblemCode | null;
  },
): RowResult {
  return { row, id: id === "" ? null : id, result, changes, code, mistakes: [...mistakes] };
}
