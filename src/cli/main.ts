/**
 * `deno task kaigui`: the operator's command line.
 *
 * @module
 */
import { realIo } from "./io.ts";
import { run } from "./program.ts";

if (import.meta.main) Deno.exit(await run(Deno.args, realIo));
