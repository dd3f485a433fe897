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

/** How the locks' feedback switches are wired. */
const wiring = z.enum(["short-when-locked", "short-when-open", "none"]).describe(
  "How the locks' feedback switches are wired; none: there are none, so it is not known where the doors are",
);

/** What a connected device goes by: where one of these changes, the device has to register anew. */
const ofDevice = {
  board: z.enum(BOARD_NAMES).describe("The family of its lock boards"),
  registration: registration.nullable().default(null).describe(
    "What its DTU says first, by which it is known; null: no device can connect as it yet, or it is not shown",
  ),
  heartbeat: heartbeat.nullable().default(null).describe(
    "What its DTU sends now and then; null: nothing, or it is not shown",
  ),
  localEcho: z.boolean().default(false).describe("Whether the serial adapter returns what it sends"),
  wiring,
  addresses: z.array(network).min(1).max(OPERATOR.addressesMax).nullable().default(null).describe(
    "IP addresses and networks that its device may connect from; null: any",
  ),
};

/** Digits, and what people write between them: one that is too short is a slip. */
const telephone = z.string().trim().max(OPERATOR.telephoneCharactersMax, { abort: true })
  .regex(
    /^(?=(?:\D*\d){3})[\d ()+,-]+$/,
    "a telephone number: 3 digits or more, with spaces and + - ( ) , between",
  );

/** Whom people ask for help, and when. */
export const contact = z.strictObject({
  telephone: telephone.optional().describe("Their telephone number"),
  text: text(OPERATOR.contactCharactersMax).optional().describe(
    "What else people need to know to reach them",
  ),
}).refine(({ telephone, text }) => telephone !== undefined || text !== undefined, {
  error: "give a telephone, a text, or both",
});

const tags = z.array(tag).max(OPERATOR.tagsMax).default([]).describe(
  "Words by which the operator groups cabinets, and gives staff a part of them",
);

/** Where it stands. */
const location = z.strictObject({
  address: text(OPERATOR.textMax).optional().describe("As people write it"),
  latitude: z.number().min(-90).max(90).optional().describe(
    "Degrees north (WGS 84); together with longitude",
  ),
  longitude: z.number().min(-180).max(180).optional().describe(
    "Degrees east (WGS 84); together with latitude",
  ),
}).refine(({ latitude, longitude }) => (latitude === undefined) === (longitude === undefined), {
  error: "latitude and longitude go together",
});

const ofPeople = {
  tags,
  location: location.nullable().default(null).describe("Where it stands; null: that is not said"),
  leftOpenSeconds: alarmSeconds.default(LEFT_OPEN_SECONDS).describe(
    "How long a door may stand open before it is an alarm, in seconds; null: for ever",
  ),
  offlineSeconds: alarmSeconds.default(OFFLINE_SECONDS).describe(
    "How long the cabinet may be away before it is an alarm, in seconds; null: for ever",
  ),
  mode: z.enum(["open", "storage", "assigned"], { error: MODES }).describe(
    "Who may open what: open lets all who are signed in open any cell, storage gives out free cells, assigned goes by permits",
  ),
  rules: rules.prefault({}).describe("What counts for rentals"),
  layout: layout.nullable().default(null).describe("How its doors stand on the wall; null: by number"),
  contact: contact.nullable().default(null).describe(
    "Whom people ask for help; null: the organization's contact is shown",
  ),
};

/** A cabinet's description without its cells: what is kept of it, and what everybody may know who may see the cabinet. */
export const description = z.object({
  name: text(OPERATOR.textMax).describe("What people call it"),
  ...ofDevice,
  ...ofPeople,
});

/** A checked description without its cells. */
export type CabinetDescription = z.output<typeof description>;

const known = z.unknown().describe("Only the service knows it; it is passed over");
const ofSize = size.default(SIZE_DEFAULT).describe("A word of the operator's choice");

const cell = z.strictObject({
  cell: cellNumber,
  board: z.int().min(0).max(BYTE_MAX).describe("The address of its lock board, as set on the board"),
  channel: z.int().min(0).max(CHANNEL_MAX).describe("Which lock of that board"),
  size: ofSize,
  state: z.enum(CELL_STATES).optional().describe("Whether it is in use; not given: as it was"),
  door: known.optional(),
});

const cells = z.union([
  z.array(cell).max(OPERATOR.cellsMax),
  z.strictObject({
    count: z.int().min(1).max(OPERATOR.cellsMax).describe("How many cells it has, numbered from 1"),
    perBoard: z.int().min(1).max(CHANNEL_MAX).optional().describe(
      "How many channels are used of each board before the next one begins; by default the family's usual number",
    ),
    size: ofSize,
  }),
], { error: 'a list of cells, or {"count": 24, "size": "M"}' });

/** What only the server knows: an answer may be sent back as it is, so it is passed over. */
const passedOver = {
  id: z.unknown().optional().describe(
    "The address says it: PUT passes it over, and PATCH refuses another one",
  ),
  organization: known.optional(),
  hasSecret: known.optional(),
  online: known.optional(),
  connectedAt: known.optional(),
  lastSeenAt: known.optional(),
  link: known.optional(),
  warnings: known.optional(),
  etag: known.optional(),
};

/** A cabinet as the operator describes it, part by part. */
export const cabinetShape = z.strictObject({
  name: description.shape.name,
  ...ofDevice,
  wiring: wiring.optional().describe(`${wiring.description}; usually as its family of boards has them`),
  secret: secret.nullish().describe(
    "What its smart controller proves that it knows. It is never told again; null, or not given: the one that there is stays",
  ),
  ...ofPeople,
  cells: cells.default([]).describe("A list of cells, or how many there are"),
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
