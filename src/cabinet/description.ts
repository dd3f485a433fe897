/**
 * A cabinet's description, declared once: the API's body and answer, the domain's type, what the database keeps and what
 * the command line checks are made of it. What its parts say of each other is looked at in `description_mistakes.ts`.
 *
 * @module
 */
import { z } from "zod";
import { BOARD_NAMES } from "../boards/mod.ts";
import { OPERATOR } from "../lib/limits.ts";
import { layout } from "./layout.ts";
import { rules } from "./rules.ts";
import { cellNumber, heartbeat, network, registration, secret, size, tag, text } from "./words.ts";
import { CELL_STATES } from "./kinds.ts";

/** The size of a cell where the operator gives none; sizes are words of the operator's choice. */
const SIZE_DEFAULT = "M";
const BYTE_MAX = 255;
/** Smart controllers count their locks up to this; on a bus a channel is a byte, as a board is. */
const CHANNEL_MAX = 256;
/** How long a door stands open, or a cabinet is away, until there is an alarm; where the operator gives nothing. */
const LEFT_OPEN_SECONDS = 300;
const OFFLINE_SECONDS = 60;

/** There is no default: a cabinet that is meant to store would be open to all. */
const MODES =
  "say who may open what: open (anybody who is signed in opens any cell), storage (people are given a cell " +
  "of their own), or assigned (by permit)";

/** Until an alarm; `null`: never. */
const alarmSeconds = z.int().min(OPERATOR.alarmSecondsMin).max(OPERATOR.alarmSecondsMax).nullable();

/** How the locks' feedback switches are wired; `none`: there are none, so it is not known where the doors are. */
const wiring = z.enum(["short-when-locked", "short-when-open", "none"]);

/** What a connected device goes by: where one of these changes, the device has to register anew. */
const ofDevice = {
  /** The family of its lock boards. */
  board: z.enum(BOARD_NAMES),
  registration: registration.nullable().default(null),
  heartbeat: heartbeat.nullable().default(null),
  /** Whether the serial adapter returns what it sends. */
  localEcho: z.boolean().default(false),
  wiring,
  /** Addresses and networks that its device may connect from; `null`: any. */
  addresses: z.array(network).min(1).max(OPERATOR.addressesMax).nullable().default(null),
};

/** Digits, and what people write between them: one that is too short is a slip. */
const telephone = z.string().trim().max(OPERATOR.telephoneCharactersMax, { abort: true })
  .regex(
    /^(?=(?:\D*\d){3})[\d ()+,-]+$/,
    "a telephone number: 3 digits or more, with spaces and + - ( ) , between",
  );

/** Whom people ask for help, and when. */
export const contact = z.strictObject({
  telephone: telephone.optional(),
  text: text(OPERATOR.contactCharactersMax).optional(),
}).refine(({ telephone, text }) => telephone !== undefined || text !== undefined, {
  error: "give a telephone, a text, or both",
});

/** Words by which the operator groups cabinets, and gives staff a part of them. */
const tags = z.array(tag).max(OPERATOR.tagsMax).default([]);

/** Where it stands. */
const location = z.strictObject({
  address: text(OPERATOR.textMax).optional(),
  latitude: z.number().min(-90).max(90).optional(),
  longitude: z.number().min(-180).max(180).optional(),
}).refine(({ latitude, longitude }) => (latitude === undefined) === (longitude === undefined), {
  error: "latitude and longitude go together",
});

const ofPeople = {
  tags,
  location: location.nullable().default(null),
  /** How long a door may stand open before it is an alarm. */
  leftOpenSeconds: alarmSeconds.default(LEFT_OPEN_SECONDS),
  /** How long the cabinet may be away before it is an alarm. */
  offlineSeconds: alarmSeconds.default(OFFLINE_SECONDS),
  /**
   * Who may open what: `open` lets everybody who is signed in open any cell, `storage` gives out free cells,
   * `assigned` goes by permits.
   */
  mode: z.enum(["open", "storage", "assigned"], { error: MODES }),
  rules: rules.prefault({}),
  layout: layout.nullable().default(null),
  contact: contact.nullable().default(null),
};

/** A cabinet's description without its cells: what is kept of it, and what everybody may know who may see the cabinet. */
export const description = z.object({ name: text(OPERATOR.textMax), ...ofDevice, ...ofPeople });

/** A checked description without its cells. */
export type CabinetDescription = z.output<typeof description>;

const cell = z.strictObject({
  cell: cellNumber,
  board: z.int().min(0).max(BYTE_MAX),
  channel: z.int().min(0).max(CHANNEL_MAX),
  size: size.default(SIZE_DEFAULT),
  /** Kept as it was when not given. */
  state: z.enum(CELL_STATES).optional(),
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

/** What only the server knows: an answer may be sent back as it is, so it is passed over. */
const passedOver = {
  id: z.unknown().optional(),
  organization: z.unknown().optional(),
  hasSecret: z.unknown().optional(),
  online: z.unknown().optional(),
  connectedAt: z.unknown().optional(),
  lastSeenAt: z.unknown().optional(),
  link: z.unknown().optional(),
  warnings: z.unknown().optional(),
};

/** A cabinet as the operator describes it, part by part. */
export const cabinetShape = z.strictObject({
  name: description.shape.name,
  ...ofDevice,
  /** Without one: as its family usually is. */
  wiring: wiring.optional(),
  /** Never told again; where none is given, the one that there is stays. */
  secret: secret.nullish(),
  ...ofPeople,
  cells: cells.default([]),
  ...passedOver,
});

/** A description whose parts have the right shape. */
export type ShapedCabinet = z.output<typeof cabinetShape>;

/** Cells that are listed one by one. */
export type ListedCells = Extract<ShapedCabinet["cells"], readonly unknown[]>;

/** Cells of which only the number is given. */
export type CountedCells = Exclude<ShapedCabinet["cells"], readonly unknown[]>;

const FIELDS = Object.keys(description.shape) as (keyof CabinetDescription)[];

/** What a connected device goes by. */
export type DeviceDescription = Pick<CabinetDescription, keyof typeof ofDevice>;

/** The fields that a connected device goes by. */
export const DEVICE_FIELDS = Object.keys(ofDevice) as (keyof typeof ofDevice)[];

/** What is not said has these values. */
const UNSAID: Partial<CabinetDescription> = Object.fromEntries(
  Object.entries(description.shape).flatMap(([name, field]) => {
    const { success, data } = field.safeParse(undefined);
    return success ? [[name, data]] : [];
  }),
);

/** The description in a value that may lack what has a usual value, and that may have more. */
export function describedIn(value: Partial<CabinetDescription>): CabinetDescription {
  const described: Partial<CabinetDescription> = { ...UNSAID, ...value };
  return Object.fromEntries(FIELDS.map((name) => [name, described[name]])) as CabinetDescription;
}
