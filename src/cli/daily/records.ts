import { type Command, Option } from "commander";
import type { Alarm, Event } from "kaigui-client";
import { ALARM_KINDS, type AlarmKind, EVENT_KINDS, type EventKind } from "../../cabinet/kinds.ts";
import { Client } from "../client.ts";
import type { Io } from "../io.ts";
import { time } from "../table.ts";
import { addCabinetOption, addListOptions, cellText, listed, type ListOptions, sayItems } from "./lists.ts";

interface AlarmFilter extends ListOptions {
  readonly all?: boolean;
  readonly kind?: AlarmKind;
}

interface EventFilter extends ListOptions {
  readonly kind?: EventKind;
}

/** Adds `kaigui alarms`. */
export function addAlarmsCommand(program: Command, io: Io): void {
  const alarms = addListOptions(addCabinetOption(program.command("alarms")))
    .summary("what needs attention")
    .description("Lists the alarms that have not ended, newest first.")
    .option("--all", "those that have ended, too")
    .addOption(new Option("--kind <kind>", "only of this kind").choices(ALARM_KINDS));
  alarms.action(async () => await listAlarms(alarms.optsWithGlobals(), io));
}

async function listAlarms({ cabinet, kind, all, limit, json, ...place }: AlarmFilter, io: Io): Promise<void> {
  const client = Client.of(place, io);
  const state = all ? undefined : "active";
  const items = await listed(
    limit,
    (page) => client.call("recordsAlarms", { query: { cabinet, kind, state, ...page } }),
  );
  const headings = ["RAISED", "ALARM", "CABINET", "CELL", "ENDED"];
  const row = (one: Alarm) => [
    time(one.raisedAt),
    one.kind,
    one.cabinet ?? "-",
    cellText(one.cell),
    one.endedAt === null ? "-" : time(one.endedAt),
  ];
  const allText = all ? "There was no alarm" : "All is well";
  const none = isNarrowed({ cabinet, kind }) ? "There is no such alarm" : allText;
  sayItems(items, { headings, row, none }, { json, io });
}

/** Adds `kaigui events`. */
export function addEventsCommand(program: Command, io: Io): void {
  const events = addListOptions(addCabinetOption(program.command("events")))
    .summary("what happened")
    .description("Lists what happened to rentals, codes, doors and alarms, newest first.")
    .addOption(new Option("--kind <kind>", "only of this kind").choices(EVENT_KINDS));
  events.action(async () => await listEvents(events.optsWithGlobals(), io));
}

async function listEvents({ cabinet, kind, limit, json, ...place }: EventFilter, io: Io): Promise<void> {
  const client = Client.of(place, io);
  const items = await listed(
    limit,
    (page) => client.call("recordsEvents", { query: { cabinet, kind, ...page } }),
  );
  const headings = ["TIME", "EVENT", "CABINET", "CELL", "DETAIL", "PERSON"];
  const row = (one: Event) => [
    time(one.at),
    one.kind,
    one.cabinet ?? "-",
    cellText(one.cell),
    one.detail ?? "-",
    one.personName || (one.person ?? "-"),
  ];
  const none = isNarrowed({ cabinet, kind }) ? "There is no such event" : "Nothing has happened yet";
  sayItems(items, { headings, row, none }, { json, io });
}

function isNarrowed(filter: object): boolean {
  return Object.values(filter).some((value) => value !== undefined);
}
