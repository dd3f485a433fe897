import { type DeviceCabinet, LockLayout } from "../../src/device/cabinet.ts";

/** For tests: a cabinet of which nothing is known but what is said here. */
export function describedCabinet(said: Partial<DeviceCabinet> = {}): DeviceCabinet {
  return {
    id: "cab",
    family: undefined,
    wiring: "short-when-locked",
    feedback: true,
    describedAt: 0,
    localEcho: false,
    registration: new Uint8Array(),
    heartbeat: undefined,
    heartbeatEcho: false,
    heartbeatMs: undefined,
    addresses: undefined,
    layout: new LockLayout([], 1),
    ...said,
  };
}
