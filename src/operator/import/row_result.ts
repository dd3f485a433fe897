import type { z } from "zod";
import type { DescribedCabinet } from "../../cabinet/description_body.ts";
import type { Cabinet } from "../../locker/mod.ts";
import type { importedRow } from "../contract/installing.ts";
import type { ProblemCode } from "../contract/shared/problem_codes.ts";
import { problemOf } from "../problem.ts";
import { changesOf, type RowMistake, type SaidRow } from "./row_description.ts";

/** What becomes of a row. */
export type RowResult = z.infer<typeof importedRow>;

/** What is wrong with a row whose cabinet is out of reach. */
export const TAKEN = { column: "id", message: "the id is taken" } as const;
/** What is wrong with a row whose cabinet others have changed. */
export const CHANGED = { column: null, message: "The cabinet has changed since the trial" } as const;

/** A row of which nothing can be made. */
export function wrong(
  row: SaidRow,
  mistakes: readonly RowMistake[],
  code: ProblemCode = "invalid",
): RowResult {
  return resultOf(row, "wrong", { mistakes, code });
}

/** What became, or would become, of a row. */
export function resultOf(
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

/** What becomes of a row whose cabinet has changed since the trial: nothing, which is right if it says no more than is so. */
export function overtaken(
  said: SaidRow,
  { wanted, before }: { wanted: DescribedCabinet | RowMistake[]; before: Cabinet | undefined },
): RowResult {
  const isSo = before && !Array.isArray(wanted) && changesOf(wanted, before).length === 0;
  return isSo ? resultOf(said, "unchanged", {}) : wrong(said, [CHANGED], "changed");
}

/** @throws {Error} what is none of the row's doing, as that the database is away */
export function refused(said: SaidRow, error: Error): RowResult {
  const { status, message, code } = problemOf(error, () => {});
  if (status >= 500) throw error;
  return wrong(said, [{ column: null, message }], code);
}
