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
  at: fields.at,
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

/** One thing that happened. */
const storyEntry = z.discriminatedUnion("kind", [
  z.object({ ...ofEach, kind: z.literal("tap"), command, tap: z.enum(COMMAND_KINDS) }),
  z.object({ ...ofEach, kind: z.literal("sent"), command }),
  z.object({
    ...ofEach,
    kind: z.literal("outcome"),
    command,
    state: z.enum(FINAL_STATES),
    reason: z.enum(REASONS).nullable(),
  }),
  z.object({ ...moved, kind: z.literal("opened") }),
  z.object({ ...moved, kind: z.literal("shut") }),
  z.object({ ...ofEach, kind: z.literal("event"), event: z.enum(EVENT_KINDS), detail: fields.maybeText }),
  z.object({
    ...ofEach,
    kind: z.literal("code"),
    code: fields.uuid.describe("Stands for the pickup code, which is never shown"),
    change: z.enum(["made", "used", "void"]),
    until: fields.at.describe("How long it works at most"),
  }),
  z.object({
    ...ofEach,
    kind: z.literal("notice"),
    notice: z.enum(NOTICE_KINDS),
    state: z.enum(NOTICE_STATES),
    finishedAt: fields.maybeAt.describe("When it was sent or dropped"),
  }),
  z.object({
    ...ofEach,
    kind: z.literal("act"),
    act: z.enum(AUDIT_ACTIONS),
    role: z.enum(ROLES).nullable(),
    reason: fields.maybeText,
  }),
]);

type Entry = z.infer<typeof storyEntry>;

/** What happened to a rental. */
export const story = z.object({
  items: z.array(storyEntry),
  isComplete: z.boolean().describe(
    `false: more happened than is told, which is ${OPERATOR.storyMax} at most`,
  ),
});

const row = z.record(z.string(), z.unknown());

/** All that is kept about a person. Its fields are those of the rows, without what is secret. */
export const personCopy = z.object({
  at: fields.at,
  person: row,
  identities: z.array(row),
  visits: z.array(row),
  rentals: z.array(row),
  commands: z.array(row),
  codes: z.array(row),
  permits: z.array(row),
  notices: z.array(row),
  events: z.array(row),
  alarms: z.array(row),
  wrongCodes: z.array(row),
  acts: z.array(row),
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
  }),
};

/** The story as this caller may see it: people for those who see who has what, staff for those who see the audit log. */
export function storyAnswer(told: RentalStory, caller: Caller): z.infer<typeof story> {
  const { commands, events, codes, notices, acts, names, isCut } = told;
  const whoIs = whoFor(caller, names);
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

function whoFor(caller: Caller, names: ReadonlyMap<string, string>): WhoIs {
  return (by) => {
    if (by === null) return null;
    const [kind, id] = by.split(":") as [NonNullable<Who>["kind"], string | undefined];
    const isShown = isAllowed(caller, kind === "person" ? "attend" : "manage");
    if (!isShown || id === undefined) return { kind, id: null, name: null };
    return { kind, id, name: names.get(by) || null };
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
