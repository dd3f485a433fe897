import { type Kysely, sql, type Transaction } from "kysely";
import { isPostgres } from "../dialects.ts";
import { upgradeStep } from "./upgrade_step.ts";

/** Advisory lock by which programs that start at once do not grant the same; no other code uses this number. */
const GRANTING_LOCK = 1_416;

/** SQLSTATE of what a role may not do. */
const FORBIDDEN = "42501";

/**
 * Makes the role `kaigui_staff`, on Postgres, where the service's own role is not bound by row-level security, as a
 * superuser is not: transactions of staff take it on. Each start looks whether it may do what it has to: a copy of the
 * database on another server comes without roles, a later migration adds tables, and the service may connect as another
 * role than before.
 *
 * @throws {Error} if the service's role can neither be bound nor make a role
 */
export async function makeStaffRole<Schema>(db: Kysely<Schema>): Promise<void> {
  if (!isPostgres(db) || !await needsStaffRole(db)) return;
  try {
    await upgradeStep(db, {
      lock: async (trx) => void await sql`select pg_advisory_xact_lock(${GRANTING_LOCK})`.execute(trx),
      work: makeAndGrant,
    });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === FORBIDDEN)) throw error;
    const why = "the database's user bypasses row-level security, and may not make the role kaigui_staff";
    const wanted = "connect as a user without BYPASSRLS, or as one with CREATEROLE";
    throw new Error(`Cannot keep organizations apart: ${why}. ${wanted}`, { cause: error });
  }
}

async function needsStaffRole<Schema>(db: Kysely<Schema>): Promise<boolean> {
  const { rows: [role] } = await sql<{ lacks: boolean }>`
    select (me.rolsuper or me.rolbypassrls) and (
      staff.oid is null or not pg_has_role(me.oid, staff.oid, 'member')
      or not has_schema_privilege(staff.oid, current_schema(), 'usage')
      or exists (
        select 1 from pg_class where relnamespace = current_schema()::regnamespace and (
          relkind = 'r' and not has_table_privilege(staff.oid, oid, 'delete')
          or relkind = 'S' and not has_sequence_privilege(staff.oid, oid, 'usage')
        )
      )
    ) as lacks
    from pg_roles me left join pg_roles staff on staff.rolname = 'kaigui_staff'
    where me.rolname = current_user`.execute(db);
  return role?.lacks === true;
}

async function makeAndGrant<Schema>(trx: Transaction<Schema>): Promise<void> {
  // Roles belong to the whole server, and several of its databases may be brought up to date at once.
  await sql`do $$ begin
    if not exists (select 1 from pg_roles where rolname = 'kaigui_staff') then create role kaigui_staff nologin; end if;
    exception when duplicate_object or unique_violation then null;
  end $$`.execute(trx);
  // A superuser may take on each role.
  await sql`do $$ begin
    if not pg_has_role('kaigui_staff', 'member') then execute format('grant kaigui_staff to %I', current_user); end if;
    execute format('grant usage on schema %I to kaigui_staff', current_schema());
    execute format('grant all on all tables in schema %I to kaigui_staff', current_schema());
    execute format('grant all on all sequences in schema %I to kaigui_staff', current_schema());
  end $$`.execute(trx);
}
