/**
 * The shape of a cabinet's description; what its parts say of each other is looked at in `cabinet_mistakes.ts`.
 *
 * @module
 */
import { z } from "zod";
import { BOARD_NAMES } from "../../boards/mod.ts";
import { DEVICE, OPERATOR } from "../../lib/limits.ts";
import { DEFAULT_RULES } from "../../locker/mod.ts";
import { bytesAsText, cellNumber, network, secret, text } from "./words.ts";

/** Sizes of a cell are words of the operator's choice; this is what nobody chose. */
const SIZE_DEFAULT = "M";
const BYTE_MAX = 255;
/** Smart controllers count their locks up to this; on a bus a channel is a byte, as a board is. */
const CHANNEL_MAX = 256;
/** How long a door is left open, or a cabinet away, until it is an alarm where nobody chose. */
const LEFT_OPEN_SECONDS = 300;
const OFFLINE_SECONDS = 60;

/** Nobody's guess is right for all: a cabinet that is meant to store would be opened by anybody. */
const MODES =
  "say who may open what: open (anybody who is signed in opens any cell), storage (people are given a cell " +
  "of their own), or assigned (by permit)";

const size = text(16);

/** So many bytes as hex: with a space and a line end behind each it has four characters a byte. */
function hex(bytesMax: number): z.ZodString {
  return z.string().max(bytesMax * 4, { error: `more than ${bytesMax} bytes` })
    .regex(/^([0-9A-Fa-f]{2}\s*)+$/, { error: "pairs of hex digits", abort: true });
}

const registration = z.union([
  z.strictObject({ text: bytesAsText(DEVICE.registrationBytesMax) }),
  z.strictObject({ hex: hex(DEVICE.registrationBytesMax) }),
]);
const ofHeartbeat = {
  echo: z.boolean().default(false),
  /** From one to the next; whoever says nothing for two of them is gone. */
  intervalSeconds: z.number().min(OPERATOR.heartbeatSecondsMin).max(OPERATOR.heartbeatSecondsMax).optional(),
};
const heartbeat = z.union([
  z.strictObject({ text: bytesAsText(DEVICE.heartbeatBytesMax), ...ofHeartbeat }),
  z.strictObject({ hex: hex(DEVICE.heartbeatBytesMax), ...ofHeartbeat }),
]);

/** Until an alarm; `null`: never. */
const alarmSeconds = z.int().min(OPERATOR.alarmSecondsMin).max(OPERATOR.alarmSecondsMax).nullable();

const cell = z.strictObject({
  cell: cellNumber,
  board: z.int().min(0).max(BYTE_MAX),
  channel: z.int().min(0).max(CHANNEL_MAX),
  size: size.default(SIZE_DEFAULT),
  /** Kept as it was when not given. */
  state: z.enum(["free", "held", "disabled", "faulty"]).optional(),
  door: z.unknown().optional(),
});

const cells = z.union([
  z.array(cell).max(OPERATOR.cellsMax),
  z.strictObject({
    count: z.int().min(1).max(OPERATOR.cellsMax),
    /** How many channels are used of each board before the next one begins; by default the family's usual number. */
    perBoard: z.int().min(1).max(CHANNEL_MAX).optional(),
    size: size.default(SIZE_DEFAULT),
  }),
]);

const minutes = z.int().min(1).max(OPERATOR.minutesMax);

/** Cells that somebody may have at once; `null`: as many as are free. */
const rentalsMax = z.int().min(1).max(OPERATOR.cellsMax).nullable();

/** What the operator decides about rentals; what is not given is as usual. */
const rules = z.strictObject({
  rentalsPerPerson: rentalsMax.default(DEFAULT_RULES.rentalsPerPerson),
  rentalsPerGuest: rentalsMax.default(DEFAULT_RULES.rentalsPerGuest),
  rentalMinutes: minutes.nullable().default(DEFAULT_RULES.rentalMinutes),
  overdue: z.enum(["record", "hold"]).default(DEFAULT_RULES.overdue),
  remindMinutes: z.array(minutes).max(OPERATOR.remindersMax).default([...DEFAULT_RULES.remindMinutes]),
  graceSeconds: z.int().min(0).max(3600).default(DEFAULT_RULES.graceSeconds),
  codeMinutes: minutes.default(DEFAULT_RULES.codeMinutes),
  sizes: z.array(size).min(1).max(OPERATOR.sizesMax).default([...DEFAULT_RULES.sizes]),
});

const height = z.number().min(OPERATOR.heightMin).max(OPERATOR.heightMax);
const place = z.union([
  cellNumber.transform((cell) => ({ cell })),
  z.strictObject({ cell: cellNumber, height: height.optional() }),
  z.strictObject({ gap: height }),
]);

/** How the doors stand on the wall: columns from the left, each from the top; a cell by its number alone, too. */
const wall = z.strictObject({
  columns: z.array(z.array(place).max(OPERATOR.cellsMax)).min(1).max(OPERATOR.columnsMax),
});

/** Counted before it is looked at: a place may be three things, so looking at 100,000 of them takes a second. */
const layout = z.preprocess((value, context) => {
  if (placesIn(value) > OPERATOR.placesMax) {
    context.addIssue({ code: "custom", message: `more than ${OPERATOR.placesMax} doors and gaps` });
  }
  return value;
}, wall);

function placesIn(value: unknown): number {
  const { columns } = Object(value) as { columns?: unknown };
  if (!Array.isArray(columns)) return 0;
  return columns.reduce((sum: number, column) => sum + (Array.isArray(column) ? column.length : 0), 0);
}

/** A cabinet as the operator describes it. What only the server knows may be sent along and is passed over. */
export const cabinetShape = z.strictObject({
  name: text(OPERATOR.textMax),
  board: z.enum(BOARD_NAMES),
  registration: registration.nullish(),
  heartbeat: heartbeat.nullish(),
  localEcho: z.boolean().default(false),
  /** `none`: nothing says where the doors are. */
  wiring: z.enum(["short-when-locked", "short-when-open", "none"]).optional(),
  addresses: z.array(network).min(1).max(OPERATOR.addressesMax).nullish(),
  /** Never told again; where none is given, the one that there is stays. */
  secret: secret.nullish(),
  leftOpenSeconds: alarmSeconds.default(LEFT_OPEN_SECONDS),
  offlineSeconds: alarmSeconds.default(OFFLINE_SECONDS),
  mode: z.enum(["open", "storage", "assigned"], { error: MODES }),
  rules: rules.prefault({}),
  layout: layout.nullish(),
  cells: cells.default([]),
  id: z.unknown().optional(),
  hasSecret: z.unknown().optional(),
  online: z.unknown().optional(),
  connectedAt: z.unknown().optional(),
  lastSeenAt: z.unknown().optional(),
  link: z.unknown().optional(),
  warnings: z.unknown().optional(),
});

/** A description whose parts have the right shape. */
export type ShapedCabinet = z.infer<typeof cabinetShape>;
