import type { z } from "zod";
import type { Route } from "../route.ts";
import { account, accountRoutes, invited, recoveryCodes, secondFactor, session } from "./staff/account.ts";
import { cabinet, cabinetRoutes, cell, cellRoutes, listedCabinet, staleCabinet } from "./cabinets.ts";
import { command, commandRoutes } from "./commands.ts";
import { historyRoutes, personCopy, story } from "./history.ts";
import { problem } from "./shared/fields.ts";
import {
  doorRoutes,
  importConfirmation,
  importedRow,
  importReport,
  importRoutes,
  openAllConfirmation,
  openedAll,
  openedCell,
  testedCell,
  testLine,
  testSummary,
} from "./installing.ts";
import { job, jobPart, jobRoutes } from "./jobs.ts";
import { organization, organizationRoutes } from "./staff/organizations.ts";
import { person, personRoutes, removal } from "./people.ts";
import { givenPermit, permit, permitRoutes } from "./permits.ts";
import { posterRoutes } from "./posters.ts";
import { alarm, auditEntry, event, recordRoutes } from "./records.ts";
import { confirmation, ended, rental, rentalRoutes } from "./rentals.ts";
import {
  invitation,
  invitationRoutes,
  member,
  newInvitation,
  newStaffToken,
  staffRoutes,
  staffToken,
  tokenRoutes,
} from "./staff/staff.ts";
import { isolate, serviceRoutes, status } from "./status.ts";
import { unknownDevice, unknownDeviceRoutes } from "./unknown_devices.ts";

/** The routes by what they are about, in the order of the description. These names, and those of the routes, make ids. */
export const GROUPS = {
  cabinets: cabinetRoutes,
  import: importRoutes,
  codes: posterRoutes,
  cells: cellRoutes,
  devices: unknownDeviceRoutes,
  doors: doorRoutes,
  jobs: jobRoutes,
  permits: permitRoutes,
  commands: commandRoutes,
  rentals: rentalRoutes,
  people: personRoutes,
  histories: historyRoutes,
  records: recordRoutes,
  organizations: organizationRoutes,
  staff: staffRoutes,
  invitations: invitationRoutes,
  tokens: tokenRoutes,
  account: accountRoutes,
  service: serviceRoutes,
} as const satisfies Readonly<Record<string, Readonly<Record<string, Route>>>>;

/** The routes, in the order of the description. */
export const ROUTES: readonly Route[] = Object.values(GROUPS).flatMap((routes) =>
  Object.values<Route>(routes)
);

/** The schemas of answers, by their names outside. */
export const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  Cell: cell,
  UnknownDevice: unknownDevice,
  Cabinet: cabinet,
  ListedCabinet: listedCabinet,
  ImportedRow: importedRow,
  ImportReport: importReport,
  ImportConfirmation: importConfirmation,
  OpenedCell: openedCell,
  OpenedAll: openedAll,
  OpenAllConfirmation: openAllConfirmation,
  TestedCell: testedCell,
  TestSummary: testSummary,
  TestLine: testLine,
  StaleCabinet: staleCabinet,
  Job: job,
  JobPart: jobPart,
  Command: command,
  Rental: rental,
  Ended: ended,
  Problem: problem,
  Confirmation: confirmation,
  Permit: permit,
  GivenPermit: givenPermit,
  Event: event,
  Alarm: alarm,
  Person: person,
  Removal: removal,
  Story: story,
  PersonCopy: personCopy,
  Act: auditEntry,
  Organization: organization,
  Member: member,
  Invitation: invitation,
  NewInvitation: newInvitation,
  Token: staffToken,
  NewToken: newStaffToken,
  Account: account,
  Session: session,
  SecondFactor: secondFactor,
  RecoveryCodes: recoveryCodes,
  Invited: invited,
  Isolate: isolate,
  Status: status,
};
