/**
 * Cabinets with a character, for the demo and for suites that want each kind of trouble once.
 *
 * @module
 */
import type { SimulatedCabinetOptions } from "./simulated_cabinet.ts";

/** The behaviour of a cabinet, without where it dials and who it is. */
export type Character = Omit<SimulatedCabinetOptions, "hostname" | "port" | "registration">;

/** People take what they came for and close the door. */
const closeMs = [4_000, 12_000] as const;

/** One of each kind. Spread one into the options of `simulateCabinet`. */
export const characters = {
  /** As the vendor describes it. */
  normal: { closeMs },
  /** The contacts are short while the door is open, and every change is reported. */
  otherWiring: { closeMs, wiring: "short-when-open", changeReports: 0x82 },
  /** Lock 3 of board 1 fires and stays shut. */
  jammedLock: { closeMs, jammed: [{ board: 1, lock: 3 }] },
  /** Two boards, of which the second is dead. */
  silentBoard: { closeMs, boards: 2, silent: [2] },
  /** The adapter sends back all that it puts on the bus. */
  echoingAdapter: { closeMs, echo: true },
  /** The DTU sends byte by byte. */
  splitBytes: { closeMs, pieceBytes: 1, pieceGapMs: [1, 20] },
  /** The DTU gathers until the bus is quiet and puts its name in front of every packet. */
  mergedPackets: { closeMs, gapMs: 200, registrationSent: "both", changeReports: 0x82, reportMs: [0, 400] },
  /** Doors open and the replies get lost. */
  lostReplies: { closeMs, deaf: "openings" },
  /** A far and wavering mobile network, and a board that takes its time. */
  slow: { closeMs, replyMs: [200, 750], latencyMs: [100, 900] },
} as const satisfies Record<string, Character>;

/** The name of a character. */
export type CharacterName = keyof typeof characters;
