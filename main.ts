/**
 * Kaigui, the service: reads the settings, starts, and stops on SIGTERM or SIGINT.
 *
 * @module
 */
import { explain } from "./src/explain.ts";
import { startService } from "./src/service.ts";
import { readSettings } from "./src/settings.ts";

if (import.meta.main) {
  try {
    const service = await startService(readSettings((name) => Deno.env.get(name)));
    await service.untilSignal();
    Deno.exit(0);
  } catch (error) {
    await Deno.stderr.write(new TextEncoder().encode(`${explain(error)}\n`));
    Deno.exit(1);
  }
}
