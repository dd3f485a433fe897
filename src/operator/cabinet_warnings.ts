/**
 * What may be said of a cabinet and is most likely a slip: it is taken, and the operator is told.
 *
 * @module
 */
import { KAIGUI } from "../boards/mod.ts";
import type { Cabinet } from "../locker/mod.ts";

/** What the operator should look at, a sentence each. */
export function* warningsOf(cabinet: Cabinet): Generator<string> {
  yield* ofRegistration(cabinet);
  yield* ofCells(cabinet);
}

function* ofRegistration({ board, registration }: Cabinet): Generator<string> {
  if (registration || board === KAIGUI) return;
  yield "No registration: no device can connect as this cabinet until it has what its DTU says first";
}

function* ofCells({ cells }: Cabinet): Generator<string> {
  if (cells.length === 0) yield "No cells: there is nothing in this cabinet that could be opened";
}
