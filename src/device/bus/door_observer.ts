import {
  type BoardFamily,
  type Frame,
  isSameLock,
  type LockAddress,
  type SensedDoor,
} from "../../boards/mod.ts";
import type { DeviceCabinet, WiredCell } from "../cabinet.ts";
import { OpeningAttribution } from "./opening_attribution.ts";
import { SwitchDebouncer } from "../switch_debouncer.ts";
import { DoorStates } from "../door_states.ts";
import { EvidenceCollector, type SentOpen } from "./evidence_collector.ts";
import type { SeenDoor } from "../cabinet_driver.ts";

/** A frame that says where doors are, as an answer or unsolicited. */
export type DoorFrame = Exclude<Frame, { type: "open-reply" }>;

/** When a frame was received, and since when what it says holds. In milliseconds of one monotonic clock. */
export interface ObservationTime {
  readonly asOf: number;
  readonly now: number;
}

/**
 * What boards say about doors: where they are, which ones moved and why, and what that proves of opens. It
 * observes nothing where locks have no switches or the family has no readings.
 */
export class DoorObserver {
  readonly doors: DoorStates;
  readonly attribution = new OpeningAttribution();
  readonly evidence: EvidenceCollector;
  readonly #cabinet: DeviceCabinet;
  readonly #family: BoardFamily | undefined;
  readonly canReadDoors: boolean;

  constructor(cabinet: DeviceCabinet) {
    const { family, feedback, layout } = cabinet;
    this.#cabinet = cabinet;
    this.#family = family;
    this.canReadDoors = feedback && family?.readAll !== undefined;
    this.doors = new DoorStates(layout, new SwitchDebouncer());
    this.evidence = new EvidenceCollector({
      doorOpensWithinMs: family?.doorOpensWithinMs ?? 0,
      canReadDoors: this.canReadDoors,
    });
  }

  /** Takes the answer to a read of one door or a whole board. `forOpen` is the open whose door was read. */
  takeReading(
    frame: DoorFrame,
    { forOpen: sentOpen, ...time }: ObservationTime & { forOpen: SentOpen | undefined },
  ): void {
    if (!this.canReadDoors || frame.type === "released" || frame.type === "address") return;
    if (frame.type === "doors") this.#board(frame, time);
    else this.takeDoor(frame, time);
    if (!sentOpen) return;
    const { door } = this.doorIn(frame, sentOpen.job.lock) ?? {};
    this.evidence.doorRead(sentOpen, { door, ...time });
  }

  /** Where a lock's door is, if the frame says so. */
  doorIn(frame: DoorFrame, lock: LockAddress): { readonly door: SensedDoor | undefined } | undefined {
    if (frame.type === "doors") {
      return frame.board === lock.board ? { door: frame.doors[this.#offsetOf(lock)] } : undefined;
    }
    return "lock" in frame && isSameLock(frame.lock, lock) ? { door: frame.door } : undefined;
  }

  /**
   * Takes what a board reports by itself.
   *
   * @param time.asOf the report is younger than that
   * @returns the locks whose doors have to be read instead, since an open of them may be younger than the report
   */
  takeReport(frame: DoorFrame, { asOf, now }: ObservationTime): WiredCell[] {
    if (!this.canReadDoors) return [];
    const told = this.#cabinet.layout.cells.filter((cell) => this.doorIn(frame, cell) !== undefined);
    const doubtful = told.filter((cell) =>
      this.attribution.isSentAfter(cell.cell, asOf) || this.evidence.isAwaiting(cell)
    );
    for (const cell of told) {
      const { door } = this.doorIn(frame, cell) ?? {};
      if (!doubtful.includes(cell)) this.doors.takeReport(cell, { door, now });
    }
    return doubtful;
  }

  /** The cells whose door switches flutter; see {@linkcode SwitchDebouncer.takeFluttering}. */
  takeFluttering(): number[] {
    return this.doors.takeFluttering().map((index) => (this.#cabinet.layout.cells[index] as WiredCell).cell);
  }

  /** Takes where one lock's door is. */
  takeDoor(
    { lock, door }: { lock: LockAddress; door: SensedDoor | undefined },
    { asOf, now }: ObservationTime,
  ): void {
    if (!this.canReadDoors) return;
    this.doors.setDoor(lock, { door, now });
    if (door === "open") this.evidence.doorSeenOpen(lock, asOf);
  }

  /** The doors that moved since the last call, and why. */
  takeMoved(asOf: number): SeenDoor[] {
    return this.doors.takeMoved().map(({ index, door, wasUnknown, reportedAt = asOf }) => {
      const { cell } = this.#cabinet.layout.cells[index] as WiredCell;
      const cause = this.attribution.attribute(cell, { door, wasUnknown, asOf: Math.min(asOf, reportedAt) });
      this.attribution.doorReported(cell, cause.command);
      return { cell, door, ...cause };
    });
  }

  /** The command that opened the lock's door, if it is known and the door still stands open. */
  commandForOpening(lock: LockAddress): string | undefined {
    const { layout } = this.#cabinet;
    const index = layout.indexOfLock(lock.board, lock.channel);
    const cell = layout.cells[index ?? -1]?.cell;
    return cell === undefined ? undefined : this.attribution.openerOf(cell);
  }

  #board(frame: Frame & { type: "doors" }, { asOf, now }: ObservationTime): void {
    this.doors.setBoard(frame, { first: this.#family?.channels[0] ?? 0, now });
    for (const cell of this.#cabinet.layout.cells) {
      const isOpen = cell.board === frame.board && frame.doors[this.#offsetOf(cell)] === "open";
      if (isOpen) this.evidence.doorSeenOpen(cell, asOf);
    }
  }

  /** The index of the lock's door in the frame of a whole board. */
  #offsetOf(lock: LockAddress): number {
    return lock.channel - (this.#family?.channels[0] ?? 0);
  }
}
