import type { BusEvent, FrameLoss, SimulatedLock, SwitchWiring } from "./bus_events.ts";
import type { DelayRange, Random } from "./delay_range.ts";

/** The families of lock boards, by the names that the service has for them. */
export type BoardName = "8a" | "kerong-cu16" | "kerong-cu48" | "wkly" | "dc" | "modbus" | "lcus";

/**
 * How a board answers a request to open: as the vendor describes it, not at all, or with bytes that are not a
 * whole frame.
 */
export type OpenReply = "normal" | "none" | "garbled";

/** How the boards, the locks and the people in front of them behave. */
export interface VirtualBusOptions {
  /** The family of the boards. @default "8a" */
  readonly board?: BoardName;
  /** How many boards. Their addresses count up from 1, in kerong-cu16, kerong-cu48 and wkly from 0. @default 1 */
  readonly boards?: number;
  /**
   * How many locks on each board, or one number per board.
   *
   * @default 24 in 8a and wkly, 16 in kerong-cu16 and dc, 48 in kerong-cu48, 8 in modbus and lcus
   */
  readonly locks?: number | readonly number[];
  /**
   * How the feedback switches are wired. In every family the other wiring inverts all bits and bytes about
   * doors. Without effect in lcus, which has no feedback.
   *
   * @default "short-when-open" in dc, "short-when-locked" in all others
   */
  readonly wiring?: SwitchWiring;
  /** From the request, or from the last lock of an open-all, to the reply. @default 0 in modbus, else 200 */
  readonly replyMs?: DelayRange;
  /** From lock to lock in an open-all. @default 300 */
  readonly openAllStepMs?: DelayRange;
  /**
   * From a pulse to the feedback of an open door. Longer than `replyMs`, the reply says that it did not open.
   * @default 0
   */
  readonly openDelayMs?: DelayRange;
  /** From a door's opening until a person closes it. @default "never" */
  readonly closeMs?: DelayRange | "never";
  /**
   * Whether the boards report changes unsolicited: 8a (a number is the head byte, `true` is 0x82) and wkly.
   * Without effect in the other families, which have no such frame. @default false
   */
  readonly changeReports?: boolean | 0x81 | 0x82;
  /** From a change to its report. @default 50 */
  readonly reportMs?: DelayRange;
  /**
   * How an open is answered; wkly can also have `none` (a deployed board never answers an open), kerong-cu16
   * and kerong-cu48 also `garbled`.
   *
   * @default "none" in kerong-cu16, kerong-cu48 and lcus, else "normal"
   */
  readonly openReply?: OpenReply;
  /** 8a only: the reply to hold on and hold off differs from board to board. @default "none" */
  readonly holdReply?: "none" | "echo" | "state";
  /** 8a and dc only: state bytes in a read-all reply. @default one per 8 locks, in dc two */
  readonly stateBytes?: number;
  /** dc only: replies about one lock have its state and not its number. @default false */
  readonly omitsLockNumber?: boolean;
  /** kerong-cu48 only: status replies have their length where others have the lock. @default false */
  readonly lengthByte?: boolean;
  /** kerong-cu48 only: status replies have a length and the locks, and end with the sum. @default false */
  readonly withoutSensors?: boolean;
  /** wkly only: the boards' frames begin with 53 instead of 57. @default false */
  readonly otherHead?: boolean;
  /** kerong-cu16 and kerong-cu48 only: cells in which the infrared sensor sees something. @default none */
  readonly occupied?: readonly SimulatedLock[];
  /** wkly only: locks whose state reads FF, error. @default none */
  readonly faultySensors?: readonly SimulatedLock[];
  /** Locks whose coil fires and whose door stays shut; without `board` on the first board. */
  readonly jammed?: readonly (Pick<SimulatedLock, "lock"> & Partial<SimulatedLock>)[];
  /** Pairs of locks of the first board whose switches are plugged in at each other's place. @default none */
  readonly swappedSwitches?: readonly (readonly [number, number])[];
  /** The same for the locks: the coil of the one is fired in place of the other's. @default none */
  readonly swappedLocks?: readonly (readonly [number, number])[];
  /** Whether there are no feedback switches: every contact is open. @default false */
  readonly withoutSwitches?: boolean;
  /** Boards that neither obey nor answer, by address; `last` is the one with the highest address. */
  readonly silent?: readonly (number | "last")[];
  /** Which frames get lost on their way to the service. @default "nothing" */
  readonly frameLoss?: FrameLoss;
  /** Source of chance for drawn times. @default Math.random */
  readonly random?: Random;
  /** Is told everything that happens on the bus. */
  readonly log?: (event: BusEvent) => void;
}
