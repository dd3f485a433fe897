import { type RawBuilder, sql } from "kysely";
import { FIRST_ORGANIZATION } from "../cabinet/roles.ts";
import { isPostgres } from "./dialects.ts";
import type { Tables } from "./schema.ts";
import { equalsUnindexed, FOR_EACH, tested } from "./statements/conditions.ts";

/** Which of an organization's cabinets a caller may see. */
export interface Reach {
  readonly organization: string;
  /** Only cabinets with one of these tags. @default {undefined} all */
  readonly tags?: readonly string[] | undefined;
}

/** The key of a view's tables, for the queries of this room: other rooms read a view by them only. */
export const TABLES = Symbol("tables");

/**
 * An organization's rows, to read. Queries for staff take this and no bare tables, so none forgets whose rows it reads;
 * on Postgres the transaction behind it sees no others.
 */
export interface OrganizationView extends Reach {
  readonly [TABLES]: Tables;
  /** The ids of the cabinets within reach. @default {undefined} all of the organization */
  readonly cabinets: ReadonlySet<string> | undefined;
}

/**
 * Confines the transaction to one organization until it ends, on Postgres, by row-level security. A superuser, whom that
 * does not bind, takes on the role that `upgrade/staff_role.ts` makes. SQLite has nothing of the kind.
 */
export async function confine(trx: Tables, organization: string): Promise<void> {
  if (!isPostgres(trx)) return;
  await sql`select set_config('kaigui.organization', ${organization}, true),
    case when rolsuper or rolbypassrls then set_config('role', 'kaigui_staff', true) end
    from pg_roles where rolname = current_user`.execute(trx);
}

/**
 * The view of a transaction that sees one organization from here on.
 *
 * @param trx on SQLite any tables: only the queries' own conditions hold there
 */
export async function organizationView(
  trx: Tables,
  { organization, tags }: Reach,
): Promise<OrganizationView> {
  const cabinets = tags && await cabinetsWithTags(trx, organization, tags);
  return { [TABLES]: trx, organization, tags, cabinets };
}

/** The row, if it is within the view; one about no cabinet (empty) is, only where all cabinets are within reach. */
export function within<Row extends { readonly organization: string; readonly cabinet: string }>(
  view: OrganizationView,
  row: Row | undefined,
): Row | undefined {
  return row?.organization === view.organization && isInReach(view, row) ? row : undefined;
}

/** Whether the row's cabinet is within reach. */
function isInReach(
  { cabinets }: OrganizationView,
  { cabinet }: { readonly cabinet: string },
): boolean {
  return cabinets === undefined || cabinets.has(cabinet);
}

/**
 * The condition that rows are the organization's.
 *
 * @param options.byOrganizationIndex whether the list is read by the index over organizations. `false` where an index over
 * another column narrows it further: the condition is written so that no planner takes the index over organizations then
 * @default {true}
 */
export function isOwned(
  { organization }: OrganizationView,
  { byOrganizationIndex = true }: { byOrganizationIndex?: boolean } = {},
): RawBuilder<boolean> {
  if (!byOrganizationIndex) return equalsUnindexed("organization", organization);
  if (organization === FIRST_ORGANIZATION) return sql<boolean>`organization = ${organization}`;
  // On Postgres the indexes leave out the first organization, and are used where a condition says that, too.
  return sql<boolean>`(organization = ${organization} and organization <> ${sql.lit(FIRST_ORGANIZATION)})`;
}

/** How a list is narrowed to what the view has of a table. */
interface Within {
  /** A condition of the list. */
  readonly owned: RawBuilder<boolean>;
  /** What each row is tested for; `undefined`: nothing. */
  readonly fits: RawBuilder<boolean> | undefined;
}

/**
 * The conditions that rows are the organization's and their cabinet is within reach, and these others that no index tells.
 * Where rows are tested anyway, they are tested for all that needs the row.
 *
 * @param options.byOrganizationIndex see {@linkcode isOwned}
 */
export function testedIn(
  view: OrganizationView,
  table: string,
  { conditions = [], byOrganizationIndex }: {
    conditions?: readonly RawBuilder<boolean>[];
    byOrganizationIndex: boolean;
  },
): Within {
  const owned = isOwned(view, { byOrganizationIndex });
  const all = view.tags ? [...conditions, hasTagOf(view.tags, table)] : conditions;
  if (all.length === 0) return { owned, fits: undefined };
  return byOrganizationIndex
    ? { owned, fits: tested(all) }
    : { owned: sql`1 = 1`, fits: tested([...all, owned]) };
}

function hasTagOf(tags: readonly string[], table: string): RawBuilder<boolean> {
  if (tags.length === 0) return sql`1 = 0`;
  return sql`exists (select 1 from cabinet_tags
    where cabinet_tags.cabinet = ${sql.ref(`${table}.cabinet`)} and cabinet_tags.tag in (${
    sql.join(tags)
  }) ${FOR_EACH})`;
}

async function cabinetsWithTags(
  trx: Tables,
  organization: string,
  tags: readonly string[],
): Promise<ReadonlySet<string>> {
  if (tags.length === 0) return new Set();
  const rows = await trx.selectFrom("cabinet_tags").select("cabinet")
    .where("organization", "=", organization).where("tag", "in", tags).execute();
  return new Set(rows.map(({ cabinet }) => cabinet));
}

/** The organization of a cabinet, for a statement that writes a row about it. The default is for rows about none. */
export function organizationOf(cabinet: unknown): ReturnType<typeof sql<string>> {
  return sql<string>`coalesce((select organization from cabinets where id = ${cabinet}), 'main')`;
}

/**
 * The same for a record of what happened, which may come after its cabinet was removed: that of the last command there
 * then, so that it is not shown to the first organization.
 */
export function organizationOfRecord(cabinet: unknown): ReturnType<typeof sql<string>> {
  return sql<string>`coalesce(
    (select organization from cabinets where id = ${cabinet}),
    (select organization from commands where commands.cabinet = ${cabinet}
      order by requested_at desc, id desc limit 1),
    'main')`;
}
