import { CapacityError } from "./capacity.ts";
import { DataFolderError } from "./data_folder.ts";
import { DatabaseUnavailableError } from "../db/mod.ts";
import { messageOf } from "../observability/error_text.ts";
import { SettingsError } from "./settings/settings.ts";

/** Thrown when the program cannot start; its message needs no stack and no cause. */
export class StartError extends Error {
  override name = "StartError";
}

/** Why the service could not start, and what to do about it. */
export function describeStartupError(error: unknown): string {
  if (error instanceof StartError) return error.message;
  if (error instanceof SettingsError) return `Cannot start, the settings are wrong:\n${error.message}`;
  if (error instanceof Deno.errors.AddrInUse) {
    return `Cannot start: PORT, DEVICE_PORT or DEVICE_TLS_PORT is in use (${error.message})`;
  }
  if (error instanceof CapacityError) return error.message;
  if (error instanceof DataFolderError) return messageOf(error).replace(`${error.name}: `, "");
  // Its message says the cause already, as far as that may be logged.
  if (error instanceof DatabaseUnavailableError) return error.message;
  return `Cannot start: ${messageOf(error)}`;
}
