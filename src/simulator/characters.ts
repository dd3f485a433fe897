/**
 * Cabinets with a character, for the demo and for suites that want each kind of trouble once.
 *
 * @module
 */
import type { SimulatedCabinetOptions } from "./simulated_cabinet.ts";

/** The behaviour of a cabinet, without where it dials, who it is and of which family its boards are. */
export type Character = Omit<SimulatedCabinetOptions, "hostname" | "port" | "registration" | "board">;

/** People take what they came for and close the door. */
const closeMs = [4_000, 12_000] as const;

/**
 * One of each kind. Spread one into the options of `simulateCabinet`. All of them go with every family, but that
 * lcus has no second board, and that families which never report or never answer do so here as well.
 */
export const characters = {
  /** As the vendor describes it. */
  normal: { closeMs },
  /** The contacts are short while the door is open (in dc as usual), and every change is reported. */
  otherWiring: { closeMs, wiring: "short-when-open", changeReports: true },
  /** Lock 3 of the first board fires and stays shut. */
  jammedLock: { closeMs, jammed: [{ lock: 3 }] },
  /** Two boards, of which the second is dead. */
  silentBoard: { closeMs, boards: 2, silent: ["last"] },
  /** The adapter sends back all that it puts on the bus. */
  echoingAdapter: { closeMs, echo: true },
  /** The DTU sends byte by byte. */
  splitBytes: { closeMs, pieceBytes: 1, pieceGapMs: [1, 20] },
  /** The DTU gathers until the bus is quiet and puts its name in front of every packet. */
  mergedPackets: { closeMs, gapMs: 200, registrationSent: "both", changeReports: true, reportMs: [0, 400] },
  /** Doors open and the replies get lost. */
  lostReplies: { closeMs, frameLoss: "openings" },
  /** A far and wavering mobile network, and a board that takes its time. */
  slow: { closeMs, replyMs: [200, 750], latencyMs: [100, 900] },
} as const satisfies Record<string, Character>;

/** The name of a character. */
export type CharacterName = keyof typeof characters;
