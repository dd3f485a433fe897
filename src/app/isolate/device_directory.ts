import { startsWith } from "@std/bytes";
import { familyNamed, KAIGUI, numberingOf } from "../../boards/mod.ts";
import { CABINET_ID } from "../../cabinet/words.ts";
import { bytesOf } from "../../cabinet/registration/written_bytes.ts";
import {
  cabinetsRegisteredAs,
  cabinetWithoutCells,
  isRegistrationPrefix,
  noteSeen,
} from "../../db/queries/cabinets.ts";
import { cabinetsWithPartsIn } from "../../db/queries/devices/registration_parts.ts";
import { Epochs } from "../../db/journal/epochs.ts";
import type { CabinetTable, Database } from "../../db/mod.ts";
import {
  cabinetByPart,
  type CabinetDirectory,
  type ControllerCabinet,
  type DeviceCabinet,
  LockLayout,
  mayFollowRegistration,
  type Registration,
  registrationOffsets,
} from "../../device/mod.ts";
import { DEVICE, PROCESS } from "../../lib/limits.ts";
import { type ControllerSecrets, deviceDescriptionOf, type Journal } from "../../locker/mod.ts";
import { UnreadableSecretError } from "../../lib/secret_box.ts";
import type { CabinetOwner, SendPermission } from "../../cabinet/commands.ts";

/** When a device of a cabinet connected, was heard or left last. */
interface CabinetContact {
  readonly epoch: number;
  readonly at: number;
  readonly online: boolean;
  /** Whether it connected since the last write, though it may have left again. */
  readonly came: boolean;
}

/** Finds cabinets for the devices that connect, and notes which were seen. */
export class DeviceDirectory implements CabinetDirectory, AsyncDisposable {
  readonly #db: Database;
  readonly #journal: Journal;
  readonly #secrets: ControllerSecrets;
  readonly #epochs: Epochs;
  readonly #failed: (error: unknown) => void;
  readonly #seenEveryMs: number;
  readonly #layouts = new Map<string, LockLayout>();
  #seen = new Map<string, CabinetContact>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing = Promise.resolve();
  #isStopping = false;

  /**
   * @param options.failed is told of database errors where no caller waits, and of secrets that cannot be read
   * @param options.seenEveryMs how often it is written when cabinets were seen last @default {PROCESS.seenEveryMs}
   */
  constructor(
    db: Database,
    options: {
      journal: Journal;
      secrets: ControllerSecrets;
      failed: (error: unknown) => void;
      seenEveryMs?: number;
    },
  ) {
    this.#db = db;
    this.#journal = options.journal;
    this.#secrets = options.secrets;
    this.#epochs = new Epochs(db);
    this.#failed = options.failed;
    this.#seenEveryMs = options.seenEveryMs ?? PROCESS.seenEveryMs;
  }

  async findByRegistration(preamble: Uint8Array): Promise<Registration | "several-cabinets" | undefined> {
    const places = registrationOffsets(preamble);
    const rows = await cabinetsRegisteredAs(this.#db.tables, candidatesIn(preamble, places));
    const cabinets = rows.map((row) => this.#deviceCabinet(row));
    for (const at of places) {
      const said = preamble.subarray(at);
      const cabinet = cabinets.find((cabinet) =>
        begins(said, cabinet) && cabinet.registration.length >= leastAt(at)
      );
      if (!cabinet) continue;
      const maybeLonger = await isRegistrationPrefix(this.#db.tables, said.toHex());
      return { cabinet, length: at + cabinet.registration.length, maybeLonger };
    }
    return await this.#findByPart(preamble);
  }

  async #findByPart(preamble: Uint8Array): Promise<Registration | "several-cabinets" | undefined> {
    const rows = await cabinetsWithPartsIn(this.#db.tables, preamble);
    const found = cabinetByPart(
      preamble,
      rows.map((row) => ({
        cabinet: this.#deviceCabinet(row),
        organization: row.organization,
        part: { bytes: Uint8Array.fromHex(row.part), at: row.part_at },
      })),
    );
    if (typeof found !== "object") return found;
    const isAtEnd = found.length === preamble.length;
    return {
      ...found,
      maybeLonger: isAtEnd || await isRegistrationPrefix(this.#db.tables, preamble.toHex()),
    };
  }

  async findController(id: string): Promise<ControllerCabinet | undefined> {
    // A stranger may send anything, and Postgres takes no NUL.
    const row = CABINET_ID.test(id) ? await cabinetWithoutCells(this.#db.tables, id) : undefined;
    if (row?.board !== KAIGUI) return undefined;
    const secret = await this.#secretOf(row);
    return secret === undefined ? undefined : { cabinet: this.#deviceCabinet(row), secret };
  }

  /** The controller's secret; `undefined` if it cannot be read, which is reported: the controller is refused. */
  async #secretOf(row: CabinetTable): Promise<string | undefined> {
    try {
      return await this.#secrets.of(row);
    } catch (error) {
      if (!(error instanceof UnreadableSecretError)) throw error;
      this.#failed(error);
      return undefined;
    }
  }

  async takeEpoch({ id, describedAt }: DeviceCabinet): Promise<number | undefined> {
    const { epoch, updatedAt } = await this.#epochs.take(id);
    return updatedAt === describedAt ? epoch : undefined;
  }

  async sending(...of: Parameters<Journal["sending"]>): Promise<SendPermission> {
    try {
      return await this.#journal.sending(...of);
    } catch (error) {
      this.#failed(error);
      return "must-not";
    }
  }

  seen({ cabinet, epoch }: CabinetOwner, at: number, { online }: { online: boolean }): void {
    const last = this.#seen.get(cabinet);
    if (last && last.epoch > epoch) return;
    const came = online || (last?.came ?? false);
    // Rounded to the second, so that all cabinets of one second are one write.
    this.#seen.set(cabinet, { epoch, at: at - at % 1000, online, came });
    this.#timer ??= setTimeout(() => this.#writeSeen(), this.#seenEveryMs);
  }

  /** Writes what is not written yet. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#writeSeen();
    }
    await this.#writing;
    await this.#epochs.idle();
  }

  #writeSeen(): void {
    const seen = this.#seen;
    this.#seen = new Map();
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#touch(seen)).catch((error) => {
      this.#failed(error);
      this.#writeLater(seen);
    });
  }

  /** Writes some at a time: a fleet that comes back must not delay what people wait for. Takes those written out of `seen`. */
  async #touch(seen: Map<string, CabinetContact>): Promise<void> {
    const alike = Map.groupBy(seen, ([, { at, online, came }]) => `${at} ${online} ${came}`);
    for (const some of alike.values()) {
      for (let from = 0; from < some.length; from += PROCESS.seenAtOnce) {
        const step = some.slice(from, from + PROCESS.seenAtOnce);
        const [[, how]] = step as [typeof step[number]];
        const { at, online, came } = how;
        const cabinets = step.map(([cabinet, { epoch }]) => ({ cabinet, epoch }));
        await this.#db.writer.run(noteSeen, { cabinets, at, online, came });
        for (const { cabinet } of cabinets) seen.delete(cabinet);
      }
    }
  }

  /** Keeps what the database did not take, beside what was seen since: without it an alarm would not end. */
  #writeLater(seen: ReadonlyMap<string, CabinetContact>): void {
    if (this.#isStopping) return;
    for (const [cabinet, how] of seen) {
      const since = this.#seen.get(cabinet);
      this.#seen.set(cabinet, since ? { ...since, came: since.came || how.came } : how);
    }
    this.#timer ??= setTimeout(() => this.#writeSeen(), this.#seenEveryMs);
  }

  #deviceCabinet(row: CabinetTable): DeviceCabinet {
    const { board, wiring, registration, heartbeat, localEcho, addresses } = deviceDescriptionOf(row);
    const family = familyNamed(board);
    const numbering = numberingOf(board);
    const interval = heartbeat?.intervalSeconds;
    return {
      id: row.id,
      describedAt: row.updated_at,
      family,
      wiring: wiring === "none" ? numbering?.wiring ?? "short-when-locked" : wiring,
      feedback: wiring !== "none",
      localEcho,
      registration: registration ? bytesOf(registration) : new Uint8Array(),
      heartbeat: heartbeat ? bytesOf(heartbeat) : undefined,
      heartbeatEcho: heartbeat?.echo ?? false,
      heartbeatMs: interval === undefined ? undefined : Math.round(interval * 1000),
      addresses: addresses ?? undefined,
      layout: this.#layout(row.locks, numbering?.channels[0] ?? 0),
    };
  }

  /** The layout; cabinets with the same locks share one. */
  #layout(locks: string, firstChannel: number): LockLayout {
    const key = `${firstChannel} ${locks}`;
    const known = this.#layouts.get(key);
    if (known) return known;
    const cells = (JSON.parse(locks) as [number, number, number][])
      .map(([cell, board, channel]) => ({ cell, board, channel }));
    const layout = new LockLayout(cells, firstChannel);
    if (this.#layouts.size >= PROCESS.layoutsMax) this.#layouts.clear();
    this.#layouts.set(key, layout);
    return layout;
  }
}

/** All byte strings at these places that may be a registration, in hex. */
function candidatesIn(preamble: Uint8Array, places: readonly number[]): string[] {
  const candidates: string[] = [];
  for (const at of places) {
    const said = preamble.subarray(at, at + DEVICE.registrationBytesMax);
    for (let end = leastAt(at); end <= said.length; end++) candidates.push(said.subarray(0, end).toHex());
  }
  return candidates;
}

/** The shortest registration that is looked for at that place: after noise a shorter one could be noise as well. */
function leastAt(place: number): number {
  return place === 0 ? 1 : DEVICE.registrationAnywhereBytesMin;
}

function begins(said: Uint8Array, cabinet: DeviceCabinet): boolean {
  const { registration } = cabinet;
  return startsWith(said, registration) && mayFollowRegistration(said.subarray(registration.length), cabinet);
}
