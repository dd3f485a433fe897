import { describedCabinet } from "./device_cabinet.ts";
import { equal } from "node:assert/strict";
import type { Evidence } from "../../src/cabinet/requests.ts";
import { type DoorRecords, LockLayout } from "../../src/device/cabinet.ts";
import type { CloseReason } from "../../src/device/context.ts";
import { Controller } from "../../src/device/controller/controller.ts";
import type { ControllerPort } from "../../src/device/controller/controller_doors.ts";
import { pingMac } from "../../src/device/controller/proof.ts";
import type { OpenJob, SeenDoor } from "../../src/device/cabinet_driver.ts";
import type { NumberedDoorMove } from "../../src/cabinet/doors.ts";

/** The time in the welcome; the rig's clock is 0 then. */
export const WELCOMED_AT = 1_764_057_600_000;
export const SESSION_KEY = Uint8Array.fromHex(
  "6627dd44f40caf7e10fb54b2295f017ced04efa84da64d32d87ba9aba7020309",
);

/** Cell 11 is on lock 1, and so on; lock 7 has no cell. */
const LOCKS = 6;
const cabinet = describedCabinet({
  id: "lobby-a",
  layout: new LockLayout(
    Array.from({ length: LOCKS }, (_, index) => ({ cell: 11 + index, board: 1, channel: 1 + index })),
    1,
  ),
});

/** The nth ping of the controller. */
export function pingOf(n: number): object {
  return { type: "ping", n, mac: pingMac(SESSION_KEY, n) };
}

/** A line that was written, loosely typed. */
export type Written = Record<string, string | number>;

/** A batch that is being stored. */
interface Storing {
  readonly log: string;
  readonly moves: readonly NumberedDoorMove[];
  readonly done: () => void;
  readonly fail: () => void;
}

/** A welcomed controller, with the peer, the records and the clock in the test's hand. */
export class ControllerRig implements ControllerPort, Pick<DoorRecords, "heard"> {
  now = 0;
  /** How far the wall clock was set since the welcome. */
  wallStep = 0;
  readonly controller: Controller;
  readonly written: Written[] = [];
  readonly ended = new Map<string, Evidence>();
  /** Jobs that wait for their permission. */
  readonly asking: OpenJob[] = [];
  permits = true;
  /** Batches that were handed over to be stored, the last one perhaps not done. */
  readonly storing: Storing[] = [];
  /** The moves that were reported to subscribers, and those of them that were also stored as found. */
  readonly seen: SeenDoor[] = [];
  readonly moved: SeenDoor[] = [];
  readonly fluttering: number[] = [];
  /** Whether the peer has not read for so long that the next line ends the connection. */
  isFull = false;
  closed: CloseReason | undefined;
  why: unknown;

  constructor(acknowledged = 0) {
    this.controller = new Controller({ cabinet, log: "b7", sessionKey: SESSION_KEY }, {
      port: this,
      records: this,
      welcome: { time: WELCOMED_AT, acknowledged },
      now: 0,
      wallClock: () => WELCOMED_AT + this.now + this.wallStep,
    });
  }

  write(bytes: Uint8Array, by?: number): void {
    if (this.isFull) return this.close("overflow");
    const text = new TextDecoder().decode(bytes);
    equal(text.indexOf("\n"), text.length - 1, "one line");
    const line = JSON.parse(text);
    if (line.type === "open") equal(line.until > WELCOMED_AT + this.now, true, `${line.id} is late`);
    const until = line.type === "open" ? line.until - WELCOMED_AT : undefined;
    equal(by && Math.floor(by), until, "an open leaves in time, and nothing else has to");
    this.written.push(line);
  }

  permit(job: OpenJob): void {
    this.asking.push(job);
  }

  doorsSeen(doors: readonly SeenDoor[]): void {
    this.seen.push(...doors);
  }

  doorsMoved(doors: readonly SeenDoor[]): void {
    this.seen.push(...doors);
    this.moved.push(...doors);
  }

  flutters(cell: number): void {
    this.fluttering.push(cell);
  }

  reschedule(): void {}

  close(reason: CloseReason, error?: unknown): void {
    this.closed ??= reason;
    this.why ??= error;
    this.controller.close();
  }

  heard(cabinetId: string, log: string, moves: readonly NumberedDoorMove[]): Promise<void> {
    equal(cabinetId, cabinet.id);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.storing.push({ log, moves, done: resolve, fail: () => reject(new Error("the database is away")) });
    return promise;
  }

  /** The lines of a type that were written. */
  said(type: string): Written[] {
    return this.written.filter((line) => line["type"] === type);
  }

  open(id: string, cell: number, withinMs = 4_000): void {
    const job: OpenJob = {
      id,
      lock: { cell, board: 1, channel: cell - 10 },
      deadline: this.now + withinMs,
      done: (evidence) => {
        equal(this.ended.has(id), false, `${id} ended twice`);
        this.ended.set(id, evidence);
      },
    };
    this.controller.open(job, this.now);
    if (this.permits) this.grant();
  }

  grant(may = true): void {
    while (this.asking.shift()) this.controller.permitted(may, this.now);
  }

  hear(...lines: object[]): void {
    this.hearText(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }

  hearText(text: string): void {
    this.controller.received(new TextEncoder().encode(text), this.now);
  }

  /** Lets the time pass, and wakes the controller whenever it wants. */
  pass(ms: number): void {
    const until = this.now + ms;
    for (let rounds = 0; this.controller.wakeAt <= until; rounds++) {
      equal(rounds < 1_000, true, "it wants to be woken without end");
      this.now = Math.max(this.now, this.controller.wakeAt);
      this.controller.tick(this.now);
      if (this.permits) this.grant();
    }
    this.now = until;
  }
}
