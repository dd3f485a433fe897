/**
 * A bus for tests, with the clock in the test's hand.
 *
 * @module
 */
import { equal } from "node:assert/strict";
import { familyNamed } from "../../src/boards/mod.ts";
import type { Evidence } from "../../src/cabinet/requests.ts";
import { describedCabinet } from "./device_cabinet.ts";
import { SerialBus } from "../../src/device/bus/bus.ts";
import { type DeviceCabinet, LockLayout } from "../../src/device/cabinet.ts";
import type { CloseReason } from "../../src/device/context.ts";
import type { OpenJob, SeenDoor } from "../../src/device/cabinet_driver.ts";

/** The bytes of hex with spaces. */
export const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(" ", ""));

/** The reading of a board with 24 closed doors. */
export const ALL_CLOSED = hex("80 01 FF FF FF 33 4D");

/** A test without permissions. */
export function test(name: string, fn: () => void): void {
  Deno.test({ name, permissions: "none", fn });
}

/** A bus with one 8A board of 24 cells, a clock in the test's hand, and a record of what it did. */
export class Rig {
  now = 0;
  readonly written: string[] = [];
  /** When the bytes that were written last have to be sent. */
  leaveBy: number | undefined;
  readonly changes: SeenDoor[] = [];
  readonly ended = new Map<string, Evidence>();
  readonly bus: SerialBus;
  readonly serialBytes: string[] = [];
  readonly fluttering: number[] = [];
  closed: CloseReason | undefined;
  permits = true;
  /** Jobs that wait for their permission. */
  readonly asking: OpenJob[] = [];

  constructor(cabinet: Partial<DeviceCabinet> = {}, boards = 1) {
    const cells = Array.from({ length: 24 * boards }, (_, index) => ({
      cell: index + 1,
      board: 1 + Math.floor(index / 24),
      channel: 1 + index % 24,
    }));
    this.bus = new SerialBus(
      describedCabinet({
        family: familyNamed("8a"),
        layout: new LockLayout(cells, 1),
        ...cabinet,
      }),
      { now: 0, port: this },
    );
  }

  write(bytes: Uint8Array, by?: number): void {
    this.leaveBy = by;
    this.written.push(bytes.toHex().toUpperCase().replace(/..(?!$)/g, "$& "));
  }

  permit(job: OpenJob): void {
    this.asking.push(job);
  }

  doorsMoved(changes: readonly SeenDoor[]): void {
    this.changes.push(...changes);
  }

  serial(bytes: Uint8Array): void {
    this.serialBytes.push(bytes.toHex());
  }

  flutters(cell: number): void {
    this.fluttering.push(cell);
  }

  close(reason: CloseReason): void {
    this.closed ??= reason;
    this.bus.close();
  }

  doorsSeen(): void {}
  reschedule(): void {}

  open(id: string, cell: number, withinMs = 4_000): void {
    const job: OpenJob = {
      id,
      lock: { cell, board: 1 + Math.floor((cell - 1) / 24), channel: 1 + (cell - 1) % 24 },
      deadline: this.now + withinMs,
      done: (evidence) => {
        equal(this.ended.has(id), false, `${id} ended twice`);
        this.ended.set(id, evidence);
      },
    };
    this.bus.open(job, this.now);
    if (this.permits) this.grant();
  }

  grant(may = true): void {
    while (this.asking.shift()) this.bus.permitted(may, this.now);
  }

  hear(bytes: Uint8Array | string): void {
    this.bus.received(typeof bytes === "string" ? hex(bytes) : bytes, this.now);
    if (this.permits) this.grant();
  }

  /** Lets the time pass, and wakes the bus whenever it wants. */
  pass(ms: number): void {
    const until = this.now + ms;
    for (let rounds = 0; this.bus.wakeAt <= until; rounds++) {
      equal(rounds < 1_000, true, "the bus wants to be woken without end");
      this.now = Math.max(this.now, this.bus.wakeAt);
      this.bus.tick(this.now);
      if (this.permits) this.grant();
    }
    this.now = until;
  }

  /** Answers the read that every bus begins with. */
  settle(): this {
    this.bus.tick(this.now);
    this.hear(ALL_CLOSED);
    this.written.length = 0;
    this.changes.length = 0;
    return this;
  }
}
