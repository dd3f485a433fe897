/**
 * The migrations in the order in which they run, one set for SQLite and Postgres. A migration that has landed is never
 * changed: a later one corrects it.
 *
 * @module
 */
import type { Migration } from "kysely/migration";
import * as firstDoor from "./0001_first_door.ts";
import * as storage from "./0002_storage.ts";
import * as epochs from "./0003_epochs.ts";
import * as wechat from "./0004_wechat.ts";
import * as boards from "./0005_boards.ts";
import * as eventOrder from "./0006_event_order.ts";
import * as people from "./0007_people.ts";
import * as sharedAndSealed from "./0008_shared_and_sealed.ts";
import * as neverConnected from "./0009_never_connected.ts";
import * as countedAlarms from "./0010_counted_alarms.ts";
import * as lineOrder from "./0011_line_order.ts";
import * as commandOrigin from "./0012_command_origin.ts";
import * as cabinetDescription from "./0013_cabinet_description.ts";
import * as organizations from "./0014_organizations.ts";
import * as listsOfCabinets from "./from_0015/0015_lists_of_cabinets.ts";
import * as lists from "./from_0015/0016_lists.ts";
import * as bulkJobs from "./from_0015/0017_bulk_jobs.ts";
import * as devices from "./from_0015/0018_devices.ts";
import * as history from "./from_0015/0020_history.ts";
import * as leases from "./from_0015/0021_leases.ts";
import * as search from "./from_0015/0022_search.ts";
import * as alarmEvents from "./from_0015/0023_alarm_events.ts";

/** Migrations by name; names sort in the order they run. A number that is not here was never used: numbers may have gaps. */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001_first_door": firstDoor,
  "0002_storage": storage,
  "0003_epochs": epochs,
  "0004_wechat": wechat,
  "0005_boards": boards,
  "0006_event_order": eventOrder,
  "0007_people": people,
  "0008_shared_and_sealed": sharedAndSealed,
  "0009_never_connected": neverConnected,
  "0010_counted_alarms": countedAlarms,
  "0011_line_order": lineOrder,
  "0012_command_origin": commandOrigin,
  "0013_cabinet_description": cabinetDescription,
  "0014_organizations": organizations,
  "0015_lists_of_cabinets": listsOfCabinets,
  "0016_lists": lists,
  "0017_bulk_jobs": bulkJobs,
  "0018_devices": devices,
  "0020_history": history,
  "0021_leases": leases,
  "0022_search": search,
  "0023_alarm_events": alarmEvents,
};
