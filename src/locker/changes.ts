import type { CellTable, PermitTable, RentalTable } from "../db/mod.ts";
import { type CabinetRouter, personTopic } from "../cabinet/requests.ts";
import { cellStateOf } from "./cabinets/cell_state.ts";
import type { RentalView } from "../cabinet/types.ts";

/** What a transaction changed that pages may show. Published once it is on disk. */
export type DomainChange =
  | { readonly type: "cell"; readonly row: CellTable }
  | { readonly type: "rental"; readonly row: RentalTable }
  | { readonly type: "permit"; readonly row: PermitTable };

/** Publishes changes to the pages that show them. */
export function publish(router: CabinetRouter, changes: readonly DomainChange[]): void {
  for (const change of changes) {
    if (change.type === "cell") publishCell(router, change.row);
    else if (change.type === "rental") publishRental(router, change.row);
    else {
      const { cabinet, person } = change.row;
      router.publish(personTopic(person), { type: "permits", cabinet });
    }
  }
}

function publishCell(router: CabinetRouter, row: CellTable): void {
  const { cabinet, cell } = row;
  router.publish(cabinet, { type: "cells", cells: [{ cell, state: cellStateOf(row) }] });
}

function publishRental(router: CabinetRouter, row: RentalTable): void {
  const { cabinet, person, picker } = row;
  for (const who of new Set([person, picker ?? person])) {
    router.publish(personTopic(who), { type: "rental", cabinet, rental: rentalView(row, who) });
  }
}

/** The rental as that person sees it. */
export function rentalView(row: RentalTable, person: string): RentalView {
  const isOwn = row.person === person;
  return {
    rental: row.id,
    ...(row.number === null ? {} : { number: row.number }),
    cell: row.cell,
    state: row.state as RentalView["state"],
    since: new Date(row.since).toISOString(),
    ...(row.until === null ? {} : { until: new Date(row.until).toISOString() }),
    ...(row.state === "ended" && row.end_reason !== null ? { reason: row.end_reason } : {}),
    ...(isOwn ? {} : { picked: true }),
    ...(isOwn && isCollected(row) ? { collecting: true } : {}),
  };
}

/** Whether a person with the rental's code is at its door. */
function isCollected({ state, collecting, end_reason }: RentalTable): boolean {
  return state === "returning" ? end_reason === "picked-up" : state === "held" && collecting === 1;
}
