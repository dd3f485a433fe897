import { type RawBuilder, sql } from "kysely";

/** The condition that a text has these words in it, as they are written: `%` and `_` mean themselves. */
export function contains(text: RawBuilder<unknown>, words: string): RawBuilder<boolean> {
  const pattern = `%${words.replace(/[\\%_]/g, "\\$&")}%`;
  return sql<boolean>`${text} like ${pattern} escape '\\'`;
}
