import type { GROUPS } from "../contract/mod.ts";

/** What the routes of each group are about. */
export const TAGS: Readonly<Record<keyof typeof GROUPS, string>> = {
  cabinets: "Cabinets, as they are described and as they are now",
  import: "Many cabinets at once, from a file",
  codes: "QR codes, and posters to print",
  cells: "Taking cells out of use, and into it",
  devices: "Devices that connected and are not a cabinet",
  doors: "Opening several doors: to test them, and in an emergency",
  jobs: "One act for many cabinets or cells",
  permits: "Which people may open which cells, and when",
  commands: "Opening a cell, and the journal of all openings",
  rentals: "Which people have or had which cells",
  people: "People who open doors",
  histories: "The story of a rental, and a copy of all that is kept about a person",
  records: "Events, the live feed, alarms, and the audit log",
  organizations: "The companies and groups that run cabinets",
  staff: "The members of an organization's staff",
  invitations: "Links that make a member of staff, or set a new password",
  tokens: "Tokens of programs",
  account: "Logging in, and what an account does about itself",
  service: "The service itself",
};
