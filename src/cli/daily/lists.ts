/**
 * What the commands of every day share: options, and lists that come in pages.
 *
 * @module
 */
import type { Command } from "commander";
import { OPERATOR } from "../../lib/limits.ts";
import { idArgument, wholeNumber } from "../arguments.ts";
import type { Io } from "../io.ts";
import { addItemsJson, addJson, type JsonOptions } from "../place.ts";
import { jsonText, table } from "../table.ts";

/** Options of a command that does something: the audit log has the reason. */
export interface DoOptions extends JsonOptions {
  readonly reason?: string;
}

/** Options of a command that lists something. */
export interface ListOptions extends JsonOptions {
  readonly cabinet?: string;
  readonly limit: number;
}

/** As many as a person looks through, and as are worth waiting for. */
const SHOWN = { default: 50, max: 10_000 };

/** Adds `--limit` and `--json`. */
export function addListOptions(command: Command): Command {
  return addItemsJson(
    command.option(
      "--limit <count>",
      "how many at most, the newest",
      wholeNumber(1, SHOWN.max),
      SHOWN.default,
    ),
  );
}

/** Adds `--cabinet`. */
export function addCabinetOption(command: Command): Command {
  return command.option("--cabinet <id>", "only of this cabinet", idArgument);
}

/** Adds `--reason`. */
export function addReasonOption(command: Command): Command {
  return command.option("--reason <text>", "why, for the audit log");
}

/** Adds `--reason` and `--json`. */
export function addDoOptions(command: Command): Command {
  return addJson(addReasonOption(command));
}

/** A page of a list, and where the next one begins. */
interface ListPage<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Up to `limit` items of a list, page by page. */
export async function listed<Item>(
  limit: number,
  read: (page: { limit: number; before: string | undefined }) => Promise<ListPage<Item>>,
): Promise<Item[]> {
  const items: Item[] = [];
  let before: string | undefined;
  do {
    const page = await read({ limit: Math.min(limit - items.length, OPERATOR.pageMax), before });
    items.push(...page.items);
    before = page.next ?? undefined;
  } while (before !== undefined && items.length < limit);
  return items;
}

/** How items are shown to people. */
interface Shown<Item> {
  readonly headings: readonly string[];
  readonly row: (item: Item) => readonly string[];
  /** What is said where there is none. */
  readonly none: string;
}

/** Says the items as a table, or as JSON. */
export function sayItems<Item>(
  items: readonly Item[],
  { headings, row, none }: Shown<Item>,
  { json, io }: { json: boolean | undefined; io: Io },
): void {
  if (json) return io.say(jsonText(items));
  io.say(items.length === 0 ? none : table(headings, items.map(row)));
}

/** The number of a cell, or that it is about the whole cabinet. */
export function cellText(cell: number | null): string {
  return cell === null ? "-" : String(cell);
}
