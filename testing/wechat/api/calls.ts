/**
 * What the stand-in was asked.
 *
 * @module
 */
import type { Asked } from "../exchange.ts";

/** One call. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** Query and body together; the app's secret is left out. */
  readonly params: Readonly<Record<string, unknown>>;
  /** When it came, in ms since 1970. */
  readonly at: number;
  /** What WeChat made of it, 0 being success. `undefined`: it was answered with a page, or got lost on the way. */
  errcode: number | undefined;
}

/** See the module. */
export class Calls {
  readonly #all: Call[] = [];
  #inFlight = 0;
  #inFlightMax = 0;

  /** Every call, oldest first. */
  get all(): readonly Call[] {
    return this.#all;
  }

  /** The calls of one path, oldest first. */
  to(path: string): readonly Call[] {
    return this.#all.filter((call) => call.path === path);
  }

  /** How many wait for their answer now. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** How many waited at once at most. */
  get inFlightMax(): number {
    return this.#inFlightMax;
  }

  /** Begins to count anew; what waits now still does. */
  forget(): void {
    this.#all.length = 0;
    this.#inFlightMax = this.#inFlight;
  }

  begin(asked: Asked): Call {
    const { method, path } = asked;
    const call = { method, path, params: paramsOf(asked), at: Date.now(), errcode: undefined };
    this.#all.push(call);
    this.#inFlightMax = Math.max(++this.#inFlight, this.#inFlightMax);
    return call;
  }

  end(): void {
    this.#inFlight--;
  }
}

function paramsOf(asked: Asked): Record<string, unknown> {
  const { secret: _, ...params } = {
    ...Object.fromEntries(new URLSearchParams(asked.query)),
    ...bodyOf(asked),
  };
  return params;
}

function bodyOf({ body }: Asked): Record<string, unknown> {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}
