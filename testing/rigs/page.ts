/**
 * Fakes of the browser for the page's tests, and the states that those start from.
 *
 * @module
 */
import type { CabinetView, CellView, RentalView } from "../../src/cabinet/types.ts";
import type { FromPage, RentalsMax, ToPage } from "../../src/protocol/messages.ts";
import type { TextStorage } from "../../src/page/session_store.ts";
import type { Instant } from "../../src/page/connection/server_time.ts";
import type { Clock, WebSocketLike } from "../../src/page/connection/socket.ts";
import { initialState, type PageState, type PageUser } from "../../src/page/state/state.ts";

/** The server's time in each welcome. */
export const serverMs = 1_800_000_000_000;

/** The person of the tests. */
export const you: PageUser = { id: "u1", name: "Li" };

/** A free cell with a shut door, but for the fields given. */
export function cellOf(cell: number, but: Partial<CellView> = {}): CellView {
  return { cell, size: "M", state: "free", door: "closed", ...but };
}

/** A cabinet that is online, with cells 1 and 2 unless others are given. */
export function cabinetOf(but: Partial<CabinetView> = {}): CabinetView {
  const cells = [cellOf(1), cellOf(2)];
  return { id: "c1", name: "Lobby A", mode: "open", online: true, cells, sizes: ["M"], ...but };
}

/** A held rental of cell 1, but for the fields given. */
export function rentalOf(rental: string, but: Partial<RentalView> = {}): RentalView {
  return { rental, cell: 1, state: "held", since: "2026-01-05T06:00:00.000Z", ...but };
}

/** The state of a page that was just loaded. */
export function freshState(but: Partial<CabinetView> = {}): PageState {
  const beginning = { you, cabinet: cabinetOf(but), rentals: [], canScan: false };
  return initialState(beginning, { nowMs: 0, isLocal: true });
}

/** The state of a connected page. */
export function liveState(but: Partial<CabinetView> = {}): PageState {
  return { ...freshState(but), connection: "live" };
}

/** The state of a connected page of a storage cabinet, with these rentals. */
export function storageState(rentals: readonly RentalView[] = [], but: Partial<CabinetView> = {}): PageState {
  return { ...liveState({ mode: "storage", ...but }), rentals };
}

/** The first message of a connection. */
export function welcomeOf(
  but: Partial<CabinetView> = {},
  rentals: readonly RentalView[] = [],
  rentalsMax: RentalsMax | undefined = undefined,
): Extract<ToPage, { type: "welcome" }> {
  const max = rentalsMax === undefined ? {} : { rentalsMax };
  return { type: "welcome", time: serverMs, you, cabinet: cabinetOf(but), rentals, ...max };
}

/** A clock that stands still until `pass()`. */
export class FakeClock implements Clock {
  #nowMs = 1_000_000;
  #timers = new Map<number, { readonly atMs: number; readonly callback: () => void }>();
  #made = 0;

  now(): number {
    return this.#nowMs;
  }

  instant(): Instant {
    return { uptimeMs: this.#nowMs, wallMs: this.#nowMs };
  }

  after(ms: number, callback: () => void): () => void {
    const timer = this.#made++;
    this.#timers.set(timer, { atMs: this.#nowMs + ms, callback });
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass, with the timers that are due, in order. */
  pass(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let next = this.#nextBy(untilMs); next !== undefined; next = this.#nextBy(untilMs)) {
      const [timer, { atMs, callback }] = next;
      this.#timers.delete(timer);
      this.#nowMs = Math.max(this.#nowMs, atMs);
      callback();
    }
    this.#nowMs = untilMs;
  }

  /** Lets time pass without timers, as a phone does for a page in the background. */
  freeze(ms: number): void {
    this.#nowMs += ms;
  }

  #nextBy(untilMs: number) {
    const due = [...this.#timers].filter(([, { atMs }]) => atMs <= untilMs);
    return due.sort(([, a], [, b]) => a.atMs - b.atMs)[0];
  }
}

/** A socket whose server is the test. */
export class FakeSocket implements WebSocketLike {
  readonly sent: FromPage[] = [];
  closed = false;
  #listeners = new Map<string, (event: { readonly data?: unknown }) => void>();

  addEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void {
    this.#listeners.set(type, listener);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.closed = true;
  }

  /** The server accepts the connection. */
  open(): void {
    this.#listeners.get("open")?.({});
  }

  /** The connection ends, or could not be made. */
  end(): void {
    this.#listeners.get("close")?.({});
  }

  /** A message comes from the server. */
  receive(message: ToPage): void {
    this.receiveText(JSON.stringify(message));
  }

  /** Any text comes from the server. */
  receiveText(data: string): void {
    this.#listeners.get("message")?.({ data });
  }

  /** The connection opens, and the welcome comes. */
  welcome(but: Partial<CabinetView> = {}, rentals: readonly RentalView[] = []): void {
    this.open();
    this.receive(welcomeOf(but, rentals));
  }
}

/** A `sessionStorage` in memory. */
export class FakeStorage implements TextStorage {
  readonly texts = new Map<string, string>();

  getItem(key: string): string | null {
    return this.texts.get(key) ?? null;
  }

  setItem(key: string, text: string): void {
    this.texts.set(key, text);
  }

  removeItem(key: string): void {
    this.texts.delete(key);
  }
}
