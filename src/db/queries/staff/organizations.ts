import type { OrganizationTable, Tables } from "../../schema.ts";

/** The organization, or `undefined`. */
export async function organizationById(db: Tables, id: string): Promise<OrganizationTable | undefined> {
  return await db.selectFrom("organizations").selectAll().where("id", "=", id).executeTakeFirst();
}

/** All organizations, oldest first. */
export async function allOrganizations(db: Tables): Promise<OrganizationTable[]> {
  return await db.selectFrom("organizations").selectAll().orderBy("created_at").orderBy("id").execute();
}

/** How many organizations there are. */
export async function countOrganizations(db: Tables): Promise<number> {
  const { count } = await db.selectFrom("organizations").select(({ fn }) => fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Locks the organization until the transaction ends: what its staff, links and tokens are changes one step after another. */
export async function lockOrganization(trx: Tables, id: string): Promise<void> {
  await trx.selectFrom("organizations").select("id").where("id", "=", id).forUpdate().execute();
}

/** Adds an organization; `false`: the id is taken. */
export async function insertOrganization(trx: Tables, row: OrganizationTable): Promise<boolean> {
  return await trx.insertInto("organizations").values(row).onConflict((on) => on.column("id").doNothing())
    .returning("id").executeTakeFirst() !== undefined;
}

/** Changes columns of the organization; `false`: there is none. */
export async function updateOrganization(
  trx: Tables,
  id: string,
  set: Partial<Omit<OrganizationTable, "id" | "created_at">>,
): Promise<boolean> {
  if (Object.keys(set).length === 0) return await organizationById(trx, id) !== undefined;
  return await trx.updateTable("organizations").set(set).where("id", "=", id).returning("id")
    .executeTakeFirst() !== undefined;
}
