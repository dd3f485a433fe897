import type { Command } from "commander";
import { DataFolder, DataFolderError } from "../../app/data_folder.ts";
import type { DatabaseLocation } from "../../db/mod.ts";
import { Failure, type Io } from "../io.ts";
import { databasePlace } from "../place.ts";

const NOTES = `
The service does this at its start too. On SQLite it must not run meanwhile. On Postgres it may, and several may do
this at once: one does it, the others wait.`;

/** Adds `kaigui migrate`. */
export function addMigrateCommand(program: Command, io: Io): void {
  program.command("migrate")
    .summary("bring the database up to date")
    .description(
      "Brings the database up to date and says what ran: SQLite in DATA_DIR (./data), or Postgres where " +
        "DATABASE_URL is set.",
    )
    .addHelpText("after", NOTES)
    .action(async () => await migratePlace(io));
}

async function migratePlace(io: Io): Promise<void> {
  const place = databasePlace(io);
  // Only SQLite belongs to one process.
  using _folder = place.url === undefined ? await take(place.folder) : undefined;
  const ran = await migrateThere(place);
  for (const name of ran) io.say(`ran ${name}`);
  io.say(`${nameOf(place)} is up to date`);
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
async function migrateThere(place: DatabaseLocation): Promise<string[]> {
  const { migrateDatabase, DatabaseUnavailableError } = await import("../../db/mod.ts");
  try {
    return await migrateDatabase(place);
  } catch (error) {
    if (error instanceof DatabaseUnavailableError) throw new Failure(error.message, { cause: error });
    throw error;
  }
}

/** Says no password. */
function nameOf({ folder, url }: DatabaseLocation): string {
  if (url === undefined) return `${folder}/kaigui.sqlite`;
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
