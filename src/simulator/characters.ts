import type { SimulatedCabinetOptions } from "./simulated_cabinet.ts";

/** A cabinet's behaviour, without the service's address, its registration and its boards' family. */
export type Character = Omit<SimulatedCabinetOptions, "hostname" | "port" | "registration" | "board">;

/** People take out their things and close the door. */
const closeMs = [4_000, 12_000] as const;

/**
 * One cabinet of each character. Spread one into the options of `simulateCabinet`. All of them go with every
 * family, except that lcus has no second board, and that families which never report or never answer do not
 * do so here either.
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
  /** The adapter sends back all bytes that it puts on the bus. */
  echoingAdapter: { closeMs, echo: true },
  /** The DTU sends byte by byte. */
  splitBytes: { closeMs, pieceBytes: 1, pieceGapMs: [1, 20] },
  /** The DTU gathers bytes until the bus is quiet and puts its registration in front of every packet. */
  mergedPackets: { closeMs, gapMs: 200, registrationSent: "both", changeReports: true, reportMs: [0, 400] },
  /** Doors open and the replies get lost. */
  lostReplies: { closeMs, frameLoss: "openings" },
  /** A far and unsteady mobile network, and a slow board. */
  slow: { closeMs, replyMs: [200, 750], latencyMs: [100, 900] },
} as const satisfies Record<string, Character>;

export type CharacterName = keyof typeof characters;
