/** A cell of a cabinet. */
export interface CellAddress {
  readonly cabinet: string;
  /** The number on the cell's door. */
  readonly cell: number;
}

/** The same cell gives the same key; for maps and sets. */
export function cellKey({ cabinet, cell }: CellAddress): string {
  return `${cell} ${cabinet}`;
}

/** A command and the cell that it opens. */
export interface CellCommand extends CellAddress {
  /** The tap's UUID. */
  readonly id: string;
}

/** The id of the person who gave the command, `by` `person:<id>`; `undefined`: the operator. */
export function personOf({ by }: { readonly by: string }): string | undefined {
  return by.startsWith("person:") ? by.slice("person:".length) : undefined;
}

/** A command on its way to the lock. */
export interface OpenCommand extends CellCommand {
  /** The isolate that wrote the command down; `undefined`: any may have, as a version before did not say. */
  readonly origin?: number | undefined;
}

/** A cabinet's owner: the connection that took this epoch. One with a higher epoch is its successor. */
export interface CabinetOwner {
  readonly cabinet: string;
  readonly epoch: number;
}

/**
 * Whether a command's bytes may leave; `must-not`: the command is over, or it could not be written down that they leave;
 * `fenced`: its cabinet has a newer owner.
 */
export type SendPermission = "may" | "must-not" | "fenced";
