import { Command, CommanderError } from "commander";
import config from "../../deno.json" with { type: "json" };
import { KAIGUI } from "../lib/command_line.ts";
import { organizationArgument } from "./arguments.ts";
import { messageOf } from "../observability/error_text.ts";
import { addCabinetCommands } from "./commands/cabinet.ts";
import { addConnectionsCommand } from "./commands/connections.ts";
import { addDevicesCommand } from "./commands/devices.ts";
import { addExportCommand } from "./export/export.ts";
import { Failure, type Io, UsageError } from "./io.ts";
import { addDoorTestCommand } from "./installing/door_test_command.ts";
import { addImportCommand } from "./installing/import_command.ts";
import { addOpenAllCommand } from "./installing/open_all_command.ts";
import { addMigrateCommand } from "./commands/migrate.ts";
import { addPostersCommand } from "./commands/posters.ts";
import { printingIo } from "./printing_io.ts";
import { addQrCommand } from "./commands/qr.ts";
import { addSimulateCommand } from "./commands/simulate.ts";
import { addStatusCommand } from "./commands/status.ts";
import { addAlarmsCommand, addEventsCommand } from "./daily/records.ts";
import { addCellCommand, addOpenCommand } from "./daily/cells.ts";
import { addPeopleCommands } from "./daily/people.ts";
import { addPermitCommands } from "./daily/permits.ts";
import { addRentalCommands } from "./daily/rentals.ts";
import { addJobCommands } from "./jobs/jobs.ts";
import { addLoginCommands } from "./staff/login.ts";
import { addOrganizationCommands } from "./staff/organization.ts";
import { addStaffCommands } from "./staff/staff.ts";
import { addTokenCommands } from "./staff/token.ts";

const FAILED = 1;
const MISUSED = 2;
/** Without a terminal. */
const COLUMNS = 110;

const ENVIRONMENT = `
Environment:
  KAIGUI_URL           the service, when --url is not given (default: http://127.0.0.1 and PORT, 8080)
  KAIGUI_ORGANIZATION  the organization, when --organization is not given
  OPERATOR_TOKEN       the token for the service; unset: the one that login kept for this URL, or else the
                       service's own, kept in DATA_DIR (./data)

Exit code: 0 done, 1 could not be done, 2 wrong usage.`;

/**
 * Runs one command.
 *
 * @returns the exit code: 0 done, 1 failed with one line that says why, 2 wrong usage
 */
export async function run(args: readonly string[], outside: Io): Promise<number> {
  const io = printingIo(outside);
  try {
    await program(io).parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    // Commander has said already what it has to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
    io.warn(`error: ${lineOf(error)}`);
    return error instanceof UsageError ? MISUSED : FAILED;
  }
}

/** The program with all its commands. */
export function program(io: Io): Command {
  const kaigui = new Command(KAIGUI)
    .description(
      "Runs Kaigui: cabinets and their QR codes, who has what in them, staff and its rights, the service and its records.",
    )
    .usage("<command> [options]")
    .version(config.version)
    .option("--url <url>", "where the service is")
    .option(
      "--organization <id>",
      "the organization that the command is about (default: the token's own, or the first)",
      organizationArgument,
    )
    .helpCommand(false)
    .showHelpAfterError("(--help shows what there is)")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput(outputTo(io))
    .exitOverride()
    .addHelpText("after", ENVIRONMENT);
  kaigui.commandsGroup("Cabinets:");
  addCabinetCommands(kaigui, io);
  addDevicesCommand(kaigui, io);
  addImportCommand(kaigui, io);
  addDoorTestCommand(kaigui, io);
  addOpenAllCommand(kaigui, io);
  addQrCommand(kaigui, io);
  addPostersCommand(kaigui, io);
  addSimulateCommand(kaigui, io);
  kaigui.commandsGroup("Day by day:");
  addOpenCommand(kaigui, io);
  addCellCommand(kaigui, io);
  addRentalCommands(kaigui, io);
  addPeopleCommands(kaigui, io);
  addPermitCommands(kaigui, io);
  addAlarmsCommand(kaigui, io);
  addEventsCommand(kaigui, io);
  addJobCommands(kaigui, io);
  kaigui.commandsGroup("Staff and access:");
  addLoginCommands(kaigui, io);
  addStaffCommands(kaigui, io);
  addTokenCommands(kaigui, io);
  addOrganizationCommands(kaigui, io);
  kaigui.commandsGroup("The service:");
  addStatusCommand(kaigui, io);
  addConnectionsCommand(kaigui, io);
  addExportCommand(kaigui, io);
  addMigrateCommand(kaigui, io);
  return kaigui;
}

/** Everything is said here, since commander would ask the environment for colours otherwise. */
function outputTo(io: Io) {
  const columns = () => io.columns ?? COLUMNS;
  return {
    writeOut: (text: string) => io.say(text.trimEnd()),
    writeErr: (text: string) => io.warn(text.trimEnd()),
    getOutHelpWidth: columns,
    getErrHelpWidth: columns,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  };
}

function lineOf(error: unknown): string {
  if (error instanceof Failure || error instanceof UsageError) return error.message;
  return messageOf(error).replaceAll("\n", "; ");
}
