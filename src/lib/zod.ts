/**
 * zod as all rooms use it: `deno.json` maps `zod` here.
 *
 * @module
 */
import { z } from "zod/v4";
import { mistakeWords } from "./schemas/mistake_words.ts";

// It would make functions out of text otherwise, which a policy without `unsafe-eval` forbids. It is asked when a schema
// is made, so this is before all schemas.
z.config({ jitless: true, customError: mistakeWords });

export { z };
