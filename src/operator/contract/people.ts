import { z } from "zod";
import type { PersonTable } from "../../db/mod.ts";
import { OPERATOR } from "../../lib/limits.ts";
import { one, page, route } from "../route.ts";
import { PERSON_KINDS } from "../../cabinet/kinds.ts";
import { text } from "../../cabinet/words.ts";
import {
  at,
  maybeAt,
  maybeText,
  maybeTimestamp,
  pageQuery,
  search,
  timestamp,
  uuid,
  withReason,
} from "./shared/fields.ts";

/** A person who opens doors; `leavingAt`: since when they are to be removed, once nothing of theirs is in a cell. */
export const person = z.object({
  id: uuid.describe("Their id"),
  number: maybeText.describe(
    "Eight digits that they see on their page and read out on the telephone; null: not given yet",
  ),
  kind: z.enum(PERSON_KINDS).describe("Where they come from: a guest is known by a session alone"),
  name: z.string().describe("As they gave it, or as WeChat has it; empty: none"),
  picture: maybeText.describe("The address of their picture; null: none"),
  createdAt: at.describe("When they were first here, RFC 3339 in UTC"),
  leavingAt: maybeAt.describe(
    "Since when they are to be removed, once nothing of theirs is in a cell; null: they are not",
  ),
});

/** The person of a row, without the ids by which apps know them. */
export function personAnswer(row: PersonTable): z.infer<typeof person> {
  const { id, number, kind, name, picture } = row;
  const leavingAt = maybeTimestamp(row.leaving_at);
  return { id, number, kind, name, picture, createdAt: timestamp(row.created_at), leavingAt };
}

/** How a removal went; `leaving`: the person has something in a cell and is removed once it is taken out. */
export const removal = z.object({
  state: z.enum(["removed", "leaving"]).describe(
    "leaving: they are removed once they have taken out what they have",
  ),
});

/** The routes of people. */
export const personRoutes = {
  list: route("GET /people", "attend", {
    summary: "People, newest first",
    query: z.strictObject({
      q: search.optional().describe(
        "What the name begins with, in upper or lower case, or the whole number, with spaces or without",
      ),
      name: text(OPERATOR.textMax).optional().describe(
        "What the name has in it, in upper or lower case; looked for row by row, so that pages may be short",
      ),
      ...pageQuery,
    }),
    answers: { 200: page(person) },
  }),
  get: route("GET /people/{id}", "attend", {
    summary: "One person",
    answers: { 200: one(person, "The person") },
  }),
  remove: route("DELETE /people/{id}", "manage", {
    summary: "Remove a person with all that names them; who has something in a cell can still take it out",
    query: withReason,
    answers: { 200: one(removal, "Removed, or leaving") },
  }),
  signOut: route("POST /people/{id}/sign-out", "manage", {
    summary: "End all sessions of a person, who has to sign in again; a guest comes back as a new one",
    body: withReason,
    answers: { 204: { description: "Signed out" } },
  }),
};
