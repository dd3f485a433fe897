/**
 * What is told of one rental, and all that is kept about one person.
 *
 * @module
 */
import { z } from "zod";
import {
  AUDIT_ACTIONS,
  COMMAND_KINDS,
  EVENT_KINDS,
  FINAL_STATES,
  NOTICE_KINDS,
  NOTICE_STATES,
  REASONS,
} from "../../cabinet/kinds.ts";
import { ROLES } from "../../cabinet/roles.ts";
import type { RentalStory } from "../../db/queries/history/story.ts";
import type { NameOf } from "../../db/queries/lists/names.ts";
import { OPERATOR } from "../../lib/limits.ts";
import type { Caller } from "../../staff/mod.ts";
import { isAllowed } from "../access.ts";
import { one, route } from "../route.ts";
import * as fields from "./shared/fields.ts";

/** Who did it, or whom it is about. */
const who = z.object({
  kind: z.enum(["operator", "person", "account", "token"]).describe(
    "operator: the service's own token; account: a member of staff; token: a program",
  ),
  id: fields.maybeText.describe("null: not for this caller to see"),
  name: fields.maybeText.describe("null: none is known, or it is not for this caller to see"),
});

const ofEach = {
  at: fields.at.describe("When it happened, RFC 3339 in UTC"),
  who: who.nullable().describe("null: nobody, as where a door moved by itself"),
};
const command = fields.uuid.describe(
  "The command's id, by which its tap, its sending and its outcome belong together",
);
const moved = {
  ...ofEach,
  command: command.nullable().describe("What opened it; null: no command did"),
  detail: fields.maybeText.describe(
    "found: seen later; late: told late; raw: by the raw line; null: as it happened",
  ),
};

const KIND = "What happened";

/** One thing that happened. */
const storyEntry = z.discriminatedUnion("kind", [
  z.object({
    ...ofEach,
    kind: z.literal("tap").describe(KIND),
    command,
    tap: z.enum(COMMAND_KINDS).describe("What was wanted"),
  }),
  z.object({ ...ofEach, kind: z.literal("sent").describe(KIND), command }),
  z.object({
    ...ofEach,
    kind: z.literal("outcome").describe(KIND),
    command,
    state: z.enum(FINAL_STATES).describe("How it ended"),
    reason: z.enum(REASONS).nullable().describe("Why; null: it went well"),
  }),
  z.object({ ...moved, kind: z.literal("opened").describe(KIND) }),
  z.object({ ...moved, kind: z.literal("shut").describe(KIND) }),
  z.object({
    ...ofEach,
    kind: z.literal("event").describe(KIND),
    event: z.enum(EVENT_KINDS).describe("As in GET /events"),
    detail: fields.maybeText.describe("More about it; null: nothing"),
  }),
  z.object({
    ...ofEach,
    kind: z.literal("code").describe(KIND),
    code: fields.uuid.describe("Stands for the pickup code, which is never shown"),
    change: z.enum(["made", "used", "void"]).describe("What became of it"),
    until: fields.at.describe("How long it works at most"),
  }),
  z.object({
    ...ofEach,
    kind: z.literal("notice").describe(KIND),
    notice: z.enum(NOTICE_KINDS).describe("What it says"),
    state: z.enum(NOTICE_STATES).describe("Whether it was sent"),
    finishedAt: fields.maybeAt.describe("When it was sent or dropped; null: it waits"),
  }),
  z.object({
    ...ofEach,
    kind: z.literal("act").describe(KIND),
    act: z.enum(AUDIT_ACTIONS).describe("As in GET /acts"),
    role: z.enum(ROLES).nullable().describe("In which role; null: the service's own token"),
    reason: fields.maybeText.describe(
      "Why, as they said; null: they did not, or it is not for this caller to see",
    ),
  }),
]);

type Entry = z.infer<typeof storyEntry>;

/** What happened to a rental. */
export const story = z.object({
  items: z.array(storyEntry).describe("What happened, oldest first"),
  isComplete: z.boolean().describe(
    `false: more happened than is told, which is ${OPERATOR.storyMax} at most`,
  ),
});

const row = z.record(z.string(), z.unknown());

/** All that is kept about a person. Its fields are those of the rows, without what is secret. */
export const personCopy = z.object({
  at: fields.at.describe("When the copy was made, RFC 3339 in UTC"),
  person: row.describe(
    "The person. The example has the fields of each kind of row; times are RFC 3339, and null where there is none",
  ),
  identities: z.array(row).describe("How apps know them"),
  visits: z.array(row).describe("At which organizations they were"),
  rentals: z.array(row).describe("The cells that they had"),
  commands: z.array(row).describe("What they wanted opened"),
  codes: z.array(row).describe("Their pickup codes, without the codes themselves"),
  permits: z.array(row).describe("What they may open"),
  notices: z.array(row).describe("What they were told outside of the page"),
  events: z.array(row).describe("What happened to their rentals and doors"),
  alarms: z.array(row).describe("Alarms about them"),
  wrongCodes: z.array(row).describe("Wrong pickup codes that they typed"),
  acts: z.array(row).describe("What the operator did about them"),
});

/** The routes of histories. */
export const historyRoutes = {
  story: route("GET /rentals/{id}/story", "view", {
    summary:
      "What happened to a rental, oldest first: taps, what was sent, doors, codes, notices, acts of staff",
    answers: { 200: one(story, "The story") },
  }),
  copy: route("GET /people/{id}/copy", "manage", {
    summary:
      "All that is kept about a person, in a file; for an organization, what happened at its own cabinets",
    answers: { 200: { ...one(personCopy, "The copy"), isStreamed: true } },
    problems: { 429: "The copy of this person was made a moment ago (too-many-tries)" },
  }),
};

/** The story as this caller may see it: people for those who see who has what, staff for those who see the audit log. */
export function storyAnswer(told: RentalStory, caller: Caller): z.infer<typeof story> {
  const { commands, events, codes, notices, acts, nameOf, isCut } = told;
  const whoIs = whoFor(caller, nameOf);
  const all: Entry[] = [
    ...commands.flatMap((row) => commandEntries(row, whoIs)),
    ...events.map((row) => eventEntry(row, whoIs)),
    ...codes.flatMap((row) => codeEntries(row, whoIs)),
    ...notices.map((row) => noticeEntry(row, whoIs)),
    ...acts.map((row) => actEntry(row, { whoIs, isShown: isAllowed(caller, "manage") })),
  ];
  const items = all.filter(({ at }) => at !== NEVER).sort(inOrder);
  return {
    items: items.slice(0, OPERATOR.storyMax),
    isComplete: !isCut && items.length <= OPERATOR.storyMax,
  };
}

type Who = z.infer<typeof who> | null;
type WhoIs = (by: string | null) => Who;

function whoFor(caller: Caller, nameOf: NameOf): WhoIs {
  return (by) => {
    if (by === null) return null;
    const [kind, id] = by.split(":") as [NonNullable<Who>["kind"], string | undefined];
    const isShown = isAllowed(caller, kind === "person" ? "attend" : "manage");
    if (!isShown || id === undefined) return { kind, id: null, name: null };
    return { kind, id, name: nameOf(by) };
  };
}

/** The time of what did not happen. */
const NEVER = "";
const timeOf = (at: number | null) => at === null ? NEVER : fields.timestamp(at);

function commandEntries(row: RentalStory["commands"][number], whoIs: WhoIs): Entry[] {
  const { id: command, state } = row;
  const who = whoIs(row.by);
  const begun: Entry[] = [
    { kind: "tap", at: fields.timestamp(row.requested_at), who, command, tap: row.command },
    { kind: "sent", at: timeOf(row.sent_at), who: null, command },
  ];
  if (state === "requested" || state === "sent") return begun;
  const outcome = { state, reason: row.reason };
  return [...begun, { kind: "outcome", at: timeOf(row.finished_at), who: null, command, ...outcome }];
}

function eventEntry(row: RentalStory["events"][number], whoIs: WhoIs): Entry {
  const { command, detail } = row;
  const at = fields.timestamp(row.at);
  const who = whoIs(row.person && `person:${row.person}`);
  if (row.kind === "door-opened") return { kind: "opened", at, who, command, detail };
  if (row.kind === "door-closed") return { kind: "shut", at, who, command, detail };
  // The detail of a rental that moved is the person who had it before.
  const isHidden = row.kind === "moved" && who?.id === null;
  return { kind: "event", at, who, event: row.kind, detail: isHidden ? null : detail };
}

function codeEntries(row: RentalStory["codes"][number], whoIs: WhoIs): Entry[] {
  const { id: code, person, used_by } = row;
  const until = fields.timestamp(row.until);
  const entry = (change: "made" | "used" | "void", at: number | null, by: string | null): Entry => {
    return { kind: "code", at: timeOf(at), who: whoIs(by && `person:${by}`), code, change, until };
  };
  return [
    entry("made", row.created_at, person),
    entry("used", row.used_at, used_by),
    entry("void", row.void_at, null),
  ];
}

function noticeEntry(row: RentalStory["notices"][number], whoIs: WhoIs): Entry {
  const { kind: notice, state, person } = row;
  const times = { at: fields.timestamp(row.at), finishedAt: fields.maybeTimestamp(row.finished_at) };
  return { kind: "notice", ...times, who: whoIs(`person:${person}`), notice, state };
}

function actEntry(
  { at, act, role, who, reason }: RentalStory["acts"][number],
  { whoIs, isShown }: { whoIs: WhoIs; isShown: boolean },
): Entry {
  return {
    kind: "act",
    at: fields.timestamp(at),
    who: whoIs(who),
    act,
    role,
    reason: isShown ? reason : null,
  };
}

/** What usually comes first, where times are the same. */
const ORDER: readonly Entry["kind"][] = [
  "act",
  "tap",
  "sent",
  "opened",
  "outcome",
  "event",
  "code",
  "notice",
  "shut",
];

function inOrder(a: Entry, b: Entry): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind);
}
