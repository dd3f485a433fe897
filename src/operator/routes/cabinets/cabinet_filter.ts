import type { AlarmKind } from "../../../cabinet/kinds.ts";
import type { CabinetFilter } from "../../../db/queries/lists/cabinets.ts";

/** How a caller narrows cabinets down, in a list's query and in a job's `match`. */
export interface NarrowedBy {
  readonly q?: string | undefined;
  readonly tag?: string | readonly string[] | undefined;
  readonly online?: boolean | undefined;
  readonly alarm?: AlarmKind | boolean | "true" | "false" | undefined;
  readonly board?: string | undefined;
}

/** The filter that a caller means. A field without a place in it does not compile: it would be taken and do nothing. */
export function cabinetFilterOf<By extends NarrowedBy & Record<Exclude<keyof By, keyof NarrowedBy>, never>>(
  { q: words, tag, online, alarm, board }: By,
): CabinetFilter {
  return {
    words,
    tags: tag === undefined ? [] : [...new Set([tag].flat())].toSorted(),
    online,
    alarm: alarm === "true" ? true : alarm === "false" ? false : alarm,
    board,
  };
}
