/**
 * The domain: cabinets, cells, and the commands that open them.
 *
 * @module
 */
export { type Cabinet, cabinetOf, type Cell } from "./cabinet.ts";
export { Cabinets, type CabinetStatus, RegistrationTakenError } from "./cabinets.ts";
export {
  type CommandReport,
  Commands,
  ConflictError,
  type Step,
  type Tap,
  TooManyTapsError,
  UnavailableError,
  UnknownCellError,
} from "./commands.ts";
export { Journal, type Outcome } from "./journal.ts";
export { People, type Person } from "./people.ts";
export type { CabinetView, CellState, CellView, CommandState, Door, Mode, Reason } from "./types.ts";
