/**
 * The domain: cabinets, cells, and the commands that open them.
 *
 * @module
 */
export { type Cabinet, cabinetOf, type Cell } from "./cabinet.ts";
export { Cabinets, type CabinetStatus } from "./cabinets.ts";
export { type CommandReport, Commands, type Step, type Tap } from "./commands.ts";
export {
  ConflictError,
  RegistrationTakenError,
  TooManyTapsError,
  UnavailableError,
  UnknownCellError,
} from "./errors.ts";
export { Journal, type Outcome } from "./journal.ts";
export { People, type Person } from "./people.ts";
export type { CabinetView, CellState, CellView, CommandState, Door, Mode, Reason } from "./types.ts";
