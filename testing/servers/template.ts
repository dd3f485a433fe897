/**
 * Databases that are up to date: one on each server, one file for each file of tests. A test's own one is a copy.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { migrateDatabase } from "../../src/db/mod.ts";
import { sqliteFile } from "../../src/db/open.ts";
import { ROOT, tempFolder } from "../folders.ts";
import { sourcesIn } from "../imports.ts";
import { copyMigratedFile } from "./migrated_file.ts";
import { connected, createDatabase, nameOf } from "../sql.ts";

/** Advisory lock by which processes that start at once make one template; no other code uses this number. */
const MAKING_LOCK = 1_500;

let template: Promise<string> | undefined;
let file: Promise<Uint8Array> | undefined;

/** Makes a database that is up to date; `server` is the URL of any other database there. */
export async function createMigratedDatabase(server: string): Promise<string> {
  return await createDatabase(server, { template: await prepareTemplate(server) });
}

/** Makes what those databases are copies of, unless it is there. @returns its name */
export async function prepareTemplate(server: string): Promise<string> {
  return await (template ??= templateOn(server));
}

/** Puts a SQLite file that is up to date into the folder: the run's, or one of this file of tests. */
export async function writeMigratedFile(folder: string): Promise<void> {
  const path = sqliteFile({ folder });
  if (await copyMigratedFile(path)) return;
  file ??= migratedFile();
  await Deno.writeFile(path, await file, { mode: 0o600 });
}

/** A SQLite file that is up to date. */
export async function migratedFile(): Promise<Uint8Array> {
  await using folder = await tempFolder();
  await migrateDatabase({ folder: folder.path });
  return await Deno.readFile(sqliteFile({ folder: folder.path }));
}

/** Makes the template, unless another process has. @returns its name */
async function templateOn(server: string): Promise<string> {
  const name = `kaigui_template_${await versionOfSchema()}`;
  await connected(server, async (ask) => {
    // Held until the connection ends.
    await ask(`select pg_advisory_lock(${MAKING_LOCK})`);
    if ((await ask(`select 1 from pg_database where datname = '${name}'`)).length > 0) return;
    const url = await createDatabase(server);
    await migrateDatabase({ folder: "", url });
    await ask(`alter database ${nameOf(url)} rename to ${name}`);
  });
  return name;
}

/** A hash of the migrations and of what runs them: a server may outlive a checkout, and a checkout may change meanwhile. */
async function versionOfSchema(): Promise<string> {
  const paths = (await Array.fromAsync(sourcesIn("migrations", "src/db"))).sort();
  const texts = await Promise.all(paths.map((path) => Deno.readTextFile(`${ROOT}${path}`)));
  return createHash("sha256").update(texts.join("\n")).digest("hex").slice(0, 32);
}
