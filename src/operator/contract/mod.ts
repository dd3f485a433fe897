import type { z } from "zod";
import type { Route } from "../route.ts";
import { account, accountRoutes, invited, recoveryCodes, secondFactor, session } from "./account.ts";
import { cabinet, cabinetRoutes, cell, cellRoutes, staleCabinet } from "./cabinets.ts";
import { command, commandRoutes } from "./commands.ts";
import { problem } from "./fields.ts";
import { job, jobPart, jobRoutes } from "./jobs.ts";
import { organization, organizationRoutes } from "./organizations.ts";
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
} from "./staff.ts";
import { isolate, serviceRoutes, status } from "./status.ts";

/** The routes, in the order of the description. */
export const ROUTES: readonly Route[] = [
  cabinetRoutes,
  posterRoutes,
  cellRoutes,
  jobRoutes,
  permitRoutes,
  commandRoutes,
  rentalRoutes,
  personRoutes,
  recordRoutes,
  organizationRoutes,
  staffRoutes,
  invitationRoutes,
  tokenRoutes,
  accountRoutes,
  serviceRoutes,
].flatMap((routes) => Object.values<Route>(routes));

/** The schemas of answers, by their names outside. */
export const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  Cell: cell,
  Cabinet: cabinet,
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
