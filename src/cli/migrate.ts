/**
 * `kaigui migrate`.
 *
 * @module
 */
import type { Command } from "commander";
import { DataFolder, DataFolderError } from "../data_folder.ts";
import { Failure, type Io } from "./io.ts";
import { settingsOf } from "./place.ts";

/** Adds the command. */
export function addMigrateCommand(program: Command, io: Io): void {
  program.command("migrate")
    .summary("bring the database up to date")
    .description("Brings the SQLite database in DATA_DIR (./data) up to date and says what ran.")
    .addHelpText("after", "\nThe service does this at its start too. It must not run meanwhile.")
    .action(async () => await migrateFolder(io));
}

async function migrateFolder(io: Io): Promise<void> {
  const { dataDir } = settingsOf(io);
  using _folder = await take(dataDir);
  const ran = await migrateDatabase(`${dataDir}/kaigui.sqlite`);
  for (const name of ran) io.say(`ran ${name}`);
  io.say(`${dataDir}/kaigui.sqlite is up to date`);
}

async function take(dataDir: string): Promise<DataFolder> {
  try {
    return await DataFolder.open(dataDir);
  } catch (error) {
    if (error instanceof DataFolderError) throw new Failure(error.message, { cause: error });
    throw error;
  }
}

/** Loaded when it is needed: no other command has to wait for a database's code. */
async function migrateDatabase(file: string): Promise<string[]> {
  const [{ Kysely }, { migrate }, { sqliteDialect }] = await Promise.all([
    import("kysely"),
    import("../db/migrate.ts"),
    import("../db/sqlite.ts"),
  ]);
  const db = new Kysely<unknown>({ dialect: sqliteDialect(file) });
  try {
    return await migrate(db);
  } finally {
    await db.destroy();
  }
}
