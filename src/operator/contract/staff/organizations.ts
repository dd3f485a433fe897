import { z } from "zod";
import { ROLES } from "../../../cabinet/roles.ts";
import { contact } from "../../../cabinet/description.ts";
import { text } from "../../../cabinet/words.ts";
import { LANGUAGES, type Organization, ORGANIZATION_ID } from "../../../staff/mod.ts";
import { OPERATOR } from "../../../lib/limits.ts";
import { one, page, route } from "../../route.ts";
import { at, reason, timestamp } from "../shared/fields.ts";

/** It is typed, and stands in addresses. */
export const organizationId = z.string().regex(ORGANIZATION_ID, "a-z, 0-9, '.', '_' and '-', up to 64");

/** The languages in which organizations and staff are addressed. */
export const language = z.enum(LANGUAGES);

/** The language in a row: one of a later version is answered as the default. */
export function languageAnswer(text: string): z.infer<typeof language> {
  return language.safeParse(text).data ?? "zh";
}

/** A company or a group that runs cabinets. */
export const organization = z.object({
  id: organizationId.describe("Its id"),
  name: z.string().describe("Its name"),
  language: language.describe("The language that it is addressed in"),
  timeZone: z.string().describe("IANA name, such as Asia/Shanghai"),
  contact: contact.nullable().describe("Whom its people ask for help; null: nobody is named"),
  secondFactorRoles: z.array(z.enum(ROLES)).describe("The roles that need a second factor"),
  createdAt: at.describe("When it was made, RFC 3339 in UTC"),
});

/** The organization as it is answered. */
export function organizationAnswer(
  { language, secondFactorRoles, createdAt, ...described }: Organization,
): z.infer<typeof organization> {
  return {
    ...described,
    language: languageAnswer(language),
    secondFactorRoles: [...secondFactorRoles],
    createdAt: timestamp(createdAt),
  };
}

/** What an organization is told to be. */
const fields = {
  name: text(OPERATOR.textMax).describe("Its name"),
  language: language.describe("The language that it is addressed in"),
  timeZone: text(OPERATOR.textMax).describe("IANA name, such as Asia/Shanghai"),
  contact: contact.nullable().describe("Whom its people ask for help; null: nobody is named"),
};

/** The routes of organizations. */
export const organizationRoutes = {
  list: route("GET /organizations", "view", {
    summary: "The organizations that the caller may choose from",
    answers: { 200: page(organization) },
  }),
  create: route("POST /organizations", "root", {
    summary:
      "Another organization on this service; its first owner is invited with its name in Kaigui-Organization",
    body: z.strictObject({
      id: organizationId.describe("Its id"),
      name: fields.name,
      language: fields.language.default("zh"),
      timeZone: fields.timeZone.default("Asia/Shanghai"),
      contact: fields.contact.default(null),
      reason: reason.optional(),
    }),
    answers: { 201: one(organization, "The organization") },
    problems: { 409: "There is an organization of this id (taken), or are as many as there may be (limit)" },
  }),
  get: route("GET /organization", "view", {
    summary: "The organization for which the call is",
    answers: { 200: one(organization, "The organization") },
  }),
  change: route("PATCH /organization", "administer", {
    summary: "Change the organization; what is not given stays",
    body: z.strictObject({
      name: fields.name.optional(),
      language: fields.language.optional(),
      timeZone: fields.timeZone.optional(),
      contact: fields.contact.optional(),
      secondFactorRoles: z.array(z.enum(ROLES)).max(ROLES.length).optional().describe(
        "The roles that need a second factor",
      ),
      reason: reason.optional(),
    }),
    answers: { 200: one(organization, "The organization") },
  }),
};
