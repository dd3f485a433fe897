import { z } from "zod";
import { description } from "../cabinet/description.ts";
import { FIRST_ORGANIZATION, type Role, ROLES } from "../cabinet/roles.ts";
import type { Contact } from "../cabinet/types.ts";
import { text } from "../cabinet/words.ts";
import type { Database, OrganizationTable, Tables } from "../db/mod.ts";
import {
  allOrganizations,
  countOrganizations,
  insertOrganization,
  lockOrganization,
  organizationById,
  updateOrganization,
} from "../db/queries/staff/organizations.ts";
import { addVisits, addVisitsSince } from "../db/queries/staff/visits.ts";
import { OPERATOR, RETENTION, STAFF } from "../lib/limits.ts";
import type { Actor, AuditLog } from "../locker/mod.ts";
import { LimitReachedError, OrganizationTakenError } from "./errors.ts";
import { checked, ROOT } from "./scope.ts";

/** An organization's id stands in addresses; in one case only, so that no two look alike. */
export const ORGANIZATION_ID = /^[a-z0-9][a-z0-9_.-]{0,63}$/;

/** The languages in which an organization can be addressed. */
export const LANGUAGES = ["zh", "en"] as const;
export type Language = typeof LANGUAGES[number];

const changes = z.strictObject({
  name: text(OPERATOR.textMax).optional(),
  language: z.enum(LANGUAGES).optional(),
  timeZone: z.string().max(64).refine(isTimeZone, "an IANA time zone such as Asia/Shanghai").optional(),
  contact: description.shape.contact.unwrap().optional(),
  secondFactorRoles: z.array(z.enum(ROLES)).max(ROLES.length).optional(),
});
const creation = changes.required({ name: true, language: true, timeZone: true }).extend({
  id: z.string().regex(ORGANIZATION_ID, "small letters, digits, '.', '_' and '-', up to 64"),
});

/** A company or a group that runs cabinets. */
export interface Organization {
  readonly id: string;
  /** Empty: the first organization, until it is given a name. */
  readonly name: string;
  readonly language: string;
  /** IANA name, such as `Asia/Shanghai`. */
  readonly timeZone: string;
  /** For cabinets that have no contact of their own; `null`: none. */
  readonly contact: Contact | null;
  /** Roles that need a second factor. */
  readonly secondFactorRoles: readonly Role[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** What can be changed of an organization. */
export type OrganizationChanges =
  & {
    readonly [Field in "name" | "timeZone" | "contact" | "secondFactorRoles"]?:
      | Organization[Field]
      | undefined;
  }
  & { readonly language?: Language | undefined };

/** A new organization. */
export type NewOrganization = Pick<Organization, "id" | "name" | "timeZone"> & {
  readonly language: Language;
  readonly contact?: Contact | null | undefined;
};

/** The organizations of the service. */
export class Organizations {
  readonly #db: Database;
  readonly #auditLog: AuditLog;

  constructor(db: Database, options: { auditLog: AuditLog }) {
    this.#db = db;
    this.#auditLog = options.auditLog;
  }

  /** All of them, oldest first. */
  async list(): Promise<Organization[]> {
    return (await allOrganizations(this.#db.tables)).map(organizationFrom);
  }

  /** How many there are. */
  async count(): Promise<number> {
    return await countOrganizations(this.#db.tables);
  }

  /** The organization, or `undefined`. */
  async find(id: string): Promise<Organization | undefined> {
    // A request may ask for anything, and Postgres takes no NUL.
    if (!ORGANIZATION_ID.test(id)) return undefined;
    const row = await organizationById(this.#db.tables, id);
    return row && organizationFrom(row);
  }

  /**
   * Makes an organization. While there is one only, it sees all people, those too whose visits nobody noted, since they
   * came before there were organizations. So before the second is made, all people become visitors of the first.
   *
   * @throws {StaffMistakeError} if a field is not what is wanted
   * @throws {OrganizationTakenError} if there is one of this id
   * @throws {LimitReachedError} if there are as many as there may be
   */
  async create(actor: Actor, wanted: NewOrganization): Promise<Organization> {
    const { id, name, language, timeZone: time_zone, ...others } = checked(creation, wanted, "organization");
    const row = {
      id,
      name,
      language,
      time_zone,
      contact: null,
      second_factor_roles: "[]",
      ...columnsOf(others),
    };
    if (await this.count() === 1) await this.#addVisits();
    await this.#auditLog.do(
      actor,
      { act: "create-organization", cabinet: "", subject: id, before: lockAll },
      async (trx, created_at) => {
        await addTo(trx, { ...row, created_at });
        return [];
      },
    );
    return await this.find(id) as Organization;
  }

  /** Of all people, in steps for which no tap waits long: of a million it takes minutes. */
  async #addVisits(): Promise<void> {
    const step = { organization: FIRST_ORGANIZATION, limit: RETENTION.stepMax };
    let after = await this.#db.writer.run(addVisits, { ...step, after: null });
    while (after) after = await this.#db.writer.run(addVisits, { ...step, after });
  }

  /**
   * Changes what is given of the organization; `undefined`: there is none, or it is not the actor's. The service's own
   * token may change each.
   *
   * @throws {StaffMistakeError} if a field is not what is wanted
   */
  async change(actor: Actor, id: string, fields: OrganizationChanges): Promise<Organization | undefined> {
    if (!ORGANIZATION_ID.test(id) || actor.organization !== id && actor.who !== ROOT) return undefined;
    const set = columnsOf(checked(changes, fields, "organization"));
    const done = await this.#auditLog.do(
      { ...actor, organization: id },
      { act: "change-organization", cabinet: "", subject: id, before: (trx) => lockOrganization(trx, id) },
      async (trx) => await updateOrganization(trx, id, set) ? [] : "undo",
    );
    return done === "undone" ? undefined : await this.find(id);
  }
}

/** One organization is made after another. */
async function lockAll(trx: Tables): Promise<void> {
  await lockOrganization(trx, FIRST_ORGANIZATION);
}

async function addTo(trx: Tables, row: OrganizationTable): Promise<void> {
  const count = await countOrganizations(trx);
  if (count >= STAFF.organizationsMax) {
    throw new LimitReachedError(
      `There are ${STAFF.organizationsMax} organizations, and there can be no more`,
    );
  }
  if (!await insertOrganization(trx, row)) {
    throw new OrganizationTakenError(`Cannot make the organization ${row.id}: the id is taken`);
  }
  if (count === 1) await addVisitsSince(trx, FIRST_ORGANIZATION, row.created_at - STAFF.visitsAgainMs);
}

function columnsOf(fields: z.output<typeof changes>): Partial<Omit<OrganizationTable, "id" | "created_at">> {
  const { name, language, timeZone, contact, secondFactorRoles } = fields;
  return {
    ...name !== undefined && { name },
    ...language !== undefined && { language },
    ...timeZone !== undefined && { time_zone: timeZone },
    ...contact !== undefined && { contact: contact && JSON.stringify(contact) },
    ...secondFactorRoles && { second_factor_roles: JSON.stringify([...new Set(secondFactorRoles)]) },
  };
}

function organizationFrom(row: OrganizationTable): Organization {
  const { id, name, language, time_zone, contact, second_factor_roles, created_at } = row;
  return {
    id,
    name,
    language,
    timeZone: time_zone,
    contact: contact === null ? null : JSON.parse(contact),
    secondFactorRoles: JSON.parse(second_factor_roles),
    createdAt: created_at,
  };
}

/** An offset such as `+08:00` is none: it does not say when its clocks are set. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
