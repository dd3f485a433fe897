/**
 * What the operator sends, checked once here.
 *
 * @module
 */
import { z } from "zod";
import { BOARD_NAMES, type Family, familyNamed } from "../boards/mod.ts";
import { DEVICE, OPERATOR } from "../limits.ts";
import type { Cabinet, Cell } from "../locker/mod.ts";

/** Sizes of a cell are words of the operator's choice; this is what nobody chose. */
const SIZE_DEFAULT = "M";
const BYTE_MAX = 255;

const size = z.string().trim().min(1).max(16);
const name = z.string().trim().min(1).max(OPERATOR.textMax);

/** An id stands in addresses and on stickers. */
export const cabinetId = z.string().regex(
  /^[A-Za-z0-9][\w.-]{0,63}$/,
  "letters, digits, '.', '_' and '-', up to 64",
);

const text = z.string().min(1);
// The checks below go by the bytes, so they are not made where there are none.
const hex = z.string().regex(/^([0-9A-Fa-f]{2}\s*)+$/, { error: "pairs of hex digits", abort: true });

const registration = z.union([z.strictObject({ text }), z.strictObject({ hex })]);
const heartbeat = z.union([
  z.strictObject({ text, echo: z.boolean().default(false) }),
  z.strictObject({ hex, echo: z.boolean().default(false) }),
]);

const cell = z.strictObject({
  cell: z.int().min(1).max(9999),
  board: z.int().min(0).max(BYTE_MAX),
  channel: z.int().min(0).max(BYTE_MAX),
  size: size.default(SIZE_DEFAULT),
  /** Kept as it was when not given. */
  state: z.enum(["free", "held", "disabled", "faulty"]).optional(),
  door: z.unknown().optional(),
});

const cells = z.union([
  z.array(cell).max(OPERATOR.cellsMax),
  z.strictObject({ count: z.int().min(1).max(OPERATOR.cellsMax), size: size.default(SIZE_DEFAULT) }),
]);

/** A cabinet as the operator describes it. What only the server knows may be sent along and is passed over. */
export const cabinetBody = z.strictObject({
  name,
  board: z.enum(BOARD_NAMES),
  registration: registration.nullish(),
  heartbeat: heartbeat.nullish(),
  localEcho: z.boolean().default(false),
  wiring: z.enum(["short-when-locked", "short-when-open"]).optional(),
  mode: z.literal("open", "this version knows the mode 'open' only").default("open"),
  cells: cells.default([]),
  id: z.unknown().optional(),
  online: z.unknown().optional(),
  connectedAt: z.unknown().optional(),
  lastSeenAt: z.unknown().optional(),
}).superRefine((body, context) => {
  for (const [path, message] of mistakesOf(body)) context.addIssue({ code: "custom", path, message });
});

/** A checked description. */
export type CabinetBody = z.infer<typeof cabinetBody>;

/** Why the operator opens a cell. */
export const openBody = z.strictObject({ reason: z.string().trim().min(1).max(OPERATOR.textMax).optional() });

/** What a list of commands may be narrowed to. */
export const commandQuery = z.strictObject({
  cabinet: cabinetId.optional(),
  cell: z.coerce.number().int().min(1).max(9999).optional(),
  state: z.enum(["requested", "sent", "opened", "accepted", "failed", "unconfirmed", "refused"]).optional(),
  before: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(OPERATOR.pageMax).default(OPERATOR.pageDefault),
});

/** Which page of the cabinets. */
export const cabinetQuery = z.strictObject({
  after: cabinetId.optional(),
  limit: z.coerce.number().int().min(1).max(OPERATOR.pageMax).default(OPERATOR.pageDefault),
});

type Mistake = [path: (string | number)[], message: string];

function* mistakesOf(
  body: Pick<CabinetBody, "board" | "cells" | "registration" | "heartbeat">,
): Generator<Mistake> {
  const family = familyNamed(body.board);
  if (body.registration && bytesOf(body.registration).length > DEVICE.registrationBytesMax) {
    yield [["registration"], `more than ${DEVICE.registrationBytesMax} bytes`];
  }
  if (body.heartbeat && bytesOf(body.heartbeat).length > DEVICE.heartbeatBytesMax) {
    yield [["heartbeat"], `more than ${DEVICE.heartbeatBytesMax} bytes`];
  }
  if (!Array.isArray(body.cells)) {
    if (family && body.cells.count > boardsOf(family) * channelsOf(family)) {
      yield [
        ["cells", "count"],
        `a bus of ${family.name} boards has no more than ${boardsOf(family) * channelsOf(family)}`,
      ];
    } else if (!family) {
      yield [["cells", "count"], `cells of a ${body.board} cabinet have to be listed one by one`];
    }
    return;
  }
  const numbers = new Set<number>();
  const locks = new Set<string>();
  for (const [index, { cell, board, channel }] of body.cells.entries()) {
    if (numbers.has(cell)) yield [["cells", index, "cell"], `cell ${cell} is there twice`];
    if (locks.has(`${board} ${channel}`)) {
      yield [["cells", index], `board ${board} channel ${channel} has two cells`];
    }
    if (family && !isWithin(board, family.boards)) {
      yield [["cells", index, "board"], `${family.name} boards go from ${family.boards.join(" to ")}`];
    }
    if (family && !isWithin(channel, family.channels)) {
      yield [["cells", index, "channel"], `${family.name} channels go from ${family.channels.join(" to ")}`];
    }
    numbers.add(cell);
    locks.add(`${board} ${channel}`);
  }
}

function isWithin(value: number, [first, last]: readonly [number, number]): boolean {
  return value >= first && value <= last;
}

function boardsOf({ boards: [first, last] }: Family): number {
  return last - first + 1;
}

function channelsOf({ channels: [first, last] }: Family): number {
  return last - first + 1;
}

function bytesOf(value: { text: string } | { hex: string }): Uint8Array {
  return "hex" in value
    ? Uint8Array.fromHex(value.hex.replace(/\s/g, ""))
    : new TextEncoder().encode(value.text);
}

/** The cabinet that a description means; cells keep the state that they had where none is given. */
export function cabinetFrom(id: string, body: CabinetBody, before: Cabinet | undefined): Cabinet {
  const family = familyNamed(body.board);
  const states = new Map(before?.cells.map(({ cell, state }) => [cell, state]));
  const listed = Array.isArray(body.cells) ? body.cells : counted(body.cells, family);
  return {
    id,
    name: body.name,
    board: body.board,
    registration: body.registration ? bytesOf(body.registration) : undefined,
    heartbeat: body.heartbeat ? { bytes: bytesOf(body.heartbeat), echo: body.heartbeat.echo } : undefined,
    localEcho: body.localEcho,
    wiring: body.wiring ?? family?.wiring ?? "short-when-locked",
    mode: body.mode,
    cells: listed.map(({ cell, board, channel, size, state }) => ({
      cell,
      board,
      channel,
      size,
      state: state ?? states.get(cell) ?? "free",
    })).sort((a, b) => a.cell - b.cell),
    lastSeenAt: before?.lastSeenAt,
  };
}

/** Cell n is channel n of the first board, going on with the next board. */
function counted(
  { count, size }: { count: number; size: string },
  family: Family | undefined,
): (Omit<Cell, "state"> & { state?: Cell["state"] })[] {
  if (!family) return [];
  const perBoard = channelsOf(family);
  return Array.from({ length: count }, (_, index) => ({
    cell: index + 1,
    board: family.boards[0] + Math.floor(index / perBoard),
    channel: family.channels[0] + index % perBoard,
    size,
  }));
}
