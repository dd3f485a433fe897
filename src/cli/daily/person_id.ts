import { OPERATOR } from "../../lib/limits.ts";
import { numberIn } from "../arguments.ts";
import type { Client } from "../client.ts";
import { Failure } from "../io.ts";

/**
 * The id of the person with this id or number.
 *
 * @throws {Failure} if nobody has the number
 */
export async function personIdOf(which: string, client: Client): Promise<string> {
  const number = numberIn(which);
  if (number === undefined) return which;
  const { items } = await client.call("peopleList", { query: { q: number, limit: OPERATOR.pageMax } });
  // A name may begin with these digits, too.
  const found = items.find((person) => person.number === number);
  if (!found) throw new Failure(`There is no person with the number ${number}`);
  return found.id;
}
