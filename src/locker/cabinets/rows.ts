/**
 * Cabinets as the database keeps them. What SQL compares has columns, all else of a description is JSON in one column.
 *
 * The version before reads and writes columns for some of that, too, and may run beside this version during an upgrade. So
 * this version writes both, and for a field that has such a column the column is right: it is never older than the JSON.
 * What only the JSON has stays where the version before describes a cabinet anew.
 *
 * The next release brings the JSON up to date by the columns, once, and goes by the JSON alone.
 *
 * @module
 */
import { type CabinetDescription, describedIn, type DeviceDescription } from "../../cabinet/description.ts";
import { DEFAULT_RULES } from "../../cabinet/rules.ts";
import { isNumbered, isPart, keyOfPart } from "../../cabinet/registration/registration_part.ts";
import { bytesOf, writtenAs } from "../../cabinet/registration/written_bytes.ts";
import type { CabinetTable } from "../../db/mod.ts";
import type { CabinetRow, WantedCabinet } from "../../db/queries/cabinets.ts";
import type { Cabinet, Description } from "./cabinet.ts";
import { cellStateOf } from "./cell_state.ts";

/** The cabinet that a row describes. Rows are written by {@linkcode rowOf} only, so their words are known. */
export function cabinetOf(row: CabinetRow): Cabinet {
  return {
    id: row.id,
    organization: row.organization,
    organizationContact: row.organization_contact === null ? null : JSON.parse(row.organization_contact),
    ...descriptionOf(row),
    cells: row.cells.map((cell) => ({
      cell: cell.cell,
      board: cell.board,
      channel: cell.channel,
      size: cell.size,
      state: cellStateOf(cell),
    })),
    lastSeenAt: row.last_seen_at ?? undefined,
    describedAt: row.updated_at,
  };
}

/** The description that a row has. */
export function descriptionOf(row: CabinetTable): CabinetDescription {
  return describedIn({
    ...fromJson(row.description),
    ...deviceDescriptionOf(row),
    name: row.name,
    mode: row.mode as CabinetDescription["mode"],
    leftOpenSeconds: seconds(row.left_open_ms),
    offlineSeconds: seconds(row.offline_ms),
    rules: { ...DEFAULT_RULES, ...JSON.parse(row.rules) },
    layout: row.layout === null ? null : JSON.parse(row.layout),
  });
}

/**
 * What a connected device goes by. It takes a tenth of the time of the whole, as it reads no layout: of a fleet that comes
 * back, each connection needs it.
 */
export function deviceDescriptionOf(row: CabinetTable): DeviceDescription {
  return {
    board: row.board,
    registration: registrationOf(row),
    heartbeat: heartbeatOf(row),
    localEcho: row.local_echo === 1,
    wiring: row.wiring as CabinetDescription["wiring"],
    addresses: row.addresses === null ? null : JSON.parse(row.addresses),
  };
}

/** The rows that describe the cabinet, but for its controller's secret, which has to be sealed first. */
export function rowOf(cabinet: Description, now: number): Omit<WantedCabinet, "sealed_secret"> {
  const { id, organization, cells, tags } = cabinet;
  const { name, board, registration, wiring, mode, leftOpenSeconds, offlineSeconds, ...neverCompared } =
    describedIn(cabinet);
  return {
    id,
    organization,
    name,
    board,
    ...registrationColumns(registration),
    wiring,
    mode,
    left_open_ms: milliseconds(leftOpenSeconds),
    offline_ms: milliseconds(offlineSeconds),
    description: JSON.stringify(neverCompared),
    ...columnsBefore(cabinet),
    locks: JSON.stringify(cells.map(({ cell, board, channel }) => [cell, board, channel])),
    created_at: now,
    updated_at: now,
    last_seen_at: null,
    tags: [...new Set(tags)],
    words: wordsOf(cabinet),
    cells: cells.map(({ state, ...cell }) => ({
      cabinet: id,
      ...cell,
      // A description does not say which cells people have.
      state: state === "held" ? undefined : state,
    })),
  };
}

/** What the cabinet is searched by, as `CabinetSearchTable` has it. */
export function wordsOf({ id, name, location, contact }: CabinetDescription & { id: string }): string {
  const said = [id, name, location?.address, contact?.telephone, contact?.text];
  return said.filter((words) => words !== undefined).join("\n").toLowerCase();
}

type ColumnsBefore = Pick<
  CabinetTable,
  "heartbeat" | "heartbeat_echo" | "heartbeat_ms" | "local_echo" | "addresses" | "rules" | "layout"
>;

/** What the version before reads beside that. */
function columnsBefore(
  { heartbeat, localEcho, addresses, rules, layout }: CabinetDescription,
): ColumnsBefore {
  return {
    heartbeat: hexOf(heartbeat),
    heartbeat_echo: Number(heartbeat?.echo ?? false),
    heartbeat_ms: milliseconds(heartbeat?.intervalSeconds ?? null),
    local_echo: Number(localEcho),
    addresses: addresses && JSON.stringify(addresses),
    rules: JSON.stringify(rules),
    layout: layout && JSON.stringify(layout),
  };
}

function heartbeatOf(
  { heartbeat, heartbeat_echo, heartbeat_ms }: ColumnsBefore,
): CabinetDescription["heartbeat"] {
  if (heartbeat === null) return null;
  const interval = heartbeat_ms !== null && { intervalSeconds: heartbeat_ms / 1000 };
  return { ...writtenAs(Uint8Array.fromHex(heartbeat)), echo: heartbeat_echo === 1, ...interval };
}

/** The version before may have given it another one: then that counts. */
function registrationOf({ registration, part, part_at }: CabinetTable): CabinetDescription["registration"] {
  if (registration !== null) return writtenAs(Uint8Array.fromHex(registration));
  if (part === null) return null;
  const place = part_at === null ? { anywhere: true as const } : { at: part_at };
  return { ...writtenAs(Uint8Array.fromHex(part)), ...place };
}

function registrationColumns(
  registration: CabinetDescription["registration"],
): Pick<CabinetTable, "registration" | "part" | "part_at" | "part_key" | "part_bytes"> {
  if (!registration || !isPart(registration)) {
    return { registration: hexOf(registration), part: null, part_at: null, part_key: null, part_bytes: null };
  }
  const part = { bytes: bytesOf(registration), at: registration.at ?? null };
  return {
    registration: null,
    part: part.bytes.toHex(),
    part_at: part.at,
    part_key: keyOfPart(part),
    part_bytes: isNumbered(part) ? null : part.bytes.length,
  };
}

function fromJson(json: string | null): Partial<CabinetDescription> {
  return json === null ? {} : JSON.parse(json);
}

function hexOf(written: CabinetDescription["registration"]): string | null {
  return written && bytesOf(written).toHex();
}

function milliseconds(seconds: number | null): number | null {
  return seconds === null ? null : Math.round(seconds * 1000);
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
