import { type DeviceCabinet, LockLayout } from "../../src/device/cabinet.ts";

/** A cabinet for tests, of which only the given fields are known. */
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
