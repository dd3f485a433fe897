import { equals } from "@std/bytes";
import { type BoardFamily, isSameLock, type LockAddress, type PendingRequest } from "../../boards/mod.ts";
import type { DecodeContext, DecodedFrame, Frame, SensedDoor } from "../../boards/mod.ts";
import { BUS, DEVICE } from "../../lib/limits.ts";
import { partition } from "../../lib/partition.ts";
import type { DeviceCabinet } from "../cabinet.ts";
import type { EvidenceCollector, SentOpen } from "./evidence_collector.ts";
import { DtuHeartbeats } from "./dtu_heartbeats.ts";
import type { CabinetDriver, CabinetDriverPort, OpenJob, SeenDoor } from "../cabinet_driver.ts";
import { DoorQueries, type DoorQuery } from "../door_queries.ts";
import { isAnswerTo, OutstandingRequests } from "./outstanding_requests.ts";
import { Polling } from "./polling.ts";
import { ReadingLengths } from "./reading_lengths.ts";
import { FrameDecoder, type FrameDecoderPort } from "./frame_decoder.ts";
import { type DoorFrame, DoorObserver } from "./door_observer.ts";

/** What the bus needs of its connection. */
export interface BusPort extends CabinetDriverPort {
  /** Bytes of the serial bus as they were received, without what the DTU added. */
  serial(bytes: Uint8Array): void;
  /** Doors moved: subscribers are told, as by `doorsSeen`, and the moves are stored. */
  doorsMoved(doors: readonly SeenDoor[]): void;
  /** The switch of this cell's door moves again and again. Its state is reported once the switch rests. */
  flutters(cell: number): void;
}

/** What occupies the bus. */
type BusActivity =
  | { readonly type: "permit"; readonly job: OpenJob }
  | {
    readonly type: "request";
    readonly pending: PendingRequest;
    /** The open that this request is, or whose door it reads. */
    readonly forOpen: SentOpen | undefined;
    readonly opens: boolean;
    /** The request asks, before an open, whether the line is alive. */
    readonly isLineProbe: boolean;
    readonly sentAt: number;
    until: number;
    /** The board has reported by itself that the door moved, so the door is read and no answer awaited. */
    isReported?: boolean;
    /** A frame that may be the answer or the echo of the request. */
    possibleEcho?: DoorFrame;
  };

/**
 * One cabinet's serial bus as a state machine: one request at a time, silence on the bus after an answer that
 * did not come, and after an open reads of the door until there is evidence or the time is up. No socket and
 * no timer, see {@linkcode CabinetDriver}.
 *
 * An open is sent once. Nothing here sends it again.
 */
export class SerialBus implements CabinetDriver, FrameDecoderPort {
  readonly #cabinet: DeviceCabinet;
  readonly #family: BoardFamily | undefined;
  readonly #port: BusPort;
  readonly #observer: DoorObserver;
  readonly #polling: Polling;
  readonly #decoder: FrameDecoder;
  readonly #outstanding: OutstandingRequests;
  readonly #queries = new DoorQueries();
  readonly #readingLengths = new ReadingLengths();
  readonly #heartbeats: DtuHeartbeats;
  readonly #evidence: EvidenceCollector;
  #activity: BusActivity | undefined;
  #quietUntil = 0;
  #waiting: OpenJob[] = [];
  #raw: Uint8Array[] = [];
  /** Boards whose coils are released before anything else is sent. */
  #boardsToRelease: DeviceCabinet["layout"]["boards"];
  /** When bytes were last received. */
  #heardAt: number;
  /** How many times in a row the line was probed before an open and nothing at all was received. */
  #unansweredProbes = 0;
  #isClosed = false;
  /** Until when an echoing adapter may return the heartbeat that was sent back. */
  #heartbeatEchoUntil = -Infinity;
  #now: number;

  /** @param options.firstReadAt when the doors are read for the first time @default {now} */
  constructor(cabinet: DeviceCabinet, options: { port: BusPort; now: number; firstReadAt?: number }) {
    const { family, layout } = cabinet;
    const { port, now, firstReadAt = now } = options;
    this.#cabinet = cabinet;
    this.#family = family;
    this.#port = port;
    this.#now = now;
    this.#heardAt = now;
    this.#outstanding = new OutstandingRequests(now);
    this.#observer = new DoorObserver(cabinet);
    this.#evidence = this.#observer.evidence;
    const firstAt = family ? firstReadAt : Infinity;
    this.#polling = new Polling(layout, { doors: this.#observer.doors, firstAt });
    this.#decoder = new FrameDecoder(cabinet, this);
    const learns = !this.#decoder.heartbeatsMayPrefixPackets;
    this.#heartbeats = new DtuHeartbeats({ configuredMs: cabinet.heartbeatMs, learns, now });
    this.#boardsToRelease = family?.releaseAll && family.readAll ? layout.boards : [];
  }

  get wakeAt(): number {
    if (this.#isClosed) return Infinity;
    let at = this.#activity?.type === "request" ? this.#activity.until : Infinity;
    for (const { deadline } of this.#waiting) at = Math.min(at, deadline);
    at = Math.min(at, this.#evidence.expiresAt, this.#queries.expiresAt, this.#observer.doors.wakeAt);
    at = Math.min(at, this.#decodeAgainAt);
    if (this.#activity) return at;
    const isWanted = this.#waiting.length > 0 || this.#raw.length > 0 || this.#boardsToRelease.length > 0 ||
      this.#queries.next !== undefined;
    const wanted = isWanted ? 0 : Math.min(this.#evidence.nextReadAt, this.#pollAt);
    return Math.min(at, Math.max(wanted, this.#quietUntil));
  }

  get askAt(): number {
    return this.#heartbeats.askAt;
  }

  get goneAt(): number {
    return this.#heartbeats.goneAt;
  }

  get isBusy(): boolean {
    return this.#waiting.length > 0 || this.#evidence.size > 0 || this.#activity?.type === "permit";
  }

  get doors(): ReadonlyMap<number, SensedDoor> {
    return this.#observer.doors.knownDoors();
  }

  open(job: OpenJob, now: number): void {
    if (!this.#family) return job.done({ state: "refused", reason: "unsupported" });
    if (this.#isClosed) return job.done({ state: "refused", reason: "offline" });
    if (this.#waiting.length >= BUS.queueMax) return job.done({ state: "refused", reason: "busy" });
    this.#waiting.push(job);
    this.tick(now);
  }

  queryDoor(job: DoorQuery, now: number): void {
    if (!this.#observer.canReadDoors || this.#isClosed) return job.done(undefined);
    this.#queries.add(job, now);
    this.tick(now);
  }

  probeIfQuiet(now: number): void {
    if (now - this.#heardAt > DEVICE.livelyMs) this.probe(now);
  }

  permitted(may: boolean, now: number): void {
    if (this.#activity?.type !== "permit") return;
    const { job } = this.#activity;
    this.#activity = undefined;
    if (!may) job.done({ state: "refused", reason: "unavailable" });
    else if (now >= job.deadline) job.done({ state: "refused", reason: "expired" });
    else this.#sendOpen(job, now);
    this.tick(now);
  }

  raw(bytes: Uint8Array, now: number): boolean {
    if (!this.#family) {
      this.#send(bytes, now);
      return true;
    }
    if (this.#raw.length >= BUS.rawQueueMax) return false;
    this.#raw.push(bytes);
    this.tick(now);
    return true;
  }

  received(chunk: Uint8Array, now: number): void {
    this.#now = now;
    this.#heardAt = now;
    this.#unansweredProbes = 0;
    this.#heartbeats.received(now);
    this.#decoder.push(chunk);
    this.#outstanding.received(now);
    this.tick(now);
  }

  tick(now: number): void {
    this.#now = now;
    if (now >= this.#decodeAgainAt) this.#decoder.idle(now - this.#heardAt);
    if (this.#activity?.type === "request" && now >= this.#activity.until) this.#timeOut(this.#activity, now);
    this.#refuseExpired(now);
    this.#queries.expire(now);
    this.#expireOpens(now);
    this.#observer.doors.tick(now);
    this.#reportDoors(now);
    while (!this.#activity && !this.#isClosed && now >= this.#quietUntil && this.#next(now));
  }

  probe(now: number, options?: { again?: boolean }): boolean {
    if (!this.#polling.probe(options)) return false;
    this.tick(now);
    return true;
  }

  close(): void {
    this.#isClosed = true;
    const permitted = this.#activity?.type === "permit" ? [this.#activity.job] : [];
    const refused = [...permitted, ...this.#waiting];
    this.#activity = undefined;
    this.#waiting = [];
    this.#raw = [];
    for (const job of refused) job.done({ state: "refused", reason: "offline" });
    this.#evidence.close();
    this.#queries.close();
  }

  expected(): Omit<DecodeContext, "wiring"> {
    return {
      pending: this.#pending,
      outstanding: this.#outstanding.requests,
      readingBytes: (board) => this.#readingLengths.of(board),
    };
  }

  heartbeat(): void {
    const { heartbeat, heartbeatEcho, localEcho } = this.#cabinet;
    // This is the adapter's echo of our own heartbeat, not one of the DTU's.
    if (localEcho && this.#now < this.#heartbeatEchoUntil) return void (this.#heartbeatEchoUntil = -Infinity);
    this.#heartbeats.heartbeatReceived(this.#now);
    if (!heartbeat || !heartbeatEcho) return;
    this.#send(heartbeat, this.#now);
    this.#heartbeatEchoUntil = this.#now + BUS.heartbeatEchoMs;
  }

  serial(bytes: Uint8Array): void {
    this.#port.serial(bytes);
  }

  /** A frame was received. What it says holds from when the oldest request was sent that it may answer. */
  frame(said: DecodedFrame["frame"], bytes: Uint8Array): void {
    const frame = said?.type === "without-lock" ? this.#outstanding.identifyLock(said) : said;
    if (!frame) return;
    const now = this.#now;
    const sent = this.#activity?.type === "request" ? this.#activity : undefined;
    const request = sent && isAnswerTo(frame, sent.pending) ? sent : undefined;
    if (!request && this.#isNoReading(frame, bytes)) return;
    if (request && isReading(frame) && this.#isPossibleEcho(bytes, request.pending)) {
      request.possibleEcho = frame;
      return;
    }
    const { asOf, isSolicited } = this.#outstanding.matchAnswer(frame);
    if (isSolicited && frame.type === "doors") this.#readingLengths.record(frame.board, bytes.length);
    if (request) this.#answered(request, { asOf, now });
    if (frame.type !== "open-reply") {
      if (isSolicited) this.#takeReading(frame, { forOpen: request?.forOpen, asOf });
      else this.#takeReport(frame, asOf);
    } else if (isSolicited) this.#takeOpenReply(frame, { bytes, asOf });
    this.#reportDoors(isSolicited ? asOf : now);
    if (isSolicited && frame.type !== "open-reply") this.#answerQueries(frame, asOf);
  }

  /** When the decoder wants to look again at the bytes that it keeps. */
  get #decodeAgainAt(): number {
    return this.#heardAt + this.#decoder.timeoutMs;
  }

  get #pending(): PendingRequest | undefined {
    return this.#activity?.type === "request" ? this.#activity.pending : undefined;
  }

  /**
   * Whether what reads as the doors of a whole board, and is not waited for, is none: it shows fewer doors than the
   * board has, or may be an echo. Where the adapter echoes, that may be the echo of any request, however late.
   */
  #isNoReading(frame: Frame, bytes: Uint8Array): boolean {
    if (frame.type !== "doors") return false;
    const wired = this.#cabinet.layout.boards.find(({ board }) => board === frame.board);
    if (wired && frame.doors.length < wired.channels) return true;
    if (this.#cabinet.localEcho) return this.#mayBeEcho(bytes);
    return this.#pending !== undefined && this.#mayBeEcho(bytes, this.#pending);
  }

  /**
   * Whether the answer to a read is an echo unless no other answer comes. Where the adapter echoes, the echo was dropped
   * before.
   */
  #isPossibleEcho(bytes: Uint8Array, request: PendingRequest): boolean {
    return !this.#cabinet.localEcho && this.#mayBeEcho(bytes, request);
  }

  #mayBeEcho(bytes: Uint8Array, request?: PendingRequest): boolean {
    return this.#family?.mayBeEcho?.(bytes, request) ?? false;
  }

  /** Starts what is due next; `false` if nothing is. */
  #next(now: number): boolean {
    // A probe comes first: its sign of life is awaited for less time than everything else may take.
    if (this.#polling.isProbing) return this.#poll(now);
    const [board] = this.#boardsToRelease;
    const release = board && this.#family?.releaseAll?.(board.board, board.channels);
    if (release) {
      this.#boardsToRelease = this.#boardsToRelease.slice(1);
      return this.#request(release, { now });
    }
    // One read comes before the next open: behind boards that never answer opens, all opens would stay in doubt.
    const first = this.#evidence.nextDue(now, { first: true });
    if (first) return this.#read(first, now);
    if (this.#waiting.length > 0 && this.#mayBeDead(now)) return this.#probeLine(now);
    const job = this.#waiting.shift();
    if (job) {
      this.#activity = { type: "permit", job };
      this.#port.permit(job);
      return true;
    }
    const sentOpen = this.#evidence.nextDue(now);
    if (sentOpen) return this.#read(sentOpen, now);
    const lock = this.#queries.next;
    if (lock && this.#readDoor(lock, { now })) return true;
    const raw = this.#raw.shift();
    if (raw) return this.#sendRaw(raw, now);
    return this.#poll(now);
  }

  /** Whether the line is silent for so long that it may be dead, and there is a board to probe. */
  #mayBeDead(now: number): boolean {
    return now - this.#heardAt > BUS.freshMs && this.#polling.responsiveBoard(this.#heardAt) !== undefined;
  }

  /** Reads a board that is known to answer. The waiting opens follow as soon as any byte is received. */
  #probeLine(now: number): boolean {
    const board = this.#polling.responsiveBoard(this.#heardAt);
    const pending = board === undefined ? undefined : this.#readAll(board);
    return pending !== undefined && this.#request(pending, { isLineProbe: true, now });
  }

  #sendOpen(job: OpenJob, now: number): void {
    const pending = this.#family?.open(job.lock);
    if (!pending) return;
    this.#observer.attribution.commandSent(job.lock.cell, { id: job.id, now });
    const boardsAnswer = pending.answer === "open-reply";
    const isAnswerDue = this.#polling.responsiveBoard(this.#heardAt) !== undefined;
    this.#request(pending, {
      forOpen: this.#evidence.add(job, { now, boardsAnswer, isAnswerDue }),
      opens: true,
      now,
    });
  }

  #read(sentOpen: SentOpen, now: number): boolean {
    sentOpen.readAt = Infinity;
    sentOpen.isDoorRead = true;
    return this.#readDoor(sentOpen.job.lock, { forOpen: sentOpen, now });
  }

  #readDoor({ board, channel }: LockAddress, asking: { forOpen?: SentOpen; now: number }): boolean {
    const pending = this.#family?.read?.({ board, channel }) ?? this.#readAll(board);
    return pending !== undefined && this.#request(pending, asking);
  }

  #readAll(board: number): PendingRequest | undefined {
    const wired = this.#cabinet.layout.boards.find((one) => one.board === board);
    return wired && this.#family?.readAll?.(board, wired.channels);
  }

  #sendRaw(bytes: Uint8Array, now: number): boolean {
    this.#quietUntil = now + BUS.rawHoldMs;
    this.#observer.attribution.rawSent(now);
    const { cells, boards } = this.#cabinet.layout;
    const requests = [
      ...cells.flatMap((cell) => [this.#family?.open(cell), this.#family?.read?.(cell)]),
      ...boards.map(({ board }) => this.#readAll(board)),
    ];
    const request = requests.find((one) => one && equals(one.bytes, bytes));
    // Otherwise the answer to these bytes could be taken for that of another request.
    if (request) this.#outstanding.add(request, now);
    this.#write(bytes);
    return true;
  }

  /** When the next board is read in its turn. A probe is sent at any time. */
  get #pollAt(): number {
    const { wakeAt, isProbing } = this.#polling;
    const isAwaited = Math.max(wakeAt, this.#now) >= this.#heartbeats.quietFrom;
    return isAwaited && !isProbing ? Infinity : wakeAt;
  }

  /**
   * Reads the next board. Boards that cannot be read are sent a release: it ends coils that a crash left
   * live, and the DTU receives something.
   */
  #poll(now: number): boolean {
    if (now < this.#pollAt) return false;
    const board = this.#polling.next(now);
    if (!board) return false;
    const pending = this.#readAll(board.board) ?? this.#family?.releaseAll?.(board.board, board.channels);
    return pending !== undefined && this.#request(pending, { now });
  }

  #request(
    pending: PendingRequest,
    { forOpen: sentOpen, opens = false, isLineProbe = false, now }: {
      forOpen?: SentOpen | undefined;
      opens?: boolean;
      isLineProbe?: boolean;
      now: number;
    },
  ): true {
    const until = now + this.#answerMs(pending, opens);
    this.#activity = { type: "request", pending, forOpen: sentOpen, opens, isLineProbe, sentAt: now, until };
    this.#outstanding.add(pending, now);
    this.#write(pending.bytes, opens ? sentOpen?.job.deadline : undefined);
    return true;
  }

  #write(bytes: Uint8Array, by?: number): void {
    if (this.#cabinet.localEcho) this.#decoder.expectEcho(bytes);
    this.#send(bytes, this.#now, by);
  }

  #send(bytes: Uint8Array, now: number, by?: number): void {
    this.#heartbeats.sent(now);
    this.#port.write(bytes, by);
  }

  #answerMs({ answer }: PendingRequest, opens: boolean): number {
    if (answer === "open-reply") return BUS.replyMs;
    if (answer !== "nothing") return BUS.readReplyMs;
    return opens && this.#family?.release ? this.#family.release.pulseMs : BUS.unansweredMs;
  }

  /**
   * Ends the request that was answered. If the answer may be that of an earlier request, an open goes on
   * waiting for its own, and after a read the bus stays quiet for the answer that may still come.
   */
  #answered(request: BusActivity & { type: "request" }, { asOf, now }: { asOf: number; now: number }): void {
    const isLate = asOf < request.sentAt;
    if (isLate && request.opens) return;
    this.#activity = undefined;
    if (isLate) this.#quietUntil = now + BUS.readQuietMs;
  }

  /** No answer in time. The bus stays quiet, so that a late answer is not taken for another request's. */
  #timeOut(request: BusActivity & { type: "request" }, now: number): void {
    const { pending: { answer, board }, opens, possibleEcho, isReported } = request;
    this.#activity = undefined;
    this.#decoder.expectEcho();
    if (possibleEcho) {
      const { asOf } = this.#outstanding.matchAnswer(possibleEcho);
      this.#takeReading(possibleEcho, { forOpen: request.forOpen, asOf });
      this.#reportDoors(asOf);
      return this.#answerQueries(possibleEcho, asOf);
    }
    if (answer === "nothing") return this.#endSilentRequest(request, now);
    if (request.isLineProbe && this.#heardAt < request.sentAt) this.#lineIsSilent();
    if (isReported) return;
    this.#quietUntil = now + (opens ? BUS.quietMs : BUS.readQuietMs);
    if (request.forOpen) this.#evidence.scheduleRead(request.forOpen, this.#quietUntil);
    if (answer !== "doors") return;
    this.#readingLengths.forget(board);
    this.#polling.unanswered(board, { askedAt: request.sentAt, now });
    this.#reportDoors(now);
  }

  /** Ends a request that this board never answers, and the pulse where the board does not end it. */
  #endSilentRequest({ forOpen: sentOpen, opens }: BusActivity & { type: "request" }, now: number): void {
    if (!sentOpen || !opens) return;
    const release = this.#family?.release?.request(sentOpen.job.lock);
    if (release) this.#write(release.bytes);
    this.#evidence.noAnswerExpected(sentOpen, now);
  }

  /**
   * The line was probed before an open and nothing was received, so the waiting opens are not sent. A single
   * answer may get lost, which proves nothing.
   */
  #lineIsSilent(): void {
    this.#unansweredProbes++;
    if (this.#unansweredProbes < BUS.silentReadsMax) return;
    for (const job of this.#waiting.splice(0)) job.done({ state: "refused", reason: "offline" });
    this.#port.close("silent");
  }

  /**
   * Ends the opens whose time for evidence is up. If an answer was due and nothing at all was received since the
   * pulse, the line is dead, and the connection is closed so that what it still holds does not arrive later.
   */
  #expireOpens(now: number): void {
    const late = this.#evidence.expire(now);
    for (const { job } of late) this.#observer.attribution.markUnconfirmed(job.lock.cell, job.id);
    const isDead = late.some(({ sentAt, isAnswerDue }) => isAnswerDue && this.#heardAt <= sentAt);
    if (isDead) this.#port.close("silent");
  }

  #refuseExpired(now: number): void {
    if (!this.#waiting.some(({ deadline }) => now >= deadline)) return;
    const [late, inTime] = partition(this.#waiting, ({ deadline }) => now >= deadline);
    this.#waiting = inTime;
    for (const job of late) job.done({ state: "refused", reason: "expired" });
  }

  /** The board has answered. What may be an echo says nothing about the door, which is read a little later. */
  #takeOpenReply(
    { lock, ok, door }: Frame & { type: "open-reply" },
    { bytes, asOf }: { bytes: Uint8Array; asOf: number },
  ): void {
    const now = this.#now;
    const mayBeEcho = this.#mayBeEcho(bytes, this.#family?.open(lock));
    if (mayBeEcho && this.#activity === undefined) {
      this.#quietUntil = Math.max(this.#quietUntil, now + BUS.confirmGapMs);
    }
    this.#evidence.boardAnswered(lock, { ok, asOf, now, readAt: Math.max(now, this.#quietUntil) });
    if (!mayBeEcho) this.#observer.takeDoor({ lock, door }, { asOf, now });
  }

  #takeReading(
    frame: DoorFrame,
    { forOpen: sentOpen, asOf }: { forOpen: SentOpen | undefined; asOf: number },
  ): void {
    if (frame.type === "doors") this.#polling.answered(frame.board);
    this.#observer.takeReading(frame, { forOpen: sentOpen, asOf, now: this.#now });
  }

  /** Answers the door queries that this reading answers, after the moves that it shows were reported. */
  #answerQueries(frame: DoorFrame, asOf: number): void {
    const isTold = (lock: LockAddress) => this.#observer.doorIn(frame, lock) !== undefined;
    for (const { lock, done } of this.#queries.takeAnswered(asOf, isTold)) {
      const { door } = this.#observer.doorIn(frame, lock) ?? {};
      done(door && { door, command: this.#observer.commandForOpening(lock) });
    }
  }

  /**
   * A board reports by itself where doors are. A report is not evidence of an open: it may have been held up
   * on its way, or come from a switch that bounces. So the door is read, at once where an open waits for
   * evidence, otherwise after the open that may have moved it.
   */
  #takeReport(frame: DoorFrame, asOf: number): void {
    const now = this.#now;
    if (frame.type === "doors") this.#polling.answered(frame.board);
    const doubtful = this.#observer.takeReport(frame, { asOf, now });
    for (const lock of doubtful) {
      const waits = this.#evidence.boardReported(lock, now + BUS.bounceMs);
      if (!waits) this.#queries.addHint(lock, now);
      const request = this.#activity?.type === "request" && this.#activity.opens ? this.#activity : undefined;
      if (!waits || !request || !isSameLock(request.pending, lock)) continue;
      request.isReported = true;
      request.until = Math.min(request.until, now + BUS.bounceMs);
    }
  }

  #reportDoors(asOf: number): void {
    for (const cell of this.#observer.takeFluttering()) this.#port.flutters(cell);
    const moved = this.#observer.takeMoved(asOf);
    if (moved.length === 0) return;
    this.#polling.doorsMoved(this.#now);
    this.#port.doorsMoved(moved);
  }
}

function isReading(frame: Frame): frame is Frame & { type: "door" | "doors" } {
  return frame.type === "door" || frame.type === "doors";
}
