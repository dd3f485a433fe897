/**
 * For tests: cabinets as an operator describes them.
 *
 * @module
 */
import { cabinetBody } from "../../src/cabinet/description_body.ts";
import type { Description } from "../../src/locker/mod.ts";

/** A cabinet `cab` of which only the least was said, and what the test wants of it. */
export function described(but: Partial<Description> = {}): Description {
  return {
    ...cabinetBody.parse({ name: "Lobby", board: "8a", mode: "open" }),
    id: "cab",
    organization: "main",
    ...but,
  };
}
