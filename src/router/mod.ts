/**
 * Finds the isolate that holds a cabinet's connection, and reaches it. The port has three implementations: one isolate
 * alone, the isolates of a program, the programs of a fleet. None of them knows what the messages mean. What needs the
 * client of NATS is in `nats/nats.ts`, to be loaded where there is NATS.
 *
 * @module
 */
export { BroadcastTransport } from "./mesh/broadcast.ts";
export { FleetRouter } from "./fleet.ts";
export { LocalRouter } from "./local.ts";
export { MeshRouter } from "./mesh/mesh.ts";
export type { NatsServers, NatsUplink } from "./nats/nats.ts";
export type { IncomingRequest, Owner, OwnershipClaim, RequestOptions, Router } from "./router.ts";
export { BrokerError, NoAnswerError, NotAskedError } from "./router.ts";
