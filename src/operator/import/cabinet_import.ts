import type { DescribedCabinet } from "../../cabinet/description_body.ts";
import { IMPORT } from "../../lib/limits.ts";
import type { Actor, CabinetCatalog } from "../../locker/mod.ts";
import type { Caller } from "../../staff/mod.ts";
import type { OperatorContext } from "../context.ts";
import { refuseUnlessMayDescribe } from "../special_rights.ts";
import type { CsvTable } from "./csv_table.ts";
import {
  type DescribedRow,
  describedRow,
  type EarlierRows,
  type PlannedRow,
  versionIn,
} from "./planned_row.ts";
import { describedBy, saidIn } from "./row_description.ts";
import { CHANGED, overtaken, refused, type RowResult, TAKEN, wrong } from "./row_result.ts";

/** How often a row is tried whose cabinet others change at the same moment. */
const TRIES_MAX = 2;

/** What a file would do. */
export interface ImportPlan {
  readonly columns: CsvTable["columns"];
  readonly rows: readonly PlannedRow[];
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
  async plan({ columns, rows }: CsvTable): Promise<ImportPlan> {
    const { cabinets, caller } = this.#context;
    const seen: EarlierRows = { ids: new Map(), registrations: new Map() };
    const planned = await this.#inSlices(rows, async (slice) => {
      const said = slice.map((row) => saidIn(row, columns));
      const sound = said.filter(({ mistakes }) => mistakes.length === 0);
      const known = await cabinets.findAll(caller, sound.map(({ id }) => id));
      const described = said.map((row) => describedRow(row, { before: known.get(row.id), columns, seen }));
      return await Promise.all(described.map((row) => this.#trialOf(row)));
    });
    return { columns, rows: planned };
  }

  /** Does the rows, each if its cabinet is as it was when that was planned. */
  async carryOut({ columns, rows }: ImportPlan, actor: Actor): Promise<RowResult[]> {
    return await this.#inSlices(rows, async (slice) => {
      return await Promise.all(slice.map((row) => this.#carryOutRow(row, { columns, actor })));
    });
  }

  async #inSlices<Row, Done>(
    rows: readonly Row[],
    work: (slice: readonly Row[]) => Promise<Done[]>,
  ): Promise<Done[]> {
    const { pause, sliceRows = IMPORT.sliceRows } = this.#context;
    const done: Done[] = [];
    for (let at = 0; at < rows.length; at += sliceRows) {
      await pause();
      done.push(...await work(rows.slice(at, at + sliceRows)));
    }
    return done;
  }

  /** Whether the row could be done. */
  async #trialOf({ wanted, ...planned }: DescribedRow): Promise<PlannedRow> {
    if (!wanted || !planned.said) return planned;
    try {
      await this.#put({ ...wanted, id: planned.said.id }, { isTrial: true });
      return planned;
    } catch (error) {
      return { result: refused(planned.said, error as Error) };
    }
  }

  async #carryOutRow(
    planned: PlannedRow,
    { columns, actor }: { columns: CsvTable["columns"]; actor: Actor },
  ): Promise<RowResult> {
    const { result, said } = planned;
    if (!said) return result;
    try {
      for (let tries = 1; tries <= TRIES_MAX; tries++) {
        const { cabinets, caller } = this.#context;
        const before = (await cabinets.findAll(caller, [said.id])).get(said.id);
        if (before === "taken") return wrong(said, [TAKEN], "taken");
        const wanted = describedBy(said, { before, columns });
        if (Array.isArray(wanted) || versionIn(before) !== planned.version) {
          return overtaken(said, { wanted, before });
        }
        if (await this.#isDone({ ...wanted, id: said.id }, { planned, actor })) return result;
      }
      return wrong(said, [CHANGED], "changed");
    } catch (error) {
      return refused(said, error as Error);
    }
  }

  /** Describes the cabinet, and notes that; `false`: it is not as it was planned any more, and nothing is done. */
  async #isDone(
    wanted: DescribedCabinet & { readonly id: string },
    { planned: { result, version }, actor }: { planned: PlannedRow; actor: Actor },
  ): Promise<boolean> {
    const { auditLog } = this.#context;
    try {
      await this.#put(wanted, {
        confirm: async (trx, { before }) => {
          await actor.confirm?.(trx);
          if (versionIn(before) !== version) throw new OvertakenError();
          const act = { act: "put", cabinet: wanted.id } as const;
          await auditLog.noteWithin(trx, { ...actor, id: crypto.randomUUID() }, act);
        },
        settle: (done) => {
          // Another transaction made it at the same moment.
          if (done === "replaced" && result.result === "created") throw new OvertakenError();
        },
      });
      return true;
    } catch (error) {
      if (error instanceof OvertakenError) return false;
      throw error;
    }
  }

  async #put(
    wanted: DescribedCabinet & { readonly id: string },
    { confirm, ...options }: Parameters<CabinetCatalog["put"]>[1] & object,
  ): Promise<void> {
    const { cabinets, caller } = this.#context;
    const description = { ...wanted, organization: caller.organization };
    await cabinets.put(description, {
      ...options,
      scope: caller.tags,
      confirm: async (trx, now) => {
        refuseUnlessMayDescribe(caller, { wanted: description, ...now });
        await confirm?.(trx, now);
      },
    });
  }
}

/** The cabinet is not as the trial saw it. */
class OvertakenError extends Error {}
