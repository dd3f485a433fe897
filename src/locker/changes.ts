/**
 * What a transaction changed that somebody may be looking at. Published once it is on disk.
 *
 * @module
 */
import type { CellTable, RentalTable } from "../db/mod.ts";
import { type CabinetRouter, personTopic } from "../router/mod.ts";
import { cellStateOf } from "./cabinet.ts";
import type { RentalEnd, RentalView } from "./types.ts";

/** One change. */
export type Change =
  | { readonly type: "cell"; readonly row: CellTable }
  | { readonly type: "rental"; readonly row: RentalTable };

/** Tells everybody who looks. */
export function publish(router: CabinetRouter, changes: readonly Change[]): void {
  for (const change of changes) {
    if (change.type === "cell") {
      const { cabinet, cell } = change.row;
      router.publish(cabinet, { type: "cells", cells: [{ cell, state: cellStateOf(change.row) }] });
    } else {
      const { cabinet, person, picker } = change.row;
      const rental = rentalView(change.row);
      for (const who of new Set([person, picker ?? person])) {
        router.publish(personTopic(who), { type: "rental", cabinet, rental });
      }
    }
  }
}

/** The rental as its people see it. */
export function rentalView(row: RentalTable): RentalView {
  return {
    rental: row.id,
    cell: row.cell,
    state: row.state as RentalView["state"],
    since: new Date(row.since).toISOString(),
    ...(row.until === null ? {} : { until: new Date(row.until).toISOString() }),
    ...(row.state === "ended" && row.end_reason !== null ? { reason: row.end_reason as RentalEnd } : {}),
  };
}
