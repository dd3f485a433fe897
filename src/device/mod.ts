/**
 * Devices: accepting their connections, learning who they are, and one bus for each.
 *
 * @module
 */
export {
  type CabinetOwner,
  type Cabinets,
  type DeviceCabinet,
  Layout,
  type Permission,
  type Registration,
  type WiredCell,
} from "./cabinet.ts";
export type { DeviceReport } from "./context.ts";
export { mayFollow } from "./dtu.ts";
export { DeviceListener } from "./listener.ts";
