/**
 * Who holds a cabinet now, and how to reach it. The port has engines: one isolate alone ({@linkcode LocalRouter}),
 * later several isolates and several machines. Engines know nothing of what the messages say.
 *
 * @module
 */
export { LocalRouter } from "./local.ts";
export type { Claim, Owner, Router } from "./router.ts";
export type {
  CabinetEvent,
  CabinetReply,
  CabinetRequest,
  CabinetRouter,
  CellChange,
  DoorChange,
  Evidence,
  RentalNews,
  SentProgress,
} from "./messages.ts";
export { personTopic, rawTopic } from "./messages.ts";
