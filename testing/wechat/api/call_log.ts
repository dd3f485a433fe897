import type { WechatRequest } from "../exchange.ts";

/** A call to WeChat. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** Query and body together, without the app's secret. */
  readonly params: Readonly<Record<string, unknown>>;
  /** When it came: milliseconds since 1970. */
  readonly at: number;
  /** WeChat's error code, 0 for success. `undefined`: the answer was a page, or was lost. */
  errcode: number | undefined;
}

/** The calls that a fake WeChat got. */
export class CallLog {
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

  /** How many calls wait for their answer now. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** How many calls waited at once at most. */
  get inFlightMax(): number {
    return this.#inFlightMax;
  }

  /** Forgets all calls; those that wait now still count as waiting. */
  forget(): void {
    this.#all.length = 0;
    this.#inFlightMax = this.#inFlight;
  }

  begin(request: WechatRequest): Call {
    const { method, path } = request;
    const call = { method, path, params: paramsOf(request), at: Date.now(), errcode: undefined };
    this.#all.push(call);
    this.#inFlightMax = Math.max(++this.#inFlight, this.#inFlightMax);
    return call;
  }

  end(): void {
    this.#inFlight--;
  }
}

function paramsOf(request: WechatRequest): Record<string, unknown> {
  const { secret: _, ...params } = {
    ...Object.fromEntries(new URLSearchParams(request.query)),
    ...bodyOf(request),
  };
  return params;
}

function bodyOf({ body }: WechatRequest): Record<string, unknown> {
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}
