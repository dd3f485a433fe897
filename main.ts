/**
 * Kaigui, the service: reads the settings, starts, and stops on SIGTERM or SIGINT.
 *
 * @module
 */
import { describeStartupError } from "./src/app/startup_errors.ts";
import { keptDaysFrom } from "./src/locker/maintenance/retention.ts";
import { logEnd, startLog } from "./src/observability/log.ts";
import { captureRuntime } from "./src/observability/runtime_log.ts";
import { startService } from "./src/app/service.ts";
import { readSettings } from "./src/app/settings/settings.ts";

/** The exit code where it cannot start, or go on. */
const FAILED = 1;

if (import.meta.main) {
  captureRuntime(startLog());
  try {
    const service = await startService(
      readSettings((name) => Deno.env.get(name), { checkDays: keptDaysFrom }),
    );
    await service.untilSignal();
    Deno.exit(0);
  } catch (error) {
    logEnd(describeStartupError(error));
    Deno.exit(FAILED);
  }
}
