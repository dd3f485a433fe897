/**
 * A cabinet as the operator describes it, checked once here.
 *
 * @module
 */
import type { z } from "zod";
import { OPERATOR } from "../../lib/limits.ts";
import { mistakesOf } from "./cabinet_mistakes.ts";
import { cabinetShape } from "./cabinet_shape.ts";

export { cabinetId } from "./words.ts";

/** A cabinet's description. What only the server knows may be sent along and is passed over. */
export const cabinetBody = cabinetShape.transform((body, context) => {
  // Only a sound body gets here: a refinement of the object would be run on a count of 10^8, too.
  for (const [path, message] of mistakesOf(body).take(OPERATOR.mistakesMax)) {
    context.addIssue({ code: "custom", path, message });
  }
  return body;
});

/** A checked description. */
export type CabinetBody = z.infer<typeof cabinetBody>;
